"""Each kind of letter there is, to a reader who wants plain ones: it tells an onlooker nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import digests, letters, moving, welcoming
from hrsite.newsletter.models import Cadence, Subscriber, Topic
from tests import factories
from tests.outbox.conformance import deliver, parsed
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, keeping_server
from tests.outbox.plain_letters import SUMMARY, TELLING_SITE, TITLE, telling

OLD, NEW = "ada@example.org", "ada@new.example"
TEMPLATES = Path(__file__).parents[2] / "templates" / "email"
# What stands in place of an article, a notice or a digest, and of a welcome letter.
PLAIN_WORDINGS = {"note", "set"}
KINDS = sorted({folder.name for folder in TEMPLATES.iterdir() if folder.is_dir()} - PLAIN_WORDINGS)
Write = Callable[[Session, Subscriber, Traveller], None]


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with keeping_server(*EVERY_EXTENSION) as server:
        yield server


@pytest.fixture
def site(app: Flask) -> Flask:
    app.config.update(TELLING_SITE)
    return app


def personal(name: str) -> Write:
    return lambda session, ada, _: letters.put_personal(session, name, ada, our_clock.now())


def move(session: Session, ada: Subscriber, clock: Traveller) -> None:
    now = our_clock.now()
    moving.ask(session, ada, NEW, now)
    for change_id in moving.unwritten(session):
        moving.write(session, change_id, now)


def welcome(session: Session, ada: Subscriber, clock: Traveller) -> None:
    ada.welcome_at = now = our_clock.now()
    welcoming.save(session, True, f"<p>{TITLE}</p>", 0, now)
    welcoming.welcome(session, ada.id, now)


def article(session: Session, ada: Subscriber, clock: Traveller) -> None:
    factories.make_post(session, title=TITLE, summary=SUMMARY, send_to_readers=True)


def notice(session: Session, ada: Subscriber, clock: Traveller) -> None:
    factories.make_notice(session, title=TITLE, how_to_join=SUMMARY, send_to_readers=True)


def digest(session: Session, ada: Subscriber, clock: Traveller) -> None:
    ada.cadence = Cadence.WEEKLY
    factories.make_post(session, title=TITLE, summary=SUMMARY, send_to_readers=True)
    factories.make_notice(session, title=TITLE, place=SUMMARY)
    factories.open_issues(session)
    clock.shift(timedelta(days=3))  # A Friday morning.
    for due in digests.due(session, our_clock.now()):
        digests.open_digest(session, due, our_clock.now())


# How a letter of each kind comes to be written, and to which address.
WAYS: dict[str, Write] = {name: personal(name) for name in letters.PERSONAL_LETTERS} | {
    "move": move,
    "moving": move,
    "welcome": welcome,
    "article": article,
    "notice": notice,
    "digest": digest,
}


def test_every_kind_of_letter_is_written_here() -> None:
    assert set(WAYS) == set(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_plain_letter_of_any_kind_tells_nothing(
    site: Flask, session: Session, keeper: Keeper, clock: Traveller, name: str
) -> None:
    ada = factories.make_subscriber(session, OLD, tuple(Topic))
    ada.is_discreet = True
    session.commit()
    WAYS[name](session, ada, clock)
    session.commit()
    arrived = {letter.recipient: letter for letter in deliver(site, session, keeper)}
    letter = arrived[NEW if name == "move" else OLD]
    assert telling(letter, TITLE, SUMMARY) == []
    assert parsed(letter)["From"].partition(" <")[0] == "Jordan"
