"""The zone all times are written in, when the coach has said it herself."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.add_column(sa.Column("time_zone", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.drop_column("time_zone")
