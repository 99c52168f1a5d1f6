"""Readers may move their letters to another address, proved at both ends."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "address_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("former_address", sa.LargeBinary(), nullable=True),
        sa.Column("move_hash", sa.String(length=64), nullable=False),
        sa.Column("stop_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_address_changes_subscriber_id_subscribers",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_address_changes"),
        sa.UniqueConstraint("subscriber_id", name="uq_address_changes_subscriber_id"),
        sa.UniqueConstraint("move_hash", name="uq_address_changes_move_hash"),
        sa.UniqueConstraint("stop_hash", name="uq_address_changes_stop_hash"),
    )
    op.create_index("ix_address_changes_asked_at", "address_changes", ["asked_at"])


def downgrade() -> None:
    """Go back to the version before."""
    op.drop_table("address_changes")
