"""A site that mail services call, and a letter that one of them took."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.outbox.models import Delivery
from tests.outbox import service_calls as calls
from tests.outbox.ledger import READERS, look, put_letter, rows


@pytest.fixture
def amazon(tmp_path: Path, clock: Traveller) -> calls.Amazon:
    return calls.Amazon(tmp_path, our_clock.now())


@pytest.fixture
def app(make_app: Callable[..., Flask], amazon: calls.Amazon) -> Flask:
    return make_app(
        MAIL_BOUNCE_ADDRESS="bounces@example.com",
        SES_TOPIC=calls.TOPIC,
        SES_CERTIFICATE_FILE=str(amazon.certificate),
        POSTMARK_SECRET=calls.SECRET,
        MAILGUN_SIGNING_KEY=calls.SECRET,
    )


@pytest.fixture
def copy(app: Flask, session: Session) -> Delivery:
    """A letter to Ada that the mail service took."""
    message = put_letter(session, READERS[0])
    look(app)
    return rows(session, message.id)[0]
