"""Readers may choose letters that tell an onlooker nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.add_column(
            sa.Column("is_discreet", sa.Boolean(), nullable=False, server_default=sa.false())
        )


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.drop_column("is_discreet")
