"""A poison recipient, template or header: it waits alone, the desk says why, the rest goes on."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.outbox.enqueue import put_delivery
from hrsite.outbox.models import Delivery, OutboxMessage
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import mail_server

BROKEN_SEALS = (b"", b"\x01short", b"\xff" * 60, b"ada@example.org")


def spoil(session: Session, column: str, value: bytes, count: int = 1) -> None:
    """Write octets into a sealed column of the first recipients, past the seal."""
    numbers = session.scalars(select(Delivery.recipient_id).order_by(Delivery.id).limit(count))
    statement = text(f"UPDATE recipients SET {column} = :value WHERE id = :id")  # noqa: S608
    for number in numbers.all():
        session.execute(statement, {"value": value, "id": number})
    session.commit()


@pytest.mark.parametrize("column", ["address", "links"])
@pytest.mark.parametrize("value", BROKEN_SEALS)
def test_a_reader_who_cannot_be_read_waits_alone(
    app: Flask, session: Session, clock: time_machine.Traveller, column: str, value: bytes
) -> None:
    message = put_letter(session, *READERS)
    spoil(session, column, value)
    look(app)
    assert states(session) == {"deferred": 1, "accepted": 2}
    assert "cannot be read" in (rows(session)[0].reply_text or "")
    assert message.paused_at is None


def test_links_that_are_no_links_wait_alone(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    for value in ("[]", "{not json", "17", '{"unsubscribe": 5}'):
        spoil(session, "links", app.extensions["seal"].close(value))
        clock.shift(timedelta(hours=1))
        look(app)
        assert rows(session)[0].state == "deferred"
    assert states(session) == {"deferred": 1, "accepted": 2}


def test_a_wrong_key_pauses_and_says_so_and_no_reader_is_given_up(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    readers = [f"reader{number}@example.org" for number in range(8)]
    message = put_letter(session, *readers)
    spoil(session, "address", b"\x01" * 60, count=8)
    assert look(app) == 5
    assert look(app) == 0
    assert states(session) == {"deferred": 5, "queued": 3}
    assert "ADDRESS_KEY" in (message.pause_reason or "")
    session.rollback()
    assert "Is ADDRESS_KEY the right one?" in coach.get("/desk/letters/").text


@pytest.mark.parametrize(
    "address",
    ["a\0b@example.org", "x@" + "y" * 300 + ".org", "a\r\nb@example.org", "@", "🙂" * 500, "-f@"],
)
def test_an_address_that_cannot_be_is_refused_and_nobody_else_is(
    app: Flask, session: Session, address: str
) -> None:
    message = put_letter(session, READERS[0])
    put_delivery(session, message, address, "k" * 64, {"unsubscribe": "x"}, our_clock.now())
    put_delivery(session, message, READERS[1], "l" * 64, {"unsubscribe": "y"}, our_clock.now())
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert [row.state.value for row in rows(session)] == ["accepted", "refused", "accepted"]
    assert [letter.rcpt_tos for letter in inbox.envelopes] == [[READERS[0]], [READERS[1]]]


@pytest.mark.parametrize(
    "header",
    [
        {"language": "en\r\nBcc: all@example.org"},
        {"reply_to": "coach@example.org>\r\nBcc: <all@example.org"},
        {"sender_address": "nobody at all"},
        {"sender_name": "Coach\r\nBcc: all@example.org"},
        {"subject": "One\0two"},
    ],
    ids=lambda header: next(iter(header)),
)
@pytest.mark.parametrize("database", ["sqlite"])
def test_an_absurd_header_stops_its_own_message_and_says_why(
    app: Flask, session: Session, header: dict[str, str]
) -> None:
    poisoned = put_letter(session, *READERS, key="poison").id
    fine = put_letter(session, *READERS, key="fine").id
    session.execute(update(OutboxMessage).where(OutboxMessage.id == poisoned).values(**header))
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert states(session, fine) == {"accepted": 3}
    assert states(session, poisoned) == {"queued": 3}
    reason = session.get_one(OutboxMessage, poisoned).pause_reason
    assert "cannot be written" in (reason or "")
    assert b"Bcc" not in b"".join(bytes(letter.content or b"") for letter in inbox.envelopes)


def test_a_name_and_a_subject_of_nothing_but_faces_arrive(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0], subject="🙂" * 500)
    session.execute(update(OutboxMessage).values(sender_name="🙃" * 200))
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    (letter,) = inbox.envelopes
    assert states(session) == {"accepted": 1}
    assert max(map(len, bytes(letter.content or b"").split(b"\r\n"))) <= 78


def test_a_mail_setting_that_is_nonsense_pauses_with_the_reason(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    put_letter(session, *READERS)
    session.rollback()
    mail_goes_to(app, 25, MAIL_SERVER="mail..example.org", MAIL_USE_TLS=True)
    with app.app_context():
        looking.do_what_is_due()
    assert states(session) == {"queued": 3}
    assert "MAIL_SERVER is no name that a machine can have" in coach.get("/desk/letters/").text
