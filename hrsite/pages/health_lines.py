"""How the site is, line by line: what carries mail first, then what everything stands on."""

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.newsletter import guarding
from hrsite.newsletter.models import Issue
from hrsite.outbox import history, lately, refusals
from hrsite.pages import checking, needing, needing_notices
from hrsite.pages.checking import Finding

# A server that is busy asks for some patience, and gets it; from then on it is worth a look.
LONG_WAIT = timedelta(hours=1)
FAILED_WITHIN = timedelta(days=7)
# A mailbox that is gone is nothing to mend: the address was closed when it was told.
NOTHING_TO_MEND = frozenset(refusals.NOBODY_THERE)
_LETTERS = ("outbox_desk.index", "See the letters")


@dataclass(frozen=True)
class Line(Finding):
    """One thing, and where more of it stands. `level` may also be "told": a fact to know."""

    endpoint: str = ""
    label: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def needs_a_look(self) -> bool:
        """Is something not as it should be?"""
        return self.level in ("careful", "wrong")


def sentence(words: str) -> str:
    """What was found, as a page says it."""
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "."


def lines(app: Flask, session: Session, now: datetime) -> list[Line]:
    """All of it, in the order in which somebody would look."""
    config = app.config
    looks: tuple[tuple[str, Callable[[], Iterable[Line]]], ...] = (
        ("Mail worker", lambda: [_line("Mail worker", checking.worker(session, now))]),
        ("Stopped letters", lambda: _stopped(session, now)),
        ("Last letter taken", lambda: [_accepted(session)]),
        ("Waiting letters", lambda: [_waiting(session, now)]),
        ("Failed letters", lambda: [_failed(session, now)]),
        ("Signing up", lambda: [_signups(session, now)]),
        ("Mail settings", lambda: [_mail(config)]),
        ("Disk", lambda: [_line("Disk", checking.disk(Path(config["DATA_DIR"])))]),
        ("Database", lambda: [_line("Database", checking.database())]),
        ("Address key", lambda: [_key(session, config)]),
        ("Backup", lambda: [_backup(app)]),
        ("Software", lambda: [_software()]),
    )
    return [
        line
        for what, look in looks
        for line in checking.safely(look, partial(_not_looked_at, what))
    ]


def _not_looked_at(what: str, words: str) -> Line:
    return Line("wrong", what, sentence(words))


def _line(what: str, found: Finding) -> Line:
    return Line(found.level, what, sentence(found.words))


def _stopped(session: Session, now: datetime) -> Iterator[Line]:
    """What the desk's first page asks her to settle, as far as mail is concerned."""
    for need in (
        *needing.paused_letters(session),
        *needing.in_vain(session),
        *needing.returned_mail(session, now),
        *needing_notices.lost_letters(session, now),
    ):
        yield Line("careful", "Stopped", need.text, need.endpoint, need.label, need.values)


def _accepted(session: Session) -> Line:
    what, last = "Last letter taken", lately.last_accepted(session)
    if last is None:
        return Line("told", what, "The mail service has not taken a letter yet.")
    words = f"The mail service last took a letter on {furniture.moment(last.at)}"
    issue = session.scalar(select(Issue).where(Issue.message_id == last.message_id))
    if issue is None:
        return Line("good", what, f"{words}. It was a letter to one person.")
    label, values = "See how it went", {"issue_id": issue.id}
    words = f"{words}. It was a copy of “{issue.title}”."
    return Line("good", what, words, "newsletter_desk.issue", label, values)


def _waiting(session: Session, now: datetime) -> Line:
    what, count = "Waiting letters", history.waiting_count(session)
    since_at = lately.waiting_since(session, now)
    if not count:
        return Line("good", what, "No letter waits.")
    words = f"{furniture.count(count, 'letter waits', 'letters wait')} to go out."
    if since_at is None:
        return Line("good", what, f"{words} Their time has not come yet.", *_LETTERS)
    level = "careful" if now - since_at > LONG_WAIT else "good"
    words = f"{words} The oldest could have gone out {furniture.ago(since_at, now)}."
    return Line(level, what, words, *_LETTERS)


def _failed(session: Session, now: datetime) -> Line:
    what, reasons = "Failed letters", lately.failed(session, now - FAILED_WITHIN)
    if not reasons:
        return Line("good", what, "None failed in the last 7 days.")
    count = furniture.count(reasons.total(), "letter", "letters")
    listed = " ".join(f"{number:,}: {words}" for words, number in reasons.most_common())
    level = "told" if reasons.keys() <= NOTHING_TO_MEND else "careful"
    return Line(level, what, f"{count} failed in the last 7 days. {listed}", *_LETTERS)


def _signups(session: Session, now: datetime) -> Line:
    """How hard the forms are used, with which strangers can set off letters."""
    what, strain = "Signing up", guarding.strain(session, now)
    label = ("newsletter_desk.requests_waiting", "See who waits")
    if strain.is_on or strain.is_doubtful:
        return Line("careful", what, needing.strain_words(strain), *label)
    count = furniture.count(strain.written_count, "letter", "letters")
    words = f"{count} in the last hour to people who asked for one. Up to {strain.most:,} may go."
    return Line("good", what, words, *label)


def _mail(config: dict[str, Any]) -> Line:
    """The settings as they are, without asking whether they work; never a password."""
    what = "Mail settings"
    if folder := checking.mail_folder(config):
        return Line(
            "told" if folder.level == "good" else folder.level, what, sentence(folder.words)
        )
    shielded = config["MAIL_USE_TLS"] or config["MAIL_USE_SSL"]
    senders = dict.fromkeys((config["MAIL_SENDER"], config["MAIL_ISSUE_SENDER"]))
    said = [
        f"Letters go to {config['MAIL_SERVER']}, port {config['MAIL_PORT']},"
        f" {'encrypted (TLS)' if shielded else 'not encrypted (no TLS)'},"
        f" {'with' if config['MAIL_USERNAME'] else 'without'} a name and password.",
        f"They come from {' or '.join(senders)}.",
        f"Answers go to {furniture.site().reply_to or 'the address they come from'}.",
    ]
    return Line("good" if shielded else "careful", what, " ".join(said))


def _key(session: Session, config: dict[str, Any]) -> Line:
    what = "Address key"
    if found := checking.address_key(session):
        return _line(what, found)
    file = Path(config["DATA_DIR"]) / "address.key"
    place = f"in {file}" if file.is_file() else "in the server’s settings (ADDRESS_KEY)"
    words = (
        f"The key that opens your readers’ addresses is {place}. Without it the list of readers is"
        " lost. Ask whoever keeps the site to hold a copy of it somewhere else, apart from the"
        " backup of the database."
    )
    return Line("told", what, words)


def _backup(app: Flask) -> Line:
    config = app.config
    is_file = config["DATABASE_URL"].startswith("sqlite")
    command = (
        f'sqlite3 {Path(config["DATA_DIR"]) / "hrsite.db"} ".backup copy.db"'
        if is_file
        else "pg_dump"
    )
    words = (
        "This site makes no backups by itself, and cannot tell when the last one was made. Ask"
        " whoever keeps it to copy two things each night to another machine: the database, with"
        f" {command}, and the folder {config['DATA_DIR']}. No letter goes out from a restored"
        " backup until you say so."
    )
    return Line("told", "Backup", words)


def _software() -> Line:
    words = f"hrsite {metadata.version('hrsite')} on Python {platform.python_version()}."
    return Line("good", "Software", words)
