"""Change the key that opens readers' addresses, and look at each start whether it fits."""

import contextlib
import sqlite3
from pathlib import Path

import click
from flask import Flask
from sqlalchemy.exc import IntegrityError

from hrsite import clock, keys, rekeying, serving
from hrsite.extensions import db
from hrsite.outbox import presence
from hrsite.sealing import Seal

UNFINISHED = "A change of keys was begun and is not finished. Run: hrsite keys rotate"
OLDER = "This database is from before a change of keys. Run: hrsite keys rotate"
WRONG = (
    "LOOK: address.key does not fit this database. Nobody on the list can be found or written to."
    " Stop, and put back the key that belongs to it."
)
IN_SETTINGS = (
    "The key stands in the settings, where no command can change it. Write it into a file"
    " address.key in DATA_DIR (chmod 600), take it out of the settings, and run this again."
)
STILL_RUNS = (
    "Stop site and worker first: while the key changes, nothing else may write. (A worker that was"
    " killed counts as there for three minutes.)"
)
NOT_OURS = "The keys do not fit this database. Nothing was changed."


class NotChanged(Exception):
    """The key cannot be changed now. The message says why."""


def change(app: Flask) -> str:
    """Change the key, or go on with a change; what was done, in words. Raises NotChanged."""
    file, session = app.config["ADDRESS_KEY_FILE"], db.session()
    if _is_running(app):
        raise NotChanged(STILL_RUNS)
    ours = app.extensions["seal"]
    begun = file is not None and keys.next_of(file).exists()
    fit = rekeying.fit(session, Seal(keys.begin_next(file)) if begun else ours)
    session.rollback()
    if fit == rekeying.Fit.WRONG:
        raise NotChanged(NOT_OURS)
    if fit == rekeying.Fit.OLDER and not begun:
        count = _advance(ours)
        rows = "row of an older database is" if count == 1 else "rows of an older database are"
        return f"Done: {count:,} {rows} under your key now."
    if file is None:
        raise NotChanged(IN_SETTINGS)
    count = _advance(Seal(keys.begin_next(file)))
    keys.end_next(file)
    rows = "row is" if count == 1 else "rows are"
    return f"Done: {count:,} {rows} under a new key. Keep a copy of {file} somewhere else, now."


def look(app: Flask) -> str:
    """At a start: note which keys these are. Says why the site must not start; or nothing."""
    file: Path | None = app.config["ADDRESS_KEY_FILE"]
    session, seal = db.session(), app.extensions["seal"]
    if file is not None and keys.next_of(file).exists():
        return UNFINISHED
    fit = rekeying.fit(session, seal)
    if fit == rekeying.Fit.OLDER:
        return OLDER
    if fit == rekeying.Fit.WRONG:
        click.echo(WRONG, err=True)
        return ""
    try:
        rekeying.note(session, seal)
        session.commit()
    except IntegrityError:
        session.rollback()  # Another process starts at the same moment.
    return ""


def _advance(seal: Seal) -> int:
    session = db.session()
    count = rekeying.advance(session, seal, session.commit)
    session.rollback()
    if db.engine.dialect.name == "sqlite":
        # What was overwritten still lies in free pages, under the old key. A program that only
        # reads, such as a backup, may keep us from it: then it goes with the next rows written.
        with db.engine.connect() as connection, contextlib.suppress(sqlite3.OperationalError):
            for words in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                connection.connection.execute(words)
    return count


def _is_running(app: Flask) -> bool:
    try:
        serving.check_port(app.config["HOST"], app.config["PORT"])
    except serving.PortTaken:
        return True
    here = presence.look(db.session(), clock.now()).is_here
    db.session.rollback()
    return here
