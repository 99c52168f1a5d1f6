"""Somebody's letters are to go to an address: whoever had it before, and left, makes room."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import tokens
from hrsite.newsletter.models import Subscriber
from hrsite.outbox import enqueue, forgetting, numbering, recipients
from hrsite.outbox.models import TRANSACTIONAL, Delivery, Recipient


def make_room(
    session: Session, key: str, other: Subscriber | None, recipient_id: int, now: datetime
) -> None:
    """Whoever had left there, or never said yes, makes room; and letters written there do."""
    if other is not None:
        enqueue.withdraw(session, key, [TRANSACTIONAL], now)
        session.delete(other)
        session.flush()
    there = recipients.among(session, [key]).get(key)
    if there is not None:
        forgetting.forget_of(session, there.id)
        _hand_on(session, there, recipient_id)


def _hand_on(session: Session, there: Recipient, recipient_id: int) -> None:
    """What a worker has in its hands just now becomes hers, with the number that it goes out with.

    Not a letter of which she has a copy of her own: that stays with nobody, until it is forgotten.
    """
    of_hers = select(Delivery.message_id).where(Delivery.recipient_id == recipient_id)
    in_hand = session.scalars(select(Delivery).where(Delivery.recipient_id == there.id)).all()
    twice = set(
        session.scalars(of_hers.where(Delivery.message_id.in_([one.message_id for one in in_hand])))
    )
    for copy in in_hand:
        copy.kept_letter_id = numbering.letter_id_of(copy)
        if copy.message_id not in twice:
            copy.recipient_id = recipient_id
    if twice:
        there.address, there.links = "", {}
        there.address_key = tokens.fingerprint(tokens.new_token())
        session.flush()
        return
    session.flush()
    session.execute(delete(Recipient).where(Recipient.id == there.id))
    session.expunge(there)
