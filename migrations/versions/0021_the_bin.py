"""Articles and notices can lie in the bin."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

TABLES = ("posts", "session_notices")
COLUMNS = ("deleted_at", "was_published_at")


def upgrade() -> None:
    """Go to this version."""
    for table in TABLES:
        with op.batch_alter_table(table) as rows:
            for column in COLUMNS:
                rows.add_column(sa.Column(column, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back to the version before: what is in the bin is a draft then."""
    for table in TABLES:
        with op.batch_alter_table(table) as rows:
            for column in reversed(COLUMNS):
                rows.drop_column(column)
