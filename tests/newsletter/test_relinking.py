"""Somebody gets other links while letters to her lie in a worker's hands."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter import moving
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import claiming, tally
from tests import factories
from tests.outbox.ledger import look, mail_goes_to, put_letter, states
from tests.outbox.smtp_server import mail_server

pytestmark = pytest.mark.usefixtures("clock")
ADA = "ada@example.org"
LETTER = {"text": "Your settings: place-0-settings.\n"}


def close_her_link(app: Flask, session: Session, ada: Subscriber) -> None:
    app.test_client().post(f"/settings/{ada.links['settings']}/close")


def say_it_was_not_she(app: Flask, session: Session, ada: Subscriber) -> None:
    """Somebody who had her link wished her letters elsewhere."""
    wish = factories.make_address_change(session, ada, "eve@new.example", "move", "stop")
    moving.stop(session, wish, clock.now())
    session.commit()


@pytest.mark.parametrize("deed", [close_her_link, say_it_was_not_she])
def test_a_letter_in_a_worker_s_hands_goes_with_her_new_link(
    app: Flask, session: Session, deed: Callable[[Flask, Session, Subscriber], None]
) -> None:
    ada = factories.make_subscriber(session, ADA)
    put_letter(session, ADA, **LETTER)
    claimed = claiming.claim(session, "a slow worker", clock.now())
    session.commit()
    before = ada.links["settings"]
    deed(app, session, ada)
    assert claiming.permit(session, claimed, clock.now()) == []
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
        (letter,) = inbox.envelopes
    session.expire_all()
    said = letter.content.decode()
    assert ada.links["settings"] in said
    assert before not in said
    assert states(session) == {"accepted": 1}
    assert tally.check(session) == {}
