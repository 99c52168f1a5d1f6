"""When the coach last chose to leave an article as it is, past its date."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("posts") as batch_op:
        batch_op.add_column(sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("posts") as batch_op:
        batch_op.drop_column("left_at")
