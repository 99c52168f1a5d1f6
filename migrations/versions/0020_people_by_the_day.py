"""How many readers there were on each day; the day on which somebody said yes to the coach."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

COUNTS = ("getting_count", "paused_count", "waiting_count", "left_count", "closed_count")


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "daily_tallies",
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_daily_tallies")),
    )
    with op.batch_alter_table("consent_events") as events:
        events.add_column(sa.Column("said_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("consent_events") as events:
        events.drop_column("said_on")
    op.drop_table("daily_tallies")
