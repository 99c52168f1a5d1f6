"""Look at one thing the site needs, and say how it is: for the doctor and for the desk."""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from flask import Flask, current_app
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hrsite import furniture, rekeying, schema
from hrsite.extensions import db
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import presence
from hrsite.outbox.models import Recipient
from hrsite.outbox.transport import open_connection

One = TypeVar("One", bound="Finding")
LEAST_FREE_MEGABYTES = 200
_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
# What each kind of database is asked for its version, and for how many octets it takes.
_VERSION = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}
_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `level` is "good", "careful" or "wrong"."""

    level: str
    what: str
    words: str


def safely(look: Callable[[], Iterable[One]], in_trouble: Callable[[str], One]) -> Iterator[One]:
    """What a look finds; a fault nobody thought of is told, and never hides the next look."""
    try:
        yield from look()
    except Exception as trouble:
        # Whatever it is, the keeper wants to see the rest as well.
        db.session.rollback()
        words = f"could not be looked at ({type(trouble).__name__}: {first_line(trouble)})"
        yield in_trouble(words)


def disk(folder: Path) -> Finding:
    """Can the data folder be written, and how much room is there?"""
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"hrsite")
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError as trouble:
        return Finding("wrong", "disk", f"cannot write to {folder}: {trouble.strerror}")
    words = f"{free:,} MB free in {folder}"
    if free >= LEAST_FREE_MEGABYTES:
        return Finding("good", "disk", words)
    return Finding("wrong", "disk", f"{words}; when it is full, nothing more can be saved or sent")


def ready_files(config: Mapping[str, Any]) -> Finding:
    """Can pages be written as files, and may a web server of another name read them?"""
    what, folder = "READY_FILES", Path(config["READY_FILES"])
    if config["READY_MEGABYTES"] <= 0:
        return Finding("careful", what, "no page is a file, for READY_MEGABYTES=0 keeps none ready")
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as trouble:
        words = f"cannot write to {folder}: {trouble.strerror}; pages are answered all the same"
        return Finding("wrong", what, words)
    for place in (folder, *folder.parents):
        if not place.stat().st_mode & stat.S_IXOTH:
            words = f"a web server that runs as somebody else cannot look into {place}"
            return Finding("careful", what, f"{words}; chmod o+x {place}")
    return Finding("good", what, f"pages lie in {folder}; openings of them are not counted")


def database() -> Finding:
    """Can it be reached, of which kind and version is it, and does it fit the code?"""
    try:
        schema.check_engine()
        found = schema.state()
        kind = db.engine.dialect.name
        with db.engine.connect() as connection:
            version = str(connection.scalar(text(_VERSION[kind]))).split(" ", 1)[0]
            size = int(connection.scalar(text(_SIZE[kind])) or 0) / 1_000_000
    except (schema.OldSqlite, schema.UnwritableDatabase) as trouble:
        return Finding("wrong", "database", str(trouble))
    except SQLAlchemyError as trouble:
        return Finding("wrong", "database", f"cannot be reached ({first_line(trouble)})")
    level, words = {
        schema.SchemaState.CURRENT: (
            "good",
            f"{_KINDS[kind]} {version}, {size:,.1f} MB, up to date",
        ),
        schema.SchemaState.BEHIND: ("wrong", "older than the code; run: hrsite migrate"),
        schema.SchemaState.EMPTY: ("careful", "empty; the first start makes its tables"),
        schema.SchemaState.NEWER: ("wrong", "made by a newer hrsite; start that version instead"),
    }[found]
    return Finding(level, "database", words)


def address_key(session: Session) -> Finding | None:
    """None unless the key does not open what is kept."""
    if rekeying.fit(session, current_app.extensions["seal"]) == rekeying.Fit.OLDER:
        words = "is newer than this database; stop the site and run: hrsite keys rotate"
        return Finding("wrong", "ADDRESS_KEY", words)
    newest = select(Recipient.address).join(Subscriber).order_by(Subscriber.id.desc())
    address = session.scalar(newest.limit(1))
    is_ours = rekeying.fit(session, current_app.extensions["seal"]) == rekeying.Fit.GOOD
    if is_ours and (address is None or address):  # What cannot be opened reads as nothing.
        return None
    words = "does not open the readers' addresses; put the right one, or address.key, back"
    return Finding("wrong", "ADDRESS_KEY", words)


def worker(session: Session, now: datetime) -> Finding:
    """Is there one to carry mail, and since when is there none?"""
    found = presence.look(session, now)
    if found.seen_at is None:
        return Finding("careful", "worker", "none has run yet; mail waits until one does")
    words = f"last seen {furniture.moment(found.seen_at)}"
    if found.is_here:
        return Finding("good", "worker", words)
    ago = furniture.ago(found.seen_at, now)
    return Finding("careful", "worker", f"{words} ({ago}); since then mail waits")


def mail_folder(config: dict[str, Any]) -> Finding | None:
    """None when there is a mail server to give letters to."""
    if config["MAIL_SERVER"]:
        return None
    folder = config["MAIL_FOLDER"]
    words = f"no mail service is set (MAIL_SERVER): letters go into {folder} and nobody gets them"
    return Finding("careful" if config["MODE"] == "production" else "good", "mail", words)


def mail_server(app: Flask) -> Finding:
    """Go to the mail server as far as a letter could, with the usual patience, and send none."""
    config = app.config
    server = f"{config['MAIL_SERVER']}:{config['MAIL_PORT']}"
    with open_connection(app) as connection:
        trouble = connection.check()
    if trouble is not None:
        return Finding("wrong", "mail", f"{server}: {trouble.text} (at {trouble.stage})")
    takes = ", and takes our name and password" if config["MAIL_USERNAME"] else ""
    return Finding("good", "mail", f"{server} answers{takes}")


def first_line(trouble: Exception) -> str:
    """What went wrong, in the first line of its own words."""
    return str(trouble).strip().splitlines()[0][:200] if str(trouble).strip() else "no reason given"
