"""The sender: a moment to begin, numbers kept beside each message, a discreet wording."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COUNTERS = {
    "accepted_count": "accepted",
    "refused_count": "refused",
    "uncertain_count": "uncertain",
    "withdrawn_count": "withdrawn",
    "suppressed_count": "suppressed",
    "expired_count": "expired",
}
DISCREET = {
    "discreet_sender_name": sa.String(length=200),
    "discreet_subject": sa.String(length=500),
    "discreet_text": sa.Text(),
    "discreet_html": sa.Text(),
}


def upgrade() -> None:
    """Go to this version."""
    _change_messages()
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(
            sa.Column("is_discreet", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.drop_index("ix_deliveries_due")
        batch_op.drop_index("ix_deliveries_address_key")
        batch_op.drop_constraint("uq_deliveries_message_id_address_key", type_="unique")
        batch_op.create_unique_constraint(
            "uq_deliveries_address_key_message_id", ["address_key", "message_id"]
        )
        batch_op.create_index("ix_deliveries_due", ["message_id", "state", "next_at"])
    with op.batch_alter_table("suppressions") as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=20), nullable=False, server_default="hard")
        )
    with op.batch_alter_table("bounces") as batch_op:
        batch_op.add_column(sa.Column("message_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("source", sa.String(length=20), nullable=False, server_default="smtp")
        )
        batch_op.add_column(sa.Column("event_key", sa.String(length=200), nullable=True))
        batch_op.create_unique_constraint("uq_bounces_event_key", ["event_key"])
        batch_op.create_foreign_key(
            "fk_bounces_message_id_outbox_messages", "outbox_messages", ["message_id"], ["id"]
        )


def _change_messages() -> None:
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.add_column(sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("expanded_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("audience_cursor", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("pause_kind", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_outbox_messages_settled_at", ["settled_at"])
        for name, kind in DISCREET.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE outbox_messages SET starts_at = created_at, expanded_at = created_at,"
        " pause_kind = CASE WHEN paused_at IS NULL THEN NULL ELSE 'fault' END"
    )
    _count_what_is_there()
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_column("policy_refusals_in_a_row")


def _count_what_is_there() -> None:
    op.create_table(
        "message_tallies",
        sa.Column("message_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("created_count", *COUNTERS)),
        sa.Column("policy_refusal_count", sa.Integer(), nullable=False),
        sa.Column("policy_refusals_in_a_row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outbox_messages.id"],
            name=op.f("fk_message_tallies_message_id_outbox_messages"),
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_message_tallies")),
    )
    copies = "(SELECT count(*) FROM deliveries WHERE message_id = outbox_messages.id"
    counted = ", ".join(f"{copies} AND state = '{state}')" for state in COUNTERS.values())
    op.execute(
        f"INSERT INTO message_tallies (message_id, created_count, {', '.join(COUNTERS)},"  # noqa: S608
        " policy_refusal_count, policy_refusals_in_a_row)"
        f" SELECT id, {copies}), {counted}, 0, policy_refusals_in_a_row FROM outbox_messages"
    )


def downgrade() -> None:
    """Go back to the version before."""
    with op.batch_alter_table("bounces") as batch_op:
        batch_op.drop_constraint("fk_bounces_message_id_outbox_messages", type_="foreignkey")
        batch_op.drop_constraint("uq_bounces_event_key", type_="unique")
        batch_op.drop_column("event_key")
        batch_op.drop_column("source")
        batch_op.drop_column("message_id")
    with op.batch_alter_table("suppressions") as batch_op:
        batch_op.drop_column("kind")
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.drop_index("ix_deliveries_due")
        batch_op.drop_constraint("uq_deliveries_address_key_message_id", type_="unique")
        batch_op.create_unique_constraint(
            "uq_deliveries_message_id_address_key", ["message_id", "address_key"]
        )
        batch_op.create_index("ix_deliveries_address_key", ["address_key"])
        batch_op.create_index("ix_deliveries_due", ["state", "next_at"])
        batch_op.drop_column("is_discreet")
    op.drop_table("message_tallies")
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.drop_index("ix_outbox_messages_settled_at")
        for name in (*DISCREET, "settled_at", "pause_kind", "audience_cursor", "expanded_at"):
            batch_op.drop_column(name)
        batch_op.drop_column("starts_at")
    # On its own, so that it comes last again, where it was.
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.add_column(sa.Column("policy_refusals_in_a_row", sa.Integer(), nullable=True))
    op.execute("UPDATE outbox_messages SET policy_refusals_in_a_row = 0")
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.alter_column(
            "policy_refusals_in_a_row", existing_type=sa.Integer(), nullable=False
        )
