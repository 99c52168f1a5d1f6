"""Somebody told the mail service, and not us, that they want no more: then they have left.

They reported a letter as unwanted, or pressed the service's own link instead of ours.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, select, true
from sqlalchemy.orm import Session

from hrsite.newsletter import moving, subscribing
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.outbox.events import UNSUBSCRIBED
from hrsite.outbox.models import Recipient, Suppression
from hrsite.outbox.models_bouncing import Bounce

COMPLAINT, SERVICE = "complaint", "service"


def leave_as_told(session: Session, now: datetime) -> int:
    """Unsubscribe everybody who said so since; in the same transaction, what waits is called
    back. The count.

    What they ask for afterwards is not touched: it waits for their own yes.
    """
    complained = select(Suppression.address_key).where(Suppression.kind == "complaint")
    told = select(Bounce.address_key).where(Bounce.kind == UNSUBSCRIBED)
    # Unlike a complaint it closes no address, so it holds for what she had asked for by then.
    is_later = exists().where(
        Bounce.address_key == Recipient.address_key,
        Bounce.kind == UNSUBSCRIBED,
        Bounce.happened_at >= Subscription.changed_at,
        # Whoever left there before she moved to it was somebody else to us.
        ~moving.has_moved_since(Bounce.address_key, Bounce.happened_at),
    )
    count = _leave(session, complained, true(), COMPLAINT, now)
    return count + _leave(session, told, is_later, SERVICE, now)


def _leave(
    session: Session, address_keys: Select[str], is_meant: ColumnElement[bool], how: str,
    now: datetime,
) -> int:  # fmt: skip
    # Asked so, the database begins with these few addresses, and not with the whole list.
    among = select(Recipient.id).where(Recipient.address_key.in_(address_keys))
    found = session.scalars(
        select(Subscriber)
        .join(Subscription)
        .join(Subscriber.recipient)
        .where(Recipient.id.in_(among), Subscription.state == SubscriptionState.CONFIRMED, is_meant)
        .distinct()
    ).all()
    for subscriber in found:
        subscribing.unsubscribe(session, subscriber, how, now)
    return len(found)
