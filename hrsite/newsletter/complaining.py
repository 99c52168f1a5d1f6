"""Somebody reported a letter as unwanted: they have left, as if they had said so to us."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.outbox.models import Recipient, Suppression


def leave_after_complaints(session: Session, now: datetime) -> int:
    """Unsubscribe everybody who complained since; in the same transaction, what waits is
    called back. The count.

    What they ask for afterwards is not touched: it waits for their own yes.
    """
    found = session.scalars(
        select(Subscriber)
        .join(Subscription)
        .join(Subscriber.recipient)
        .join(Suppression, Suppression.address_key == Recipient.address_key)
        .where(
            Suppression.kind == "complaint",
            Subscription.state == SubscriptionState.CONFIRMED,
        )
        .distinct()
    ).all()
    for subscriber in found:
        subscribing.unsubscribe(session, subscriber, "complaint", now)
    return len(found)
