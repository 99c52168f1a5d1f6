"""When no letter of a kind can get through, it waits for the coach, and the desk says why."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import history, pausing
from tests.outbox.certificates import make_certificates, server_shield
from tests.outbox.ledger import READERS, answer_to, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import RawServer, mail_server

POLICY = "550 5.7.1 we do not like this letter"


def test_five_refusals_by_policy_in_a_row_pause_the_message_and_close_no_address(
    app: Flask, session: Session
) -> None:
    readers = [f"reader{number}@example.org" for number in range(8)]
    message = put_letter(session, *readers)
    with mail_server() as inbox:
        answer_to(inbox, dict.fromkeys(readers, POLICY))
        mail_goes_to(app, inbox.port)
        assert look(app) == 5
        assert look(app) == 0
    assert states(session) == {"deferred": 5, "queued": 3}
    assert message.pause_reason
    assert "we do not like this letter" in message.pause_reason


def test_four_refusals_and_a_letter_taken_between_them_are_no_reason_to_pause(
    app: Flask, session: Session
) -> None:
    readers = [f"reader{number}@example.org" for number in range(9)]
    message = put_letter(session, *readers)
    with mail_server() as inbox:
        answer_to(inbox, dict.fromkeys(readers[:3] + readers[4:5], POLICY))
        mail_goes_to(app, inbox.port)
        assert look(app) == 9
    assert states(session) == {"deferred": 4, "accepted": 5}
    assert message.paused_at is None


@pytest.mark.parametrize(("one_in", "is_paused"), [(40, True), (70, False)])
def test_refusals_by_policy_here_and_there_pause_from_two_in_a_hundred_on(
    app: Flask, session: Session, one_in: int, is_paused: bool
) -> None:
    readers = [f"reader{number}@example.org" for number in range(1, 6 * one_in)]
    message = put_letter(session, *readers)
    with mail_server() as inbox:
        answer_to(inbox, dict.fromkeys(readers[::one_in], POLICY))
        mail_goes_to(app, inbox.port)
        look(app)
    counts = states(session)
    assert counts["deferred"] == (5 if is_paused else 6)
    assert (message.pause_reason is not None) == is_paused
    assert bool(counts["queued"]) == is_paused


def test_a_wrong_password_pauses_all_mail_and_counts_no_attempt(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    put_letter(session, *READERS)
    put_letter(session, READERS[0], key="confirm/1", stream="transactional")
    authority = make_certificates(tmp_path / "tls")
    with mail_server(server_shield(tmp_path / "tls")) as inbox:
        mail_goes_to(
            app,
            inbox.port,
            MAIL_USE_TLS=True,
            MAIL_CA_FILE=str(authority),
            MAIL_USERNAME="coach",
            MAIL_PASSWORD="wrong",
        )
        assert look(app) == 1
        assert look(app) == 0
        assert len(inbox.logins) == 1
        assert states(session) == {"queued": 4}
        assert {row.attempt_count for row in rows(session)} == {0}
        assert len(history.paused(session)) == 2
        app.config["MAIL_PASSWORD"] = "sesame"
        for message in history.paused(session):
            pausing.resume(message, our_clock.now())
        session.commit()
        assert look(app) == 4
    assert states(session) == {"accepted": 4}


def test_a_certificate_that_proves_nothing_pauses_and_says_why_on_the_desk(
    app: Flask, session: Session, coach: FlaskClient, tmp_path: Path
) -> None:
    put_letter(session, *READERS)
    make_certificates(tmp_path / "tls", expired=True)
    with mail_server(server_shield(tmp_path / "tls")) as inbox:
        mail_goes_to(app, inbox.port, MAIL_USE_TLS=True, MAIL_CA_FILE=str(tmp_path / "tls/ca.pem"))
        assert look(app) == 1
        assert inbox.envelopes == []
        page = coach.get("/desk/letters/").text
    assert "Letter issue/1" in page
    assert "A mail setting is wrong:" in page
    assert "certificate has expired" in page


def test_a_letter_that_cannot_be_written_waits_alone_and_the_rest_goes_on(
    app: Flask, session: Session
) -> None:
    poisoned = put_letter(session, *READERS, key="poison", subject="One\r\nBcc: all@example.org")
    fine = put_letter(session, *READERS, key="fine")
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 4
    assert states(session, poisoned.id) == {"queued": 3}
    assert states(session, fine.id) == {"accepted": 3}
    assert poisoned.pause_reason
    assert "This letter cannot be written" in poisoned.pause_reason


def test_a_letter_too_large_for_the_service_stops_its_message(app: Flask, session: Session) -> None:
    message = put_letter(session, *READERS)
    with RawServer({"MAIL": b"552 5.3.4 too big\r\n"}) as server:
        mail_goes_to(app, server.port)
        assert look(app) == 1
    assert states(session) == {"queued": 3}
    assert {row.attempt_count for row in rows(session)} == {0}
    assert message.pause_reason
    assert "no letter of this size" in message.pause_reason


def test_a_pause_stops_the_clock_and_resume_gives_time_anew(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, *READERS)
    pausing.pause(message, "You stopped it.", our_clock.now())
    session.commit()
    clock.shift(timedelta(days=3))
    assert look(app) == 0
    assert states(session) == {"queued": 3}
    pausing.resume(message, our_clock.now())
    session.commit()
    assert look(app) == 3
    assert states(session) == {"accepted": 3}


def test_a_notice_paused_past_its_session_is_too_late_even_after_resume(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    until = our_clock.now() + timedelta(hours=3)
    message = put_letter(session, *READERS, stream="notices", not_after=until, is_timely=True)
    pausing.pause(message, "You stopped it.", our_clock.now())
    session.commit()
    clock.shift(timedelta(hours=3))
    assert look(app) == 0
    assert states(session) == {"expired": 3}
    pausing.resume(message, our_clock.now())
    session.commit()
    assert look(app) == 0
    assert states(session) == {"expired": 3}


def test_a_sender_that_is_set_right_is_used_from_resume_on(app: Flask, session: Session) -> None:
    app.config["MAIL_ISSUE_SENDER"] = "mistyped@example.com"
    message = put_letter(session, *READERS)
    with RawServer({"MAIL": b"550 5.1.8 we do not know this sender\r\n"}) as server:
        mail_goes_to(app, server.port)
        look(app)
    session.refresh(message)
    assert "we do not know this sender" in (message.pause_reason or "")
    app.config["MAIL_ISSUE_SENDER"] = "letters@example.com"
    pausing.resume(message, our_clock.now())
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert {letter.mail_from for letter in inbox.envelopes} == {"letters@example.com"}
    assert all(b"<letters@example.com>" in bytes(one.content or b"") for one in inbox.envelopes)
    assert states(session) == {"accepted": 3}
