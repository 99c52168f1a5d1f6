"""Which version the database is at, and bringing it up to the code's own."""

from enum import StrEnum

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from hrsite.extensions import db, migrate


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
    found = state()
    if found == SchemaState.NEWER:
        raise NewerDatabase(
            "The database was made by a newer hrsite than this one. Nothing was changed."
            " Start the newer version, or restore the backup that belongs to this one."
        )
    if found == SchemaState.CURRENT:
        return False
    flask_migrate.upgrade(directory=current_app.extensions["migrate"].directory)
    return True
