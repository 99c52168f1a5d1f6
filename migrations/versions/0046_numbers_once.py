"""SQLite gives the number of a row that is gone to no other: a slow worker may still mean it."""

from alembic import op

revision = "0046"
down_revision = "0045"

TABLES = ("outbox_messages", "deliveries")
# A table whose numbers are given once has a key without a name; the way back gives it its own.
NAMES = {"pk": "pk_%(table_name)s"}


def upgrade() -> None:
    """Go to this version."""
    _make_anew(is_given_once=True)


def downgrade() -> None:
    """Go back to the version before."""
    _make_anew(is_given_once=False)


def _make_anew(*, is_given_once: bool) -> None:
    """SQLite takes such a change in no other way. PostgreSQL never gave a number twice."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in TABLES:
        with op.batch_alter_table(
            table,
            recreate="always",
            naming_convention=NAMES,
            table_kwargs={"sqlite_autoincrement": is_given_once},
        ):
            pass
