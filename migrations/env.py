"""How a migration runs: on the application's own database, without importing a model."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, LargeBinary, String
from sqlalchemy import types as sqltypes

LETTERS_OF_A_NUMBER = 4
# Tables in our database that others keep: the queue's, and the search index's shadows.
NOT_OURS = ("huey_", "search_")


def is_ours(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """May autogenerate look at this table?"""
    return not (kind == "table" and (name or "").startswith(NOT_OURS))


def plain_type(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column types as what the database knows, so that migrations import no model."""
    if kind != "type" or not type(item).__module__.startswith("hrsite."):
        return False
    plain = item
    while isinstance(plain, sqltypes.TypeDecorator):
        plain = plain.impl
    if isinstance(plain, LargeBinary):
        return "sa.LargeBinary()"
    return (
        f"sa.String({plain.length})" if isinstance(plain, String) else "sa.DateTime(timezone=True)"
    )


@contextmanager
def unwatched_references(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table without emptying those that refer to it.

    It changes a column by making the table anew and dropping the old one, and with foreign keys
    on, the drop would cascade (https://www.sqlite.org/lang_altertable.html, section 7).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    # On the driver's own connection: inside a transaction this PRAGMA does nothing.
    sqlite = connection.connection.driver_connection
    sqlite.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        if broken := sqlite.execute("PRAGMA foreign_key_check").fetchone():
            raise RuntimeError(f"A migration broke a reference of the table {broken[0]}.")
    finally:
        sqlite.execute("PRAGMA foreign_keys = ON")


def take_next_number(found: Any, revision: Any, directives: list[Any]) -> None:
    """Number a new migration after the newest, unless somebody has given it a number."""
    newest = found.script.get_current_head() or "0"
    for directive in directives:
        if len(directive.rev_id) != LETTERS_OF_A_NUMBER:
            directive.rev_id = f"{int(newest) + 1:0{LETTERS_OF_A_NUMBER}}"


def run() -> None:
    """Apply what is asked for, each migration in its own transaction with its record."""
    extension = current_app.extensions["migrate"]
    with extension.db.engine.connect() as connection, unwatched_references(connection):
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            include_object=is_ours,
            render_item=plain_type,
            transaction_per_migration=True,
            process_revision_directives=take_next_number,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
