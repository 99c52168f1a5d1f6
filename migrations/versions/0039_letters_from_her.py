"""Where answers to letters go, and who plain letters come from, in the coach's own words."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.add_column(sa.Column("reply_to", sa.String(length=254), nullable=True))
        batch_op.add_column(sa.Column("discreet_name", sa.String(length=40), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("site_words") as batch_op:
        batch_op.drop_column("discreet_name")
        batch_op.drop_column("reply_to")
