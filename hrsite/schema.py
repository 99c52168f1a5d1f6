"""Which version the database is at, and bringing it up to the code's own."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import cast

import click
from flask import Flask, current_app
from sqlalchemy import inspect, text
from werkzeug.local import LocalProxy

from hrsite.config import PROJECT
from hrsite.extensions import db

MIGRATIONS = PROJECT / "migrations"
# Any number: whoever migrates this database on another machine waits for the same one.
MIGRATING = 7_264_101
# The first that answers a change with the changed rows (RETURNING), which the sender stands on.
OLDEST_SQLITE = (3, 35)


class SchemaState(StrEnum):
    """Where the database stands beside the code."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    # Made by a later version of hrsite: this one would misread it, so it touches nothing.
    NEWER = "newer"


class OldSqlite(Exception):
    """Python's SQLite is older than what we ask of it."""


class UnwritableDatabase(Exception):
    """It can be read, and nobody could sign up or leave."""


class NewerDatabase(Exception):
    """The database was brought up by a later version of hrsite."""


def init_app(app: Flask) -> None:
    """Let Flask-Migrate be there when it is asked for, and no sooner.

    With Alembic it takes a tenth of the memory of a process, and only migrations need it.
    """
    app.extensions["migrate"] = LocalProxy(partial(_flask_migrate, app))
    app.cli.add_command(_Commands("db", help="Make and apply migrations."))


class _Commands(click.Group):
    """Flask-Migrate's own, `flask db …`."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Their names."""
        from flask_migrate.cli import db as group  # See init_app.

        return list(group.list_commands(context))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """One of them."""
        from flask_migrate.cli import db as group  # See init_app.

        return cast("click.Command | None", group.get_command(context, name))

    def invoke(self, context: click.Context) -> object:
        """Run one, after what Flask-Migrate's own group tells each of them beforehand."""
        from flask_migrate.cli import db as group  # See init_app.

        context.invoke(group.callback, directory=None, x_arg=())
        return super().invoke(context)


def _flask_migrate(app: Flask) -> object:
    from flask_migrate import Migrate  # See init_app.

    # It puts itself in the place of the proxy.
    Migrate().init_app(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    return app.extensions["migrate"]


def state() -> SchemaState:
    """Compare the database's version with the newest migration we know.

    Each migration is numbered by the name of its file.
    """
    known = {file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py")}
    here = _version()
    if here is None:
        return SchemaState.EMPTY
    if here not in known:
        return SchemaState.NEWER
    return SchemaState.CURRENT if here == max(known) else SchemaState.BEHIND


def _version() -> str | None:
    """The number of the last migration that was applied."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def check_engine() -> None:
    """Raises OldSqlite or UnwritableDatabase, where the site's database is such a file."""
    if db.engine.dialect.name != "sqlite":
        return
    file = Path(db.engine.url.database or "")
    # Before the first write SQLite itself says nothing of it.
    if file.exists() and not os.access(file, os.W_OK):
        raise UnwritableDatabase(f"{file} cannot be written to by whoever runs hrsite.")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise OldSqlite(
            f"This Python brings SQLite {'.'.join(map(str, sqlite3.sqlite_version_info))}, and"
            f" hrsite needs {'.'.join(map(str, OLDEST_SQLITE))} or newer. Start it with a newer"
            " Python, or let DATABASE_URL name a PostgreSQL."
        )


def bring_up() -> bool:
    """Apply the migrations that are missing; False when there were none.

    Raises OldSqlite, UnwritableDatabase or NewerDatabase, and then nothing was touched.
    """
    check_engine()
    if state() == SchemaState.CURRENT:
        return False
    with _alone():
        return _bring_up(state())


def _bring_up(found: SchemaState) -> bool:
    if found == SchemaState.NEWER:
        raise NewerDatabase(
            "The database was made by a newer hrsite than this one. Nothing was changed."
            " Start the newer version, or restore the backup that belongs to this one."
        )
    if found == SchemaState.CURRENT:
        return False
    import flask_migrate  # See init_app.

    flask_migrate.upgrade(directory=current_app.extensions["migrate"].directory)
    return True


@contextmanager
def _alone() -> Iterator[None]:
    """Of processes that start together one migrates, and the others wait and find it done."""
    with (Path(current_app.config["DATA_DIR"]) / "migrating.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if db.engine.dialect.name != "postgresql":
            yield
            return
        # Several machines share a PostgreSQL, and no folder. The lock ends with the transaction.
        with db.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": MIGRATING})
            yield
