"""An index of the few readers whom an Issue may leave out: a pause, or letters gathered."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

NAME = "ix_subscribers_may_be_left_out"
WHO = sa.text("cadence != 'each' OR paused_until IS NOT NULL")


def upgrade() -> None:
    """Go to this version."""
    op.create_index(NAME, "subscribers", ["id"], sqlite_where=WHO, postgresql_where=WHO)


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_index(NAME, "subscribers")
