"""A digest that is written anew while a worker hands it over: it says what it says by then."""

from datetime import timedelta

import pytest
import time_machine
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db, only_reads
from hrsite.newsletter import renewing
from hrsite.newsletter.models import Topic
from hrsite.notices.models import SessionNotice
from hrsite.outbox import delivering
from tests.conftest import AppMaker
from tests.newsletter.following import change
from tests.newsletter.test_digests import make_reader
from tests.newsletter.test_renewing import write_one
from tests.outbox.ledger import KEPT, mail_goes_to, replies, states
from tests.outbox.smtp_server import Inbox, mail_server
from tests.outbox.test_pacing_worker import FalseTime

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=30)


def refuse_the_first(inbox: Inbox) -> list[Envelope]:
    """The server puts the first letter off and takes all others; every letter that it saw."""
    seen: list[Envelope] = []

    def put_off(letter: Envelope) -> str:
        seen.append(letter)
        return "451 4.3.0 later" if len(seen) == 1 else KEPT

    replies(inbox, put_off)
    return seen


def test_a_worker_in_the_middle_of_a_look_hands_over_what_a_digest_says_by_now(
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivering, "time", FalseTime())
    make_reader(session, "second@example.org", topics=tuple(Topic))
    notice, issue = write_one(app, session, clock)
    notice_id, message_id = notice.id, issue.message_id
    clock.shift(timedelta(minutes=31))
    session.rollback()

    def cancel_once_the_first_is_put_off() -> bool:
        """Whoever presses "Cancel it" while the worker waits, for it keeps a pace."""
        told = db.session.get_one(SessionNotice, notice_id)
        is_put_off = states(db.session(), message_id)["deferred"] == 1
        if is_put_off and told.cancelled_at is None:
            change(db.session(), told, cancelled_at=our_clock.now())
            renewing.keep_true(db.session(), our_clock.now())
        db.session.commit()
        return False

    with mail_server() as inbox:
        seen = refuse_the_first(inbox)
        mail_goes_to(app, inbox.port, MAIL_PACE=1.0)
        token = only_reads.set(False)
        try:
            with app.app_context():
                hook = cancel_once_the_first_is_put_off
                delivering.deliver_due(db.session(), "a worker", hook)
        finally:
            only_reads.reset(token)
    assert [b"Cancelled" in letter.content for letter in seen] == [False, True]
    assert states(session, message_id) == {"deferred": 1, "accepted": 1}
