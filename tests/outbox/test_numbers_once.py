"""A number that a copy had is given to no other, so that no worker mistakes one for the other."""

from flask import Flask
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import claiming, enqueue, forgetting
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import mail_server

ADA, BEA = READERS[:2]


def forget(session: Session, reader: str) -> None:
    """She has herself erased."""
    key = key_of(addresses.check(reader))
    (number,) = {row.recipient_id for row in rows(session) if row.address_key == key}
    enqueue.blank(session, key, our_clock.now())
    forgetting.forget_of(session, number)
    session.commit()


def test_a_worker_with_a_copy_that_is_gone_does_not_take_the_next_for_it(
    app: Flask, session: Session
) -> None:
    put_letter(session, ADA)
    now = our_clock.now()
    in_hand = claiming.claim(session, "one", now, 5)
    session.commit()
    forget(session, ADA)
    put_letter(session, BEA, key="issue/2")
    claiming.claim(session, "two", now, 5)
    session.commit()
    assert claiming.permit(session, in_hand, now) == []


def test_a_message_is_not_taken_for_one_that_is_gone(app: Flask, session: Session) -> None:
    """What a worker keeps of a message, it knows by its number."""
    gone = put_letter(session, ADA, key="confirm/1", stream="transactional").id
    forget(session, ADA)
    assert put_letter(session, BEA, key="confirm/2", stream="transactional").id > gone
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert states(session) == {"accepted": 1}
