"""How often networks ask, whose turn it is, and which letters strangers have set off."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Go to this version."""
    op.create_table(
        "asking_networks",
        sa.Column("network_key", sa.String(length=64), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("network_key", name="pk_asking_networks"),
    )
    op.create_index("ix_asking_networks_asked_on", "asking_networks", ["asked_on"])
    op.create_table(
        "asked_letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("is_to_confirm", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscribers.id"],
            name="fk_asked_letters_subscriber_id_subscribers",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_asked_letters"),
    )
    op.create_index("ix_asked_letters_subscriber_id", "asked_letters", ["subscriber_id"])
    op.create_index("ix_asked_letters_written_at", "asked_letters", ["written_at"])
    with op.batch_alter_table("signup_requests") as requests:
        requests.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        requests.add_column(sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE signup_requests SET due_at = asked_at")
    with op.batch_alter_table("signup_requests") as requests:
        requests.alter_column("turn", server_default=None)
        requests.alter_column("due_at", nullable=False)
        requests.create_index("ix_signup_requests_turn", ["turn", "id"])


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("signup_requests") as requests:
        requests.drop_index("ix_signup_requests_turn")
        requests.drop_column("due_at")
        requests.drop_column("turn")
    op.drop_index("ix_asked_letters_written_at", table_name="asked_letters")
    op.drop_index("ix_asked_letters_subscriber_id", table_name="asked_letters")
    op.drop_table("asked_letters")
    op.drop_index("ix_asking_networks_asked_on", table_name="asking_networks")
    op.drop_table("asking_networks")
