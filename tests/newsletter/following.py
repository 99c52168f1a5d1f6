"""A session, its readers and its changes: what tests of the letters that follow it need."""

from datetime import date, time, timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Topic
from hrsite.notices import planning
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.outbox.folder import OpenLetter
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.histories import look

ADA, BEA, CLEO = (f"{name}@example.org" for name in ("ada", "bea", "cleo"))
WEEKLY: dict[str, Any] = {
    "starts_at": None,
    "rhythm": Rhythm.WEEKLY,
    "first_on": date(2026, 6, 4),
    "start_time": time(19),
    "length_minutes": 60,
}
# Longer than the coach may take a notice's letter back.
A_WHILE = timedelta(minutes=5)


def make_readers(session: Session, *addresses: str, **changes: object) -> None:
    """People who get session notices."""
    for typed in addresses:
        person = factories.make_subscriber(session, typed, (Topic.NOTICES,))
        for name, value in changes.items():
            setattr(person, name, value)
    session.commit()


def change(session: Session, notice: SessionNotice, **changes: object) -> None:
    """What the coach does to a session, as far as its readers see."""
    for name, value in changes.items():
        setattr(notice, name, value)
    planning.settle(notice)
    planning.raise_sequence(notice)
    notice.version += 1
    session.commit()


class Post:
    """The letters in the folder, a few at a time."""

    def __init__(self, app: Flask, letters: Letters, session: Session) -> None:
        self._app, self._letters, self._session = app, letters, session
        # By their names: those of 14 days ago are gone from the folder.
        self._seen: set[str] = set()

    def new(self) -> list[OpenLetter]:
        """What a look of the worker brought."""
        look(self._app)
        self._session.rollback()
        new = [one for one in self._letters() if one.letter.name not in self._seen]
        self._seen.update(one.letter.name for one in new)
        return sorted(new, key=lambda one: one.letter.to)

    def to(self) -> list[str]:
        """To whom."""
        return [one.letter.to for one in self.new()]
