"""A worker and whoever else writes at that moment on PostgreSQL: one waits for the other once."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import bouncing, claiming, enqueue, events, pausing, settling, tally, unwanted
from hrsite.outbox.claiming import Claimed
from hrsite.outbox.models import Delivery, OutboxMessage
from hrsite.outbox.numbering import letter_id_of
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
from tests.outbox.meeting import amid
from tests.outbox.smtp_server import mail_server

pytestmark = pytest.mark.parametrize("database", ["postgresql"])
TAKEN = Answer("accepted", "reply", 250, None, "kept")
LATER = Answer("deferred", "reply", 451, "4.3.0", "4.3.0 later")
GONE = Answer("refused", "rcpt", 550, "5.1.1", "5.1.1 no such user", suppress=True)
WRONG = Answer("setting", "data", 503, None, "what?")
NO_LOGIN = Answer("setting", "auth", 535, None, "no")
COPIES = "FROM deliveries"


def drop_all(session: Session) -> None:
    """The coach takes back what has not gone out of the first message."""
    message = session.get_one(OutboxMessage, 1)
    enqueue.withdraw_all(session, message, our_clock.now())


def permit_all(session: Session) -> dict[int, list[Claimed]]:
    """All that waits is in the air now: by message."""
    now = our_clock.now()
    going = claiming.permit(session, claiming.claim(session, "one", now, 100), now)
    session.commit()
    numbers = {one.message_id for one in going}
    return {number: [one for one in going if one.message_id == number] for number in numbers}


@pytest.mark.parametrize("answer", [GONE, WRONG, NO_LOGIN, LATER])
def test_the_coach_takes_a_message_back_while_an_answer_stops_it(
    app: Flask, session: Session, answer: Answer
) -> None:
    put_letter(session, *READERS)
    (claimed,) = claim_and_die(session)
    with amid(app, session, COPIES, drop_all):
        record(session, [Result(claimed, answer)], our_clock.now())
    assert states(session)["withdrawn"] >= 2
    assert tally.check(session) == {}


def test_the_coach_takes_a_message_back_while_one_letter_is_answered_and_another_goes(
    app: Flask, session: Session
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        # The second permit is given with the answer to the first letter.
        with amid(app, session, "RETURNING deliveries.id", drop_all, times=2):
            look(app)
    assert len(inbox.envelopes) == 2
    assert states(session) == {"accepted": 2, "withdrawn": 1}


def test_two_workers_write_down_letters_of_two_messages(app: Flask, session: Session) -> None:
    put_letter(session, key="issue/1")
    put_letter(session, key="issue/2", mark="place-1")
    first, second = permit_all(session).values()
    theirs, ours = (second[0], first[0]), (first[1], second[1])

    def write_down(other: Session) -> None:
        record(other, [Result(one, TAKEN) for one in theirs], our_clock.now())

    with amid(app, session, "UPDATE message_tallies", write_down):
        record(session, [Result(one, TAKEN) for one in ours], our_clock.now())
    assert states(session) == {"accepted": 4, "sending": 2}
    assert tally.check(session) == {}


def test_somebody_leaves_of_whose_letters_one_waits_and_one_is_answered(
    app: Flask, session: Session
) -> None:
    put_letter(session, key="issue/1")
    put_letter(session, key="issue/2", mark="place-1")
    first, second = permit_all(session).values()
    record(session, [Result(first[0], LATER)], our_clock.now())
    session.commit()
    key = rows(session)[0].address_key
    session.rollback()

    def leave(other: Session) -> None:
        enqueue.withdraw(other, key, ["articles"], our_clock.now())

    with amid(app, session, "UPDATE message_tallies", leave):
        answers = [Result(first[1], GONE), Result(second[0], TAKEN)]
        record(session, answers, our_clock.now())
    assert states(session) == {"withdrawn": 1, "refused": 1, "accepted": 1, "sending": 3}
    assert tally.check(session) == {}


def test_the_coach_sets_a_message_going_while_a_report_stops_it(
    app: Flask, session: Session
) -> None:
    put_letter(session, *READERS)
    (claimed,) = claim_and_die(session)
    record(session, [Result(claimed, TAKEN)], our_clock.now())
    message = session.get_one(OutboxMessage, 1)
    message.tally.policy_refusal_count = message.tally.policy_refusals_in_a_row = 9
    session.commit()

    def resume(other: Session) -> None:
        pausing.resume(other.get_one(OutboxMessage, 1), our_clock.now())

    with amid(app, session, "FOR NO KEY UPDATE", resume):
        unwanted.came_back(session, session.get_one(Delivery, claimed.id), "no", our_clock.now())
    session.expire_all()
    assert session.get_one(OutboxMessage, 1).tally.policy_refusal_count == 0


def test_a_claim_that_began_before_somebody_moved_has_her_new_address(
    app: Flask, session: Session
) -> None:
    put_letter(session, READERS[0])

    def move(other: Session) -> None:
        other.get_one(Delivery, 1).recipient.address = "new@example.net"

    with amid(app, session, "SKIP LOCKED", move):
        (claimed,) = claiming.claim(session, "one", our_clock.now())
    seal = app.extensions["seal"]
    assert seal.open(claimed.address) == "new@example.net"


def test_somebody_leaves_while_a_worker_writes_down_what_time_has_decided(
    app: Flask, session: Session
) -> None:
    now = our_clock.now()
    put_letter(session, key="issue/1")
    claim_and_die(session)
    in_the_air, hers, _ = rows(session)
    in_the_air.lease_until = now - claiming.LEASE
    key = hers.address_key
    put_letter(session, key="issue/2", mark="place-1", not_after=now)

    def leave(other: Session) -> None:
        enqueue.withdraw(other, key, ["articles"], now)

    with amid(app, session, "UPDATE message_tallies", leave):
        settling.settle(session, now, session.commit)
    assert states(session) == {"uncertain": 1, "queued": 1, "withdrawn": 2, "expired": 2}
    assert tally.check(session) == {}


@pytest.mark.parametrize("kind", ["hard", "policy"])
def test_the_coach_takes_a_message_back_while_a_report_of_a_letter_comes(
    app: Flask, session: Session, kind: events.EventKind
) -> None:
    put_letter(session, *READERS)
    claim_and_die(session)
    number = letter_id_of(rows(session)[0])
    event = events.Event("mailgun", "1", kind, READERS[0], letter_ids=(number,), text="no")
    with amid(app, session, "FOR UPDATE", drop_all):
        assert bouncing.take_event(session, event, our_clock.now())
    assert states(session) == {"accepted": 1, "withdrawn": 2}
    assert tally.check(session) == {}


def test_the_coach_takes_a_message_back_while_two_leave_at_once(
    app: Flask, session: Session
) -> None:
    """PostgreSQL looks for the message of numbers that one transaction changes a second time."""
    put_letter(session, *READERS)
    first, second, _ = [one.address_key for one in rows(session)]
    session.rollback()
    with amid(app, session, "UPDATE message_tallies", drop_all):
        for key in (first, second):
            enqueue.withdraw(session, key, ["articles"], our_clock.now())
    assert states(session) == {"withdrawn": 3}
    assert tally.check(session) == {}
