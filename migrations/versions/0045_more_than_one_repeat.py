"""A copy may be repeated up to four times, so "the coach has decided" is a higher number."""

from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Go to this version."""
    op.execute("UPDATE deliveries SET repeat_count = 5 WHERE repeat_count = 2")


def downgrade() -> None:
    """Go back to the version before. Of more than one repeat it knows nothing: that was decided."""
    op.execute("UPDATE deliveries SET repeat_count = 2 WHERE repeat_count BETWEEN 2 AND 5")
