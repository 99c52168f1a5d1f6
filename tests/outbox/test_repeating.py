"""With UNCERTAIN=hold no copy is repeated that nobody has asked for."""

from datetime import timedelta

import flask_migrate
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.outbox import claiming, presence, repeat_rules, repeating, settling, tally
from hrsite.outbox.models import Delivery
from hrsite.outbox.recording import Result, record
from hrsite.outbox.repeat_rules import UNCERTAIN_PAUSE
from hrsite.outbox.retrying import Answer
from tests.outbox.ledger import READERS, claim_and_die, look, mail_goes_to, put_letter, rows, states
from tests.outbox.old_ledger import a_moment, put_message
from tests.outbox.smtp_server import DROP, RawServer
from tests.test_migrations import FOLDER

A_SECOND = timedelta(seconds=1)


def test_with_hold_set_an_uncertain_letter_is_not_repeated(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    app.config["UNCERTAIN"] = "hold"
    put_letter(session, READERS[0])
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    look(app)
    clock.shift(timedelta(hours=2))
    assert look(app) == 0
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]


def test_what_somebody_asked_for_herself_is_repeated_once_though_hold_is_set(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    app.config["UNCERTAIN"] = "hold"
    put_letter(session, *READERS[:2], stream="transactional")
    # One is lost with its worker, one with its line.
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        look(app)
    assert [(row.state, row.next_at is None) for row in rows(session)] == [("uncertain", False)] * 2
    clock.shift(repeat_rules.UNCERTAIN_PAUSE)
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        assert look(app) + look(app) == 2
    # Both were lost again: that is once.
    assert [(row.state, row.next_at is None) for row in rows(session)] == [("uncertain", True)] * 2
    assert tally.check(session) == {}


def test_what_was_planned_before_hold_was_set_is_held_too_until_the_coach_decides(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, READERS[0])
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    look(app)
    assert rows(session)[0].next_at is not None
    app.config["UNCERTAIN"] = "hold"
    clock.shift(timedelta(hours=2))
    assert look(app) == 0
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]
    assert repeating.held_count(session, message.id, 5) == 1
    assert repeating.repeat(session, message, our_clock.now()) == 1
    session.commit()
    # What she asked for stays asked for, though the worker that took it in hand goes down.
    assert claiming.claim(session, "worker", our_clock.now(), 5)
    session.commit()
    clock.shift(presence.SILENCE + A_SECOND)
    assert look(app) == 1
    assert states(session) == {"accepted": 1}
    assert tally.check(session) == {}


def test_hold_holds_what_a_worker_had_in_hand_that_has_been_gone_for_long(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, READERS[0])
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    look(app)
    clock.shift(UNCERTAIN_PAUSE)
    # In hand for its repeat, when the server goes down.
    assert claiming.claim(session, "worker", our_clock.now())
    session.commit()
    app.config["UNCERTAIN"] = "hold"
    clock.shift(timedelta(hours=2))
    assert look(app) == 0
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]
    assert repeating.held_count(session, message.id, 5) == 1
    assert tally.check(session) == {}


def test_what_she_had_decided_stays_decided_through_an_update_and_back(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0044")
    now, before = a_moment(), [0, 1, 2]
    with db.engine.begin() as connection:
        put_message(connection)
        copy = (
            "INSERT INTO deliveries (message_id, recipient_id, state, changed_at, attempt_count,"
            " repeat_count, fence) VALUES (3, :reader, 'uncertain', :now, 1, :repeats, 1)"
        )
        copies = [{"reader": count, "repeats": count, "now": now} for count in before]
        connection.execute(text(copy), copies)
    flask_migrate.upgrade(directory=str(FOLDER), revision="0045")
    after = repeats_of_all()
    flask_migrate.downgrade(directory=str(FOLDER), revision="0044")
    assert after == [0, 1, repeat_rules.DECIDED]
    assert repeats_of_all() == before


def repeats_of_all() -> list[int]:
    with db.engine.connect() as connection:
        query = text("SELECT repeat_count FROM deliveries ORDER BY recipient_id")
        return list(connection.scalars(query))


def answer_after_its_lease(
    session: Session, clock: time_machine.Traveller, answer: Answer
) -> Delivery:
    """A worker's answer, once another has noticed that its lease is over; the copy then."""
    put_letter(session, READERS[0])
    (gone,) = claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    settling.settle(session, our_clock.now(), session.commit)
    session.commit()
    record(session, [Result(gone, answer)], our_clock.now())
    session.commit()
    assert tally.check(session) == {}
    (copy,) = rows(session)
    return copy


def test_a_line_that_broke_long_ago_takes_no_repeat_away(
    session: Session, clock: time_machine.Traveller
) -> None:
    hung_up = Answer("uncertain", "reply", None, None, "The mail server hung up.")
    copy = answer_after_its_lease(session, clock, hung_up)
    assert (copy.state, copy.repeat_count) == ("uncertain", 1)
    assert copy.next_at == our_clock.now() + UNCERTAIN_PAUSE


def test_a_late_no_to_what_the_coach_decides_does_not_say_that_its_reader_left(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    app.config["UNCERTAIN"] = "hold"
    later = Answer("deferred", "reply", 451, "4.3.0", "4.3.0 later")
    copy = answer_after_its_lease(session, clock, later)
    assert (copy.state, copy.reply_code) == ("uncertain", 451)
    assert repeating.held_count(session, copy.message_id, 9) == 1
