"""The list of a topic, in the order in which it is written down."""

from alembic import op

revision = "0030"
down_revision = "0029"

TABLE = "subscriptions"


def upgrade() -> None:
    """Go to this version."""
    op.create_index(
        "ix_subscriptions_list", TABLE, ["topic", "state", "subscriber_id", "changed_at"]
    )
    op.drop_index("ix_subscriptions_topic", TABLE)


def downgrade() -> None:
    """Go back to the version before."""
    op.create_index("ix_subscriptions_topic", TABLE, ["topic"])
    op.drop_index("ix_subscriptions_list", TABLE)
