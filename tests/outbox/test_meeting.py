"""Two who write at the same moment on PostgreSQL: nothing slips through, and the numbers hold."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import claiming, enqueue, repeating, settling, tally
from hrsite.outbox.enqueue import put_delivery
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage
from hrsite.outbox.recording import Result, record
from hrsite.outbox.retrying import Answer
from tests.outbox.ledger import (
    READERS,
    claim_and_die,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
)
from tests.outbox.meeting import amid, beside
from tests.outbox.smtp_server import mail_server

pytestmark = [
    pytest.mark.usefixtures("clock"),
    pytest.mark.parametrize("database", ["postgresql"]),
]
ADA = READERS[0]
LATER = Answer("deferred", "reply", 451, "4.3.0", "4.3.0 later")
HUNG_UP = Answer("uncertain", "reply", None, None, "The mail server hung up.")
TAKEN = Answer("accepted", "reply", 250, None, "kept")


def leave(session: Session) -> None:
    """Ada leaves."""
    now = our_clock.now()
    enqueue.withdraw(session, key_of(addresses.check(ADA)), ["articles"], now)


def settle(session: Session) -> None:
    settling.settle(session, our_clock.now(), session.commit)


def drop_all(session: Session, message_id: int) -> None:
    message = session.get_one(OutboxMessage, message_id)
    enqueue.withdraw_all(session, message, our_clock.now())


def permit(session: Session, most: int) -> list[claiming.Claimed]:
    """Claimed and committed; permitted, and not committed yet."""
    now = our_clock.now()
    claimed = claiming.claim(session, "a worker", now, most)
    session.commit()
    return claiming.permit(session, claimed, now)


@pytest.mark.parametrize("answer", [LATER, HUNG_UP], ids=["later", "hung up"])
def test_who_leaves_while_her_answer_is_written_down_gets_nothing_more(
    app: Flask, session: Session, clock: time_machine.Traveller, answer: Answer
) -> None:
    put_letter(session, ADA)
    (gone,) = claim_and_die(session)
    record(session, [Result(gone, answer)], our_clock.now())
    session.flush()
    with beside(app, session, leave):
        pass
    (copy,) = rows(session)
    assert copy.next_at is None
    clock.shift(timedelta(minutes=16))
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert inbox.envelopes == []
    assert tally.check(session) == {}


def test_who_leaves_while_her_letter_is_let_go_is_not_called_withdrawn(
    app: Flask, session: Session
) -> None:
    message = put_letter(session, ADA)
    assert permit(session, 1)
    with beside(app, session, leave):
        pass
    (copy,) = rows(session)
    assert (copy.state, copy.next_at) == ("sending", None)
    session.refresh(message.tally)
    assert message.tally.waiting_count == 1
    assert tally.check(session) == {}


def test_what_is_dropped_while_letters_are_let_go_is_counted_once(
    app: Flask, session: Session
) -> None:
    message = put_letter(session)
    assert len(permit(session, 2)) == 2
    with beside(app, session, partial(drop_all, message_id=message.id)):
        pass
    assert states(session) == {"sending": 2, "withdrawn": 1}
    assert tally.check(session) == {}


@pytest.mark.parametrize("hours", [1, 25], ids=["a dead lease", "late letters"])
def test_two_workers_that_notice_the_same_count_it_once(
    app: Flask, session: Session, clock: time_machine.Traveller, hours: int
) -> None:
    put_letter(session)
    claim_and_die(session)
    clock.shift(timedelta(hours=hours))
    settle(session)
    with beside(app, session, settle):
        pass
    assert tally.check(session) == {}
    # One was in the air, and its repeat was planned once.
    assert sum(copy.repeat_count for copy in rows(session)) == 1


def test_what_she_asks_for_once_more_while_the_last_one_ends_still_goes(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    app.config["UNCERTAIN"] = "hold"
    message = put_letter(session, *READERS[:2])
    claim_and_die(session)
    clock.shift(timedelta(minutes=16))
    settle(session)
    session.commit()
    (other,) = permit(session, 1)
    session.commit()
    record(session, [Result(other, TAKEN)], our_clock.now())
    session.commit()
    assert repeating.repeat(session, message, our_clock.now()) == 1
    with beside(app, session, settle):
        pass
    session.refresh(message)
    assert message.settled_at is None


def test_what_a_worker_has_just_called_settled_goes_once_more(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    app.config["UNCERTAIN"] = "hold"
    message = put_letter(session, ADA)
    claim_and_die(session)
    clock.shift(timedelta(minutes=16))
    settle(session)

    def repeat(another: Session) -> None:
        asked = another.get_one(OutboxMessage, message.id)
        assert repeating.repeat(another, asked, our_clock.now()) == 1

    with beside(app, session, repeat):
        pass
    session.refresh(message)
    assert message.settled_at is None


def test_a_copy_that_comes_just_then_is_counted_if_it_is_called_back(
    app: Flask, session: Session
) -> None:
    """No moment lies between the counting and the change."""
    message = put_letter(session, *READERS[:2])
    seen: list[str] = []

    def one_more(line: Any, cursor: Any, words: str, *rest: Any) -> None:
        if "FOR UPDATE" in words and "deliveries" in words and not seen:
            seen.append(words)
            with Session(db.engine) as another:
                address = addresses.check(READERS[2])
                told = another.get_one(OutboxMessage, message.id)
                put_delivery(another, told, address.typed, key_of(address), {}, our_clock.now())
                another.commit()

    event.listen(db.engine, "after_cursor_execute", one_more)
    settling.drop(
        session, DeliveryState.EXPIRED, our_clock.now(), Delivery.message_id == message.id
    )
    session.commit()
    event.remove(db.engine, "after_cursor_execute", one_more)
    assert len(rows(session)) == 3
    assert tally.check(session) == {}


def test_what_is_late_may_be_dropped_in_that_moment(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    """Neither waits for the other for good: PostgreSQL would end one of them."""
    message = put_letter(session)
    clock.shift(timedelta(hours=25))
    with amid(app, session, "UPDATE message_tallies", partial(drop_all, message_id=message.id)):
        settle(session)
    assert states(session) == {"expired": 3}
    settle(session)
    session.commit()
    session.refresh(message)
    assert message.settled_at == our_clock.now()
    assert tally.check(session) == {}


def test_what_has_just_been_dropped_is_not_let_go(app: Flask, session: Session) -> None:
    message = put_letter(session)
    now = our_clock.now()
    claimed = claiming.claim(session, "a worker", now, 3)
    session.commit()
    drop_all(session, message.id)
    going: list[claiming.Claimed] = []

    def let_go(another: Session) -> None:
        going.extend(claiming.permit(another, claimed, now))

    with beside(app, session, let_go):
        pass
    assert going == []
    assert states(session) == {"withdrawn": 3}
    assert tally.check(session) == {}


def test_a_letter_that_is_answered_while_the_numbers_are_added_up_is_no_trouble(
    session: Session,
) -> None:
    put_letter(session)
    (gone,) = claim_and_die(session)
    seen: list[str] = []

    def answer(line: Any, cursor: Any, words: str, *rest: Any) -> None:
        if "deliveries" in words and not seen:
            seen.append(words)
            with Session(db.engine) as another:
                record(another, [Result(gone, TAKEN)], our_clock.now())
                another.commit()

    event.listen(db.engine, "after_cursor_execute", answer)
    said = tally.check(session)
    event.remove(db.engine, "after_cursor_execute", answer)
    assert seen
    assert said == {}
    assert states(session) == {"accepted": 1, "queued": 2}


def test_who_leaves_before_her_turn_while_an_answer_is_written_down_stands_in_nobodys_way(
    app: Flask, session: Session
) -> None:
    """A worker writes answers down and lets the next go in one transaction."""
    put_letter(session, "bea@example.org", ADA, "cleo@example.org")
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        with amid(app, session, "UPDATE message_tallies", leave):
            look(app)
        assert len(inbox.envelopes) >= 2
    assert states(session)["accepted"] == len(inbox.envelopes)
    assert tally.check(session) == {}
