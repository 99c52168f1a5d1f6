"""With UNCERTAIN=hold no copy is repeated that nobody has asked for."""

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import claiming, presence, repeating, tally
from tests.outbox.ledger import READERS, claim_and_die, look, put_letter, rows, states

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
