"""What a worker lets go of is nobody's, unless it is somebody else's or called back meanwhile."""

from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import claiming, enqueue, suppression
from hrsite.outbox.models import DeliveryState
from tests.outbox.ledger import READERS, becomes, look, put_letter, rows, states

ADA = READERS[0]


def test_a_worker_lets_go_of_nothing_that_another_has_claimed_since(
    session: Session, clock: Traveller
) -> None:
    put_letter(session, ADA)
    old = claiming.claim(session, "old", our_clock.now())
    session.commit()
    clock.shift(claiming.LEASE + timedelta(seconds=1))
    assert claiming.claim(session, "new", our_clock.now())
    session.commit()
    claiming.release(session, old, our_clock.now())
    session.commit()
    assert rows(session)[0].owner == "new"


def test_what_was_called_back_is_not_due_again_when_a_worker_lets_go(session: Session) -> None:
    put_letter(session, ADA)
    now = our_clock.now()
    becomes(session, rows(session)[0], DeliveryState.UNCERTAIN, repeat_count=1, next_at=now)
    claimed = claiming.claim(session, "one", now)
    session.commit()
    enqueue.withdraw(session, key_of(addresses.check(ADA)), ["articles"], now)
    session.commit()
    claiming.release(session, claimed, now)
    session.commit()
    assert rows(session)[0].next_at is None


def test_who_asked_never_to_be_written_to_gets_no_letter_to_confirm_either(
    app: Flask, session: Session
) -> None:
    put_letter(session, ADA, key="confirm/1", stream="transactional")
    suppression.suppress(session, key_of(addresses.check(ADA)), "x", our_clock.now(), "erased")
    session.commit()
    assert look(app) == 0
    assert states(session) == {"suppressed": 1}
