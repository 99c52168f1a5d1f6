"""The coach chooses what calendars say; letters about sessions carry a calendar file."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

FILES = ("calendar", "discreet_calendar")


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("session_notices") as rows:
        rows.add_column(
            sa.Column("tells_in_calendar", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("outbox_messages") as rows:
        for name in FILES:
            rows.add_column(sa.Column(name, sa.Text(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("outbox_messages") as rows:
        for name in FILES:
            rows.drop_column(name)
    with op.batch_alter_table("session_notices") as rows:
        rows.drop_column("tells_in_calendar")
