"""Look at everything the site needs, and say in words what is set, missing or broken."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from hrsite import clock, furniture, schema
from hrsite.accounts.setting_up import needs_owner
from hrsite.extensions import db
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import history, instance, mailboxes, presence, returned, ses
from hrsite.outbox.models import Recipient
from hrsite.outbox.transport import open_connection

LEAST_FREE_MEGABYTES = 200
HELD_WORDS = {
    instance.BEHIND: "the database is older than the last letters that went out",
    instance.COPIED: "its DATA_DIR is a copy or a restored backup",
    instance.NEW: "it is new here",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `level` is "good", "careful" or "wrong"."""

    level: str
    what: str
    words: str


def examine(app: Flask) -> Iterator[Finding]:
    """Look at one thing after the other; a fault in one never hides the next."""
    looks: tuple[Callable[[Flask], Iterator[Finding]], ...] = (
        _site, _disk, _database, _queue, _mail, _returned_mail, _services, _instance, _worker,
    )  # fmt: skip
    with app.app_context():
        for look in looks:
            try:
                yield from look(app)
            except Exception as trouble:
                # Whatever it is, the keeper wants to see the rest as well.
                what = look.__name__.removeprefix("_")
                said = f"could not be looked at ({type(trouble).__name__}: {_first_line(trouble)})"
                yield Finding("wrong", what, said)


def _site(app: Flask) -> Iterator[Finding]:
    config = app.config
    yield Finding("good", "settings", f"all readable; {config['MODE']}, {config['BASE_URL']}")
    yield Finding("good", "time zone", f"{config['TIME_ZONE']}: {furniture.moment(clock.now())}")
    said = _described()
    names = (("SITE_NAME", "My site", said.name), ("COACH_NAME", "Your coach", said.coach_name))
    for name, default, named in names:
        if named == default:
            yield Finding("careful", name, f'not set, so pages and letters say "{default}"')


def _described() -> furniture.Site:
    """What pages say. Before the first start no table can tell, and the settings speak alone."""
    try:
        return furniture.site()
    except SQLAlchemyError:
        return furniture.as_configured()
    finally:
        db.session.rollback()


def _disk(app: Flask) -> Iterator[Finding]:
    folder = Path(app.config["DATA_DIR"])
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"hrsite")
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError as trouble:
        yield Finding("wrong", "disk", f"cannot write to {folder}: {trouble.strerror}")
        return
    level = "good" if free >= LEAST_FREE_MEGABYTES else "wrong"
    yield Finding(level, "disk", f"{free:,} MB free in {folder}")


def _database(app: Flask) -> Iterator[Finding]:
    try:
        schema.check_engine()
        found = schema.state()
        with db.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except schema.OldSqlite as trouble:
        yield Finding("wrong", "database", str(trouble))
        return
    except SQLAlchemyError as trouble:
        yield Finding("wrong", "database", f"cannot be reached ({_first_line(trouble)})")
        return
    said = {
        schema.SchemaState.CURRENT: ("good", f"{db.engine.dialect.name}, up to date"),
        schema.SchemaState.BEHIND: ("wrong", "older than the code; run: hrsite migrate"),
        schema.SchemaState.EMPTY: ("wrong", "empty; run: hrsite migrate"),
        schema.SchemaState.NEWER: ("wrong", "made by a newer hrsite; start that version instead"),
    }[found]
    yield Finding(said[0], "database", said[1])
    if found == schema.SchemaState.CURRENT:
        yield from _inside_the_database()


def _inside_the_database() -> Iterator[Finding]:
    if needs_owner(db.session()):
        yield Finding("careful", "owner", "nobody can sign in yet; run: hrsite owner reset")
    newest = select(Recipient.address).join(Subscriber).order_by(Subscriber.id.desc())
    address = db.session.scalar(newest.limit(1))
    if address is not None and not address:  # What cannot be opened reads as nothing.
        words = "does not open the readers' addresses; put the right one, or address.key, back"
        yield Finding("wrong", "ADDRESS_KEY", words)


def _queue(app: Flask) -> Iterator[Finding]:
    kind = app.config["QUEUE_URL"].split(":", 1)[0]
    try:
        waiting = app.extensions["huey"].pending_count()
    except Exception as trouble:
        # Each kind of queue has errors of its own; whichever it is, it does not work.
        yield Finding("wrong", "queue", f"{kind} cannot be reached ({_first_line(trouble)})")
        return
    yield Finding("good", "queue", f"{kind}, {waiting} wake-ups waiting")


def _mail(app: Flask) -> Iterator[Finding]:
    config = app.config
    if not config["MAIL_SERVER"]:
        words = f"no MAIL_SERVER: letters go into {config['MAIL_FOLDER']} and nobody gets them"
        yield Finding("careful" if config["MODE"] == "production" else "good", "mail", words)
        return
    server = f"{config['MAIL_SERVER']}:{config['MAIL_PORT']}"
    with open_connection(app) as connection:
        trouble = connection.check()
    if trouble is None:
        yield Finding("good", "mail", f"{server} answers, and takes our name and password")
    else:
        yield Finding("wrong", "mail", f"{server}: {trouble.text} (at {trouble.stage})")
    if not config["MAIL_REPLY_TO"]:
        yield Finding("careful", "MAIL_REPLY_TO", "not set, so answers go to the sender's address")


def _returned_mail(app: Flask) -> Iterator[Finding]:
    config, boxes = app.config, mailboxes.configured(app.config)
    for box in boxes:
        try:
            box.check()
        except mailboxes.Unreadable as trouble:
            yield Finding("wrong", f"returned mail ({box.name})", str(trouble))
        else:
            yield Finding("good", f"returned mail ({box.name})", "can be read")
        finally:
            box.close()
    if boxes and not config["MAIL_BOUNCE_ADDRESS"]:
        words = "not set, so no returned letter can be told from a forged one; all are ignored"
        yield Finding("wrong", "MAIL_BOUNCE_ADDRESS", words)
    if config["MAIL_BOUNCE_ADDRESS"] and not boxes:
        words = "no mailbox is read; good if your mail server runs: hrsite bounce"
        yield Finding("careful", "returned mail", words)


def _services(app: Flask) -> Iterator[Finding]:
    topic, file = app.config["SES_TOPIC"], app.config["SES_CERTIFICATE_FILE"]
    if topic or file:
        yield _ses(topic, file)
    for service, link in returned.links_to_open(db.session()).items():
        yield Finding("careful", service, f"open this once, then news of bounces begins: {link}")


def _ses(topic: str, file: str) -> Finding:
    if not topic or not file:
        return Finding("wrong", "ses", "needs both SES_TOPIC and SES_CERTIFICATE_FILE")
    try:
        found = ses.certificates_in(file)
    except (OSError, ValueError):
        return Finding("wrong", "ses", f"{file} holds no certificate in PEM form")
    if not any(ses.is_valid_at(one, clock.now()) for one in found):
        return Finding("wrong", "ses", f"the certificate in {file} has run out; get the new one")
    last = max(one.not_valid_after_utc for one in found)
    return Finding("good", "ses", f"certificate good until {furniture.moment(last)}")


def _instance(app: Flask) -> Iterator[Finding]:
    try:
        found = instance.held(db.session())
    except SQLAlchemyError:
        db.session.rollback()
        return  # The database was reported above.
    for one in found:
        words = HELD_WORDS[one.trouble or ""]
        said = f"no letter goes out from {one.machine}: {words}; press Resume on the desk"
        yield Finding("wrong", "letters held", said)


def _worker(app: Flask) -> Iterator[Finding]:
    try:
        seen_at = history.worker_seen_at(db.session())
    except SQLAlchemyError:
        return  # The database was reported above.
    if seen_at is None:
        yield Finding("careful", "worker", "none has run yet; mail waits until one does")
    elif clock.now() - seen_at > presence.SILENCE:
        yield Finding("careful", "worker", f"last seen {furniture.moment(seen_at)}; mail waits")
    else:
        yield Finding("good", "worker", f"last seen {furniture.moment(seen_at)}")


def _first_line(trouble: Exception) -> str:
    return str(trouble).strip().splitlines()[0][:200] if str(trouble).strip() else "no reason given"
