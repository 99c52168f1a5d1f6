"""A digest whose first letter met trouble: written anew while nobody can have it, and no longer."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import holding, renewing
from hrsite.notices.models import SessionNotice
from hrsite.outbox.models import DeliveryState
from tests.conftest import AppMaker
from tests.newsletter.following import change
from tests.newsletter.histories import look
from tests.newsletter.test_digests import digest_issues
from tests.newsletter.test_renewing import write_one
from tests.outbox.ledger import mail_goes_to, rows, states
from tests.outbox.smtp_server import DROP, RawServer

pytestmark = pytest.mark.usefixtures("clock")
HALF_AN_HOUR = timedelta(minutes=31)
LATER = b"451 4.3.0 later\r\n"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=30)


def number_of(letter: bytes) -> bytes:
    found = re.search(rb"Message-ID: (.*)\r", letter)
    assert found
    return found[1]


def test_a_digest_that_may_have_arrived_is_not_written_anew(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    """Its repeat has the same number: with another text a mail service would take either for it."""
    notice, issue = write_one(app, session, clock)
    message_id = issue.message_id
    clock.shift(HALF_AN_HOUR)
    with RawServer({"DOT": DROP}, {"DOT": LATER}, {}) as server:
        mail_goes_to(app, server.port)
        look(app)
        clock.shift(timedelta(minutes=16))
        look(app)
        (copy,) = rows(session, message_id)
        assert (copy.state, copy.repeat_count) == (DeliveryState.DEFERRED, 1)
        change(session, session.get_one(SessionNotice, notice.id), cancelled_at=our_clock.now())
        assert renewing.untrue(session, our_clock.now()) == []
        clock.shift(timedelta(minutes=6))
        look(app)
    assert states(session, message_id) == {"accepted": 1}
    first, *_, last = server.letters
    assert number_of(first) == number_of(last)
    assert first.partition(b"\r\n\r\n")[2] == last.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("state", "repeats", "is_there"),
    [
        (DeliveryState.QUEUED, 0, False),
        (DeliveryState.DEFERRED, 0, False),
        (DeliveryState.DEFERRED, 1, True),
        (DeliveryState.REFUSED, 0, False),
        (DeliveryState.REFUSED, 1, True),
        (DeliveryState.SENDING, 0, True),
        (DeliveryState.UNCERTAIN, 0, True),
        (DeliveryState.ACCEPTED, 0, True),
        (DeliveryState.WITHDRAWN, 0, False),
    ],
)
def test_what_was_in_the_air_once_may_be_with_its_reader(
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    state: DeliveryState,
    repeats: int,
    is_there: bool,
) -> None:
    _, issue = write_one(app, session, clock)
    (copy,) = rows(session, issue.message_id)
    copy.state, copy.repeat_count = state, repeats
    session.commit()
    (issue,) = digest_issues(session)
    assert holding.has_begun(session, issue) == is_there
