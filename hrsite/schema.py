"""Which version the database is at, and bringing it up to the code's own."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import text

from hrsite.extensions import db, migrate

# Any number: whoever migrates this database on another machine waits for the same one.
MIGRATING = 7_264_101


class SchemaState(StrEnum):
    """Where the database stands beside the code."""

    EMPTY = "empty"
    BEHIND = "behind"
    CURRENT = "current"
    # Made by a later version of hrsite: this one would misread it, so it touches nothing.
    NEWER = "newer"


class NewerDatabase(Exception):
    """The database was brought up by a later version of hrsite."""


def state() -> SchemaState:
    """Compare the database's version with the newest migration we know."""
    script = ScriptDirectory.from_config(migrate.get_config())
    with db.engine.connect() as connection:
        here = MigrationContext.configure(connection).get_current_revision()
    if here is None:
        return SchemaState.EMPTY
    if here == script.get_current_head():
        return SchemaState.CURRENT
    known = {revision.revision for revision in script.walk_revisions()}
    return SchemaState.BEHIND if here in known else SchemaState.NEWER


def bring_up() -> bool:
    """Apply the migrations that are missing; False when there were none.

    Raises NewerDatabase, and then nothing was touched.
    """
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
