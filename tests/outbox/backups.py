"""Back up a test's whole database while the site runs, and put it back."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from hrsite.extensions import db
from tests import databases, emptying

Backup = Callable[[], Callable[[], None]]


def backup_of(session: Session, database: str, folder: Path) -> Backup:
    """A function that copies the whole database; what that returns puts the copy back."""
    live, kept = folder / "hrsite.db", folder / "backup.db"

    def make() -> Callable[[], None]:
        close(session)
        if database == "sqlite":
            copy(live, kept)
        else:
            databases.create_database("backup", "test")
        return restore

    def restore() -> None:
        close(session)
        if database == "sqlite":
            copy(kept, live)
        else:
            databases.create_database("test", "backup")
            databases.drop_database("backup")

    return make


def close(session: Session) -> None:
    """Leave the database; a connection that is still there would keep the old one in use."""
    session.close()
    db.engine.dispose()
    emptying.leave("test")


def let_go(app: Flask) -> None:
    """The same for another application on this database."""
    with app.app_context():
        db.engine.dispose()


def copy(source: Path, target: Path) -> None:
    """Copy an SQLite database into a file, over whatever was in it."""
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    old.close()
    new.close()
