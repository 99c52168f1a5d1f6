"""With IDEMPOTENCY_HEADER set the mail service knows a letter again: so it is asked again."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import claiming, enqueue, pausing, repeat_rules, repeating, tally
from hrsite.outbox.numbering import letter_id_of
from tests.outbox.ledger import (
    READERS,
    answer_to,
    claim_and_die,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
)
from tests.outbox.smtp_server import DROP, RawServer, mail_server

HEADER = "Resend-Idempotency-Key"
A_SECOND = timedelta(seconds=1)
PAUSE = repeat_rules.UNCERTAIN_PAUSE


@pytest.fixture(autouse=True)
def known_again(app: Flask, clock: time_machine.Traveller) -> None:
    """Whatever UNCERTAIN says: nobody is harmed by a repeat."""
    app.config.update(IDEMPOTENCY_HEADER=HEADER, UNCERTAIN="hold")


def lost(app: Flask, count: int = 1) -> list[bytes]:
    """Hand over to a server that takes each letter and hangs up; what it took."""
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        for _ in range(count):
            look(app)
    return server.letters


def plan(session: Session) -> list[tuple[str, bool]]:
    return [(row.state.value, row.next_at is not None) for row in rows(session)]


def test_each_letter_carries_the_number_of_its_message_id_and_each_attempt_is_the_same_letter(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session)
    first = lost(app, len(READERS))
    clock.shift(PAUSE)
    again = lost(app, len(READERS))
    assert len(first) == len(READERS)
    assert sorted(again) == sorted(first)
    told = {re.findall(rb"^%s: (.*)\r$" % HEADER.encode(), one, re.M)[0] for one in first}
    assert told == {letter_id_of(row).encode() for row in rows(session)}
    for one in first:
        assert one.count(HEADER.encode()) == 1
        assert re.findall(rb"^Message-ID: <(.*)@", one, re.M)[0] in told


def test_a_letter_somebody_asked_for_carries_it_too(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0], stream="transactional")
    (letter,) = lost(app)
    assert f"{HEADER}: {letter_id_of(rows(session)[0])}\r\n".encode() in letter


def test_without_the_setting_there_is_no_such_line(app: Flask, session: Session) -> None:
    app.config["IDEMPOTENCY_HEADER"] = ""
    put_letter(session, READERS[0])
    (letter,) = lost(app)
    assert b"Idempotency" not in letter


def test_it_is_asked_again_until_it_answers_though_hold_is_set(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    for _ in range(repeat_rules.KEYED.most):
        lost(app)
        assert plan(session) == [("uncertain", True)]
        clock.shift(PAUSE - A_SECOND)
        assert look(app) == 0
        clock.shift(A_SECOND)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
        assert len(inbox.envelopes) == 1
    assert states(session) == {"accepted": 1}
    assert tally.check(session) == {}


def test_a_service_that_never_answers_is_asked_so_often_and_then_the_coach_decides(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message, attempts = put_letter(session, READERS[0]), 0
    while lost(app):
        attempts += 1
        clock.shift(PAUSE)
    assert attempts == 1 + repeat_rules.KEYED.most
    assert plan(session) == [("uncertain", False)]
    assert repeating.held_count(session, message.id, 5) == 1
    assert repeating.repeat(session, message, our_clock.now()) == 1
    session.commit()
    assert len(lost(app)) == 1
    # She has decided: once, whatever becomes of it.
    assert plan(session) == [("uncertain", False)]
    assert repeating.held_count(session, message.id, 5) == 0


def test_a_killed_workers_letter_is_asked_for_again_too(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    assert look(app) == 0
    assert plan(session) == [("uncertain", True)]
    clock.shift(PAUSE)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
    assert states(session) == {"accepted": 1}


def test_whoever_left_meanwhile_is_not_asked_for_again(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    lost(app)
    enqueue.withdraw(session, rows(session)[0].address_key, ["articles"], our_clock.now())
    session.commit()
    clock.shift(PAUSE)
    assert lost(app) == []
    assert plan(session) == [("uncertain", False)]


def paused_for_a_day(
    session: Session, clock: time_machine.Traveller, but: timedelta = timedelta()
) -> None:
    """The coach stops it and goes on when no service knows its letters again, or just before."""
    message = rows(session)[0].message
    pausing.pause(message, "Stopped.", our_clock.now())
    session.commit()
    clock.shift(repeat_rules.KEY_LASTS - but)
    pausing.resume(message, our_clock.now())
    session.commit()


def test_once_the_service_has_forgotten_it_what_was_planned_waits_for_the_coach(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, READERS[0])
    lost(app)
    paused_for_a_day(session, clock)
    assert lost(app) == []
    assert plan(session) == [("uncertain", False)]
    assert repeating.held_count(session, message.id, 5) == 1
    assert tally.check(session) == {}


def test_what_was_in_the_air_and_then_put_off_waits_for_her_as_well(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, READERS[0])
    lost(app)
    clock.shift(PAUSE)
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: "450 4.2.1 later"})
        mail_goes_to(app, inbox.port)
        look(app)
    assert plan(session) == [("deferred", True)]
    paused_for_a_day(session, clock)
    assert lost(app) == []
    assert plan(session) == [("uncertain", False)]
    assert repeating.held_count(session, message.id, 5) == 1
    assert tally.check(session) == {}


def test_what_was_in_the_air_and_then_met_a_wrong_setting_stays_not_known_and_waits_too(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, READERS[0])
    lost(app)
    clock.shift(PAUSE)
    with RawServer({"MAIL": b"530 5.7.0 log in first\r\n"}) as server:
        mail_goes_to(app, server.port)
        look(app)
    (row,) = rows(session)
    assert (row.state, row.repeat_count, row.message.paused_at is None) == ("uncertain", 1, False)
    assert row.next_at is not None
    paused_for_a_day(session, clock)
    assert lost(app) == []
    assert plan(session) == [("uncertain", False)]
    assert repeating.held_count(session, message.id, 5) == 1
    assert tally.check(session) == {}


def test_whoever_is_reached_for_the_first_time_so_late_gets_the_letter_with_its_own_date(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    paused_for_a_day(session, clock)
    (letter,) = lost(app)
    assert our_clock.now().strftime("Date: %a, %d %b %Y %H:%M:%S").encode() in letter
    # That it is no repeat is sure; whether it arrived is not, and no service would know it again.
    assert plan(session) == [("uncertain", False)]


# Of the second, the repeat would fall into the time when no service knows it again.
@pytest.mark.parametrize("but", [timedelta(), claiming.LEASE + PAUSE - A_SECOND])
def test_a_worker_killed_so_late_leaves_it_to_the_coach(
    app: Flask, session: Session, clock: time_machine.Traveller, but: timedelta
) -> None:
    message = put_letter(session, READERS[0])
    paused_for_a_day(session, clock, but)
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    assert lost(app) == []
    assert plan(session) == [("uncertain", False)]
    assert repeating.held_count(session, message.id, 5) == 1
