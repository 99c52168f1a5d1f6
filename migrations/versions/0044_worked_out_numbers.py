"""A letter's number is worked out; rows keep the one they have."""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Go to this version."""
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.alter_column(
            "letter_id",
            new_column_name="kept_letter_id",
            existing_type=sa.String(length=32),
            nullable=True,
        )


def downgrade() -> None:
    """Go back to the version before."""
    _write_numbers_down()
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.alter_column(
            "kept_letter_id",
            new_column_name="letter_id",
            existing_type=sa.String(length=32),
            nullable=False,
        )


def _write_numbers_down() -> None:
    """A letter in the air is to be repeated with the number it went out with."""
    line = op.get_bind()
    copies = line.execute(
        sa.text(
            "SELECT deliveries.id, mark, message_id, recipient_id FROM deliveries"
            " JOIN outbox_messages ON outbox_messages.id = message_id WHERE kept_letter_id IS NULL"
        )
    ).all()
    numbers = [
        {"which": id, "number": _number(mark, message_id, recipient_id)}
        for id, mark, message_id, recipient_id in copies
    ]
    if numbers:
        line.execute(
            sa.text("UPDATE deliveries SET kept_letter_id = :number WHERE id = :which"), numbers
        )


def _number(mark: str, message_id: int, recipient_id: int) -> str:
    copy, key = b"%d/%d" % (message_id, recipient_id), mark.encode("ascii")
    return hashlib.blake2b(copy, key=key, digest_size=16).hexdigest()
