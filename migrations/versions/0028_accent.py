"""One colour of her own for the readers' pages."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.add_column(sa.Column("accent", sa.String(length=7), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.drop_column("accent")
