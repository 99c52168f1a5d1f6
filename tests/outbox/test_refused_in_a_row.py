"""One reader after the other refused for good: it is we who are refused, and nobody is closed."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.outbox.models import OutboxMessage, Suppression
from tests.outbox.ledger import answer_to, look, mail_goes_to, states
from tests.outbox.smtp_server import Inbox, mail_server
from tests.outbox.test_unwanted import is_paused, put, readers, resume

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    with mail_server() as opened:
        mail_goes_to(app, opened.port)
        yield opened


RELAY = "550 relay not permitted"


@pytest.mark.parametrize(("count", "lost"), [(30, 5), (3, 2)])
def test_a_relay_that_refuses_everybody_without_a_reason_stops_the_letter(
    app: Flask, session: Session, inbox: Inbox, count: int, lost: int
) -> None:
    number = put(session, readers(count))
    answer_to(inbox, dict.fromkeys(readers(count), RELAY))
    look(app)
    assert is_paused(session, number)
    assert states(session) == {"refused": lost, "queued": count - lost}
    reason = session.get_one(OutboxMessage, number).pause_reason or ""
    assert RELAY in reason
    assert "several readers in a row" in reason
    answer_to(inbox, {})
    resume(session, number)
    look(app)
    assert states(session) == {"refused": lost, "accepted": count - lost}


def test_a_relay_that_does_not_know_the_sender_closes_no_reader_s_address(
    app: Flask, session: Session, inbox: Inbox
) -> None:
    number = put(session, readers(30))
    # As Postfix says it, and not before the reader is named.
    words = "550 5.1.0 <post@localhost>: Sender address rejected: User unknown"
    answer_to(inbox, dict.fromkeys(readers(30), words))
    look(app)
    assert session.scalars(select(Suppression)).all() == []
    assert is_paused(session, number)
    assert states(session) == {"refused": 5, "queued": 25}


def closed_count(session: Session) -> int:
    return len(session.scalars(select(Suppression)).all())


@pytest.mark.parametrize("in_flight", [1, 16])
def test_a_relay_that_has_lost_its_way_closes_nobody_s_address(
    app: Flask, session: Session, inbox: Inbox, in_flight: int
) -> None:
    app.config.update(MAIL_IN_FLIGHT=in_flight, MAIL_CONNECTIONS=4)
    number = put(session, readers(60))
    answer_to(inbox, dict.fromkeys(readers(60), "550 5.1.2 Domain not found"))
    look(app)
    assert is_paused(session, number)
    assert 5 <= states(session)["refused"] < 5 + 4 * in_flight
    assert closed_count(session) == 0


def test_whoever_another_letter_finds_gone_again_is_closed(
    app: Flask, session: Session, inbox: Inbox
) -> None:
    gone = readers(30)[1:7]
    answer_to(inbox, dict.fromkeys(gone, "550 5.1.1 no such user"))
    for issue, open_ones in (("issue/1", 5), ("issue/2", 0)):
        number = put(session, readers(30), key=issue)
        look(app)
        assert is_paused(session, number)
        resume(session, number)
        look(app)
        assert closed_count(session) == len(gone) - open_ones
    number = put(session, readers(30), key="issue/3")
    look(app)
    assert not is_paused(session, number)
    assert states(session, number) == {"accepted": 24, "suppressed": 6}


def test_a_short_list_of_addresses_that_are_gone_is_not_stopped(
    app: Flask, session: Session, inbox: Inbox
) -> None:
    number = put(session, readers(4))
    answer_to(inbox, dict.fromkeys(readers(3), "550 5.1.1 no such user"))
    look(app)
    assert not is_paused(session, number)
    assert states(session) == {"refused": 3, "accepted": 1}


@pytest.mark.parametrize("in_flight", [1, 10])
def test_readers_refused_without_a_reason_among_others_stop_nothing(
    app: Flask, session: Session, inbox: Inbox, in_flight: int
) -> None:
    app.config.update(MAIL_IN_FLIGHT=in_flight)
    number = put(session, readers(60))
    answer_to(inbox, dict.fromkeys(readers(60)[::3], "550 No such user here"))
    look(app)
    assert not is_paused(session, number)
    assert states(session) == {"refused": 20, "accepted": 40}
