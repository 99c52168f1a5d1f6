"""What a reader chose while her letter was not known is heeded when it goes once more."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Issue, Subscriber
from hrsite.outbox import presence
from tests.newsletter.test_desk_uncertain import lost, press
from tests.outbox.ledger import READERS, look, mail_goes_to
from tests.outbox.smtp_server import Inbox, mail_server

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def issue(app: Flask, session: Session) -> Issue:
    """An Issue of which nobody knows whether its two readers have it; it waits for the coach."""
    app.config["UNCERTAIN"] = "hold"
    presence.announce(session, "one", our_clock.now())
    return lost(app, session, *READERS[:2])


def ada(session: Session) -> Subscriber:
    found = subscribing.find_by_address(session, READERS[0])
    assert found
    return found


def what_goes(app: Flask) -> Inbox:
    """What a worker that looks now hands over."""
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    return inbox


def test_who_chose_plain_letters_meanwhile_gets_a_plain_one(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    subscribing.choose_discreet(session, ada(session), True)
    session.commit()
    press(coach, issue, "again")
    letters = {one.rcpt_tos[0]: one.content.decode() for one in what_goes(app).envelopes}
    assert "Small steps" not in letters[READERS[0]]
    assert "Small steps" in letters[READERS[1]]
