"""Returned mail: where news of it comes from, and which calls were heard already."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "bounce_sources",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failing_since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trouble", sa.String(length=600), nullable=True),
        sa.Column("link", sa.String(length=2000), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_bounce_sources")),
    )
    op.create_table(
        "heard_calls",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_heard_calls")),
    )
    op.create_index(op.f("ix_heard_calls_heard_at"), "heard_calls", ["heard_at"])
    op.create_index(op.f("ix_bounces_delivery_id"), "bounces", ["delivery_id"])
    op.create_index(op.f("ix_bounces_message_id"), "bounces", ["message_id"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_index(op.f("ix_bounces_message_id"), "bounces")
    op.drop_index(op.f("ix_bounces_delivery_id"), "bounces")
    op.drop_table("heard_calls")
    op.drop_table("bounce_sources")
