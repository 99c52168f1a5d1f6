"""A mail service that takes a few letters on each connection holds nobody up."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.outbox.ledger import look, mail_goes_to, put_letter, states
from tests.outbox.smtp_server import Inbox, mail_server

# As Amazon SES and MailerSend say it, and as Comcast does.
ENOUGH = [
    "421 Connection closed by server. Maximum message count per session reached.",
    "452 Too many emails sent on this session",
]
MANY = [f"reader{number}@example.org" for number in range(12)]

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    with mail_server() as opened:
        mail_goes_to(app, opened.port)
        yield opened


def let_so_many(inbox: Inbox, most: int, words: str) -> None:
    """The server says these words to each further letter on a connection."""

    async def handle_mail(
        server: Any, session: Any, envelope: Any, sender: str, options: list[str]
    ) -> str:
        session.named = getattr(session, "named", 0) + 1
        if session.named > most:
            return words
        envelope.mail_from = sender
        return "250 2.1.0 ok"

    inbox.handle_MAIL = handle_mail


@pytest.mark.parametrize("words", ENOUGH)
def test_all_readers_are_written_to_in_one_look(
    app: Flask, session: Session, inbox: Inbox, words: str
) -> None:
    put_letter(session, *MANY)
    let_so_many(inbox, 5, words)
    look(app)
    assert states(session) == {"accepted": 12}
    assert sorted(letter.rcpt_tos[0] for letter in inbox.envelopes) == sorted(MANY)
    assert inbox.connections == 3


def test_a_service_that_takes_none_is_left_alone(
    app: Flask, session: Session, inbox: Inbox
) -> None:
    put_letter(session, *MANY)
    let_so_many(inbox, 0, ENOUGH[0])
    look(app)
    assert states(session) == {"deferred": 1, "queued": 11}
    assert look(app) == 0
    assert inbox.connections == 1
