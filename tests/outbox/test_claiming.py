"""Claims: each copy to one worker, dead leases, late letters, and answers that come too late."""

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import setting_rules
from hrsite.extensions import db
from hrsite.outbox import (
    claiming,
    enqueue,
    leasing,
    pausing,
    presence,
    repeat_rules,
    settling,
)
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.numbering import letter_id_of
from tests.outbox.ledger import (
    READERS,
    claim_and_die,
    close,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
    while_in_the_air,
)
from tests.outbox.smtp_server import mail_server

A_SECOND = timedelta(seconds=1)


def test_two_workers_hand_each_letter_over_once(app: Flask, session: Session) -> None:
    readers = [f"reader{number}@example.org" for number in range(60)]
    put_letter(session, *readers)
    both = threading.Barrier(2)
    troubles: list[Exception] = []

    def work(owner: str) -> None:
        try:
            both.wait(10)
            look(app, owner)
            # Whoever passed by a locked row comes again, as a worker does every minute.
            look(app, owner)
        except Exception as trouble:
            troubles.append(trouble)

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        workers = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
    assert troubles == []
    assert sorted(to for one in inbox.envelopes for to in one.rcpt_tos) == sorted(readers)
    assert states(session) == {"accepted": 60}
    assert {row.fence for row in rows(session)} == {1}


def test_nothing_due_is_no_claim(session: Session) -> None:
    assert claiming.claim(session, "a worker", our_clock.now()) == []
    put_letter(session, READERS[0])
    row = rows(session)[0]
    row.next_at = our_clock.now() + A_SECOND
    session.commit()
    assert claiming.claim(session, "a worker", our_clock.now()) == []


def test_whoever_has_waited_longest_is_next(
    session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    for row, minutes, state in zip(
        rows(session), (2, 3, 1), ("queued", "deferred", "uncertain"), strict=True
    ):
        row.next_at = our_clock.now() - timedelta(minutes=minutes)
        row.state = DeliveryState(state)
    session.commit()
    taken = []
    while claimed := claiming.claim(session, "a worker", our_clock.now()):
        session.commit()
        taken += [row.address for row in rows(session) if row.id == claimed[0].id]
    assert taken == [READERS[1], READERS[0], READERS[2]]


def test_a_batch_is_in_the_order_of_waiting_too(session: Session) -> None:
    put_letter(session, *READERS)
    for row, minutes in zip(rows(session), (1, 3, 2), strict=True):
        row.next_at = our_clock.now() - timedelta(minutes=minutes)
    session.commit()
    claimed = claiming.claim(session, "a worker", our_clock.now(), 3)
    by_id = {row.id: row.address for row in rows(session)}
    assert [by_id[one.id] for one in claimed] == [READERS[1], READERS[2], READERS[0]]


def test_an_address_closed_since_it_was_claimed_gets_nothing(session: Session) -> None:
    put_letter(session, *READERS)
    claimed = claiming.claim(session, "a worker", our_clock.now(), 3)
    session.commit()
    close(session, READERS[0])
    assert len(claiming.permit(session, claimed, our_clock.now())) == 2
    session.commit()
    assert states(session) == {"suppressed": 1, "sending": 2}


def test_whoever_has_left_since_the_claim_gets_nothing(session: Session) -> None:
    put_letter(session, *READERS)
    claimed = claiming.claim(session, "a worker", our_clock.now(), 3)
    session.commit()
    enqueue.withdraw(session, rows(session)[0].address_key, ["articles"], our_clock.now())
    session.commit()
    assert len(claiming.permit(session, claimed, our_clock.now())) == 2
    session.commit()
    assert states(session) == {"withdrawn": 1, "sending": 2}


def test_whoever_asked_for_plain_letters_since_the_claim_gets_a_plain_one(
    session: Session,
) -> None:
    put_letter(session, READERS[0])
    claimed = claiming.claim(session, "a worker", our_clock.now())
    session.commit()
    enqueue.reword(session, rows(session)[0].address_key, True)
    session.commit()
    (going,) = claiming.permit(session, claimed, our_clock.now())
    assert going.is_discreet


def test_a_choice_made_while_a_letter_is_in_the_air_holds_for_its_repeat(session: Session) -> None:
    put_letter(session, READERS[0])
    claim_and_die(session)
    enqueue.reword(session, rows(session)[0].address_key, True)
    session.commit()
    assert rows(session)[0].is_discreet


def test_a_message_paused_since_the_claim_keeps_its_copies(app: Flask, session: Session) -> None:
    message = put_letter(session, *READERS)
    claimed = claiming.claim(session, "a worker", our_clock.now(), 3)
    pausing.pause(message, "You stopped it.", our_clock.now(), "stopped")
    session.commit()
    assert claiming.permit(session, claimed, our_clock.now()) == []
    pausing.resume(message, our_clock.now())
    session.commit()
    assert look(app) == 3


def test_a_claim_alone_puts_nothing_in_doubt(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    presence.refresh(session, "a worker that dies", our_clock.now())
    assert len(claiming.claim(session, "a worker that dies", our_clock.now(), 3)) == 3
    session.commit()
    assert look(app) == 0
    clock.shift(presence.SILENCE)
    assert look(app) == 3
    assert states(session) == {"accepted": 3}


def test_a_letter_that_asks_somebody_opens_nobody_elses_closed_address(
    app: Flask, session: Session
) -> None:
    put_letter(session, READERS[1], key="confirm/1", stream="transactional")
    put_letter(session, READERS[0])
    close(session, READERS[0])
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert [one.rcpt_tos for one in inbox.envelopes] == [[READERS[1]]]
    assert states(session) == {"accepted": 1, "suppressed": 1}


def test_a_living_lease_is_left_alone(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    claim_and_die(session)
    clock.shift(claiming.LEASE)
    assert look(app) == 0
    assert states(session) == {"sending": 1}


def test_a_dead_workers_letter_is_uncertain_then_repeated_once_with_its_message_id(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    letter_id = letter_id_of(rows(session)[0])
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    assert look(app) == 0
    assert states(session) == {"uncertain": 1}
    clock.shift(repeat_rules.UNCERTAIN_PAUSE - A_SECOND)
    assert look(app) == 0
    clock.shift(A_SECOND)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
    assert states(session) == {"accepted": 1}
    assert f"Message-ID: <{letter_id}@localhost>".encode() in bytes(inbox.envelopes[0].content)


def test_a_letter_that_was_lost_twice_stays_uncertain(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    for _ in range(2):
        claim_and_die(session)
        clock.shift(claiming.LEASE + A_SECOND)
        look(app)
        clock.shift(repeat_rules.UNCERTAIN_PAUSE)
    clock.shift(timedelta(hours=30))
    assert look(app) == 0
    assert [(row.state, row.next_at, row.fence) for row in rows(session)] == [
        ("uncertain", None, 2)
    ]


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker's process stands still while it waits: it does not say that it is here."""
    monkeypatch.setattr(leasing, "renew", lambda *given: None)


@pytest.mark.usefixtures("frozen")
def test_an_old_owners_late_answer_counts_until_somebody_claims_the_copy_anew(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])

    def the_lease_runs_out() -> None:
        with app.app_context():
            clock.shift(claiming.LEASE + A_SECOND)
            settling.settle(db.session(), our_clock.now(), db.session().commit)
            db.session.commit()

    with mail_server() as inbox:
        while_in_the_air(inbox, the_lease_runs_out)
        mail_goes_to(app, inbox.port)
        look(app)
    assert states(session) == {"accepted": 1}


@pytest.mark.usefixtures("frozen")
def test_a_fence_makes_an_old_owners_late_answer_void(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])

    def another_worker_takes_it() -> None:
        with app.app_context():
            clock.shift(claiming.LEASE + A_SECOND)
            settling.settle(db.session(), our_clock.now(), db.session().commit)
            clock.shift(repeat_rules.UNCERTAIN_PAUSE)
            assert claim_and_die(db.session(), "another")

    with mail_server() as inbox:
        while_in_the_air(inbox, another_worker_takes_it, "550 5.1.1 nobody here")
        mail_goes_to(app, inbox.port)
        look(app)
    row = rows(session)[0]
    assert (row.state, row.owner, row.fence, row.reply_text) == ("sending", "another", 2, None)


def test_a_letter_past_its_time_is_too_late(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    clock.shift(enqueue.PATIENCE)
    assert look(app) == 0
    assert states(session) == {"expired": 3}


def test_an_uncertain_letter_past_its_time_stays_uncertain(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    clock.shift(enqueue.PATIENCE - claiming.LEASE - timedelta(minutes=1))
    claim_and_die(session)
    clock.shift(claiming.LEASE + A_SECOND)
    look(app)
    clock.shift(repeat_rules.UNCERTAIN_PAUSE)
    assert look(app) == 0
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]


def test_a_claim_is_held_for_longer_than_any_reply_may_take() -> None:
    with pytest.raises(setting_rules.ValidationError):
        setting_rules.ten_minutes(claiming.LEASE.total_seconds())
