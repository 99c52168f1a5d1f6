"""The bin by night: what is over goes, what a letter names stays, and none keeps another back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.notices.models import SessionNotice
from hrsite.pages import binning
from hrsite.posts.models import Post
from tests import factories
from tests.newsletter.following import ADA, make_readers
from tests.newsletter.histories import look

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)
BIN = "/desk/bin/"
Binned = Callable[..., None]


@pytest.fixture
def binned(session: Session) -> Binned:
    """Throw things into the bin, and let the days go by until their time there is over."""

    def throw(clock: Traveller, *rows: binning.Row) -> None:
        for row in rows:
            binning.throw_away(session, row, our_clock.now())
        session.commit()
        clock.shift(binning.LASTS + DAY)
        looking.tidy_up()
        session.rollback()
        session.expire_all()

    return throw


def ids(session: Session, table: type[Post] | type[SessionNotice]) -> list[int]:
    return list(session.scalars(select(table.id)))


def test_a_notice_that_one_person_was_reminded_of_stays_and_all_else_goes(
    app: Flask, session: Session, clock: Traveller, binned: Binned
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    notice, draft = factories.make_notice(session), factories.make_post(session, published_at=None)
    other = factories.make_notice(session, starts_at=None)
    kept = notice.id
    session.rollback()
    clock.shift(DAY + timedelta(hours=10))
    look(app)

    binned(clock, notice, draft, other)

    assert (ids(session, SessionNotice), ids(session, Post)) == ([kept], [])


def test_a_notice_that_one_person_was_reminded_of_cannot_be_deleted_by_hand(
    app: Flask, coach: FlaskClient, session: Session, clock: Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session, starts_at=our_clock.now() + DAY + timedelta(minutes=10))
    session.rollback()
    clock.shift(timedelta(minutes=15))
    look(app)
    coach.post(f"{BIN}notice/{notice.id}")

    page = coach.get(BIN).text

    assert "A letter to readers names it, so the desk keeps it" in page
    assert "Delete for good" not in page
    assert coach.get(f"{BIN}notice/{notice.id}/delete").location == BIN


def test_one_that_cannot_be_let_go_keeps_no_other_back(
    session: Session, clock: Traveller, binned: Binned
) -> None:
    first, second = (factories.make_post(session, published_at=None) for _ in range(2))
    # A record of which the bin has never heard, such as a later version's.
    session.execute(text("CREATE TABLE records (post_id INTEGER REFERENCES posts (id))"))
    session.execute(text("INSERT INTO records VALUES (:id)"), {"id": first.id})
    session.commit()
    held, notice = first.id, factories.make_notice(session)

    binned(clock, first, second, notice)

    assert (ids(session, Post), ids(session, SessionNotice)) == ([held], [])
