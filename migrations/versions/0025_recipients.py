"""One row for each address letters go to, and a copy of a letter that holds only its number."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

NUMBERED = "SELECT setval(pg_get_serial_sequence('{0}', 'id'), coalesce(max(id), 1)) FROM {0}"


def upgrade() -> None:
    """Go to this version."""
    _begin_half_lists_anew()
    op.create_table(
        "recipients",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("links", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
        sa.UniqueConstraint("address_key", name="uq_recipients_address_key"),
    )
    op.execute(
        "INSERT INTO recipients (id, address, address_key, links)"
        " SELECT id, address, address_key, links FROM subscribers"
    )
    _let_numbers_go_on("recipients")
    # Who was written to and is no reader: forgotten since, or the coach, who tried a letter.
    op.execute(
        "INSERT INTO recipients (address, address_key, links)"
        " SELECT address, address_key, links FROM deliveries WHERE id IN"
        " (SELECT max(id) FROM deliveries GROUP BY address_key) AND address_key NOT IN"
        " (SELECT address_key FROM recipients) ORDER BY id"
    )
    _slim_deliveries()
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.drop_constraint("uq_subscribers_address_key", type_="unique")
        for name in ("address", "address_key", "links"):
            batch_op.drop_column(name)
        batch_op.create_foreign_key("fk_subscribers_id_recipients", "recipients", ["id"], ["id"])
    _change_cursor(sa.Integer())


def _slim_deliveries() -> None:
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(sa.Column("recipient_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("own_links", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE deliveries SET recipient_id ="
        " (SELECT id FROM recipients WHERE recipients.address_key = deliveries.address_key),"
        " own_links = CASE WHEN EXISTS (SELECT 1 FROM recipients"
        " WHERE recipients.address_key = deliveries.address_key"
        " AND recipients.links = deliveries.links) THEN NULL ELSE links END"
    )
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.alter_column("recipient_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint("uq_deliveries_address_key_message_id", type_="unique")
        batch_op.drop_constraint("fk_deliveries_message_id_outbox_messages", type_="foreignkey")
        for name in ("address", "address_key", "links", "created_at"):
            batch_op.drop_column(name)
        batch_op.create_unique_constraint(
            "uq_deliveries_recipient_id_message_id", ["recipient_id", "message_id"]
        )


def downgrade() -> None:
    """Go back to the version before."""
    _begin_half_lists_anew()
    _fatten_deliveries()
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.drop_constraint("fk_subscribers_id_recipients", type_="foreignkey")
        batch_op.add_column(sa.Column("address", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("address_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("links", sa.LargeBinary(), nullable=True))
    _fill("subscribers", "id", "address", "address_key", "links")
    with op.batch_alter_table("subscribers") as batch_op:
        batch_op.alter_column("address", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("address_key", existing_type=sa.String(64), nullable=False)
        batch_op.alter_column("links", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.create_unique_constraint("uq_subscribers_address_key", ["address_key"])
    _let_numbers_go_on("subscribers")
    op.drop_table("recipients")
    _change_cursor(sa.String(length=64))


def _fatten_deliveries() -> None:
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.add_column(sa.Column("address", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("address_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("links", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("created_at", sa.DateTime(timezone=True), nullable=True))
    _fill("deliveries", "recipient_id", "address", "address_key", "links")
    op.execute(
        "UPDATE deliveries SET links = coalesce(own_links, links), created_at ="
        " (SELECT created_at FROM outbox_messages WHERE outbox_messages.id = message_id)"
    )
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.drop_constraint("uq_deliveries_recipient_id_message_id", type_="unique")
        batch_op.alter_column("address", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column("address_key", existing_type=sa.String(64), nullable=False)
        batch_op.alter_column("links", existing_type=sa.LargeBinary(), nullable=False)
        batch_op.alter_column(
            "created_at", existing_type=sa.DateTime(timezone=True), nullable=False
        )
        batch_op.drop_column("recipient_id")
        batch_op.drop_column("own_links")
        batch_op.create_unique_constraint(
            "uq_deliveries_address_key_message_id", ["address_key", "message_id"]
        )
        batch_op.create_foreign_key(
            "fk_deliveries_message_id_outbox_messages", "outbox_messages", ["message_id"], ["id"]
        )


def _fill(table: str, number: str, *names: str) -> None:
    whose = f"FROM recipients WHERE recipients.id = {table}.{number}"
    copied = ", ".join(f"{name} = (SELECT {name} {whose})" for name in names)  # noqa: S608
    op.execute(f"UPDATE {table} SET {copied}")  # noqa: S608


def _begin_half_lists_anew() -> None:
    """How far a list is written down means nothing in the other numbering; and of such a list
    nothing has gone out.
    """
    half = "SELECT id FROM outbox_messages WHERE expanded_at IS NULL"
    op.execute(f"DELETE FROM deliveries WHERE message_id IN ({half})")  # noqa: S608
    op.execute(
        "UPDATE message_tallies SET created_count = 0, suppressed_count = 0, withdrawn_count = 0"  # noqa: S608
        f" WHERE message_id IN ({half})"
    )


def _change_cursor(kind: sa.types.TypeEngine[object]) -> None:
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.drop_column("audience_cursor")
    with op.batch_alter_table("outbox_messages") as batch_op:
        batch_op.add_column(sa.Column("audience_cursor", kind, nullable=True))


def _let_numbers_go_on(table: str) -> None:
    """Rows that brought their own number leave PostgreSQL's counter behind."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(NUMBERED.format(table))
