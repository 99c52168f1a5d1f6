"""Letters of some kinds end for a person: it is written down, and what waits is called back."""

from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from hrsite.newsletter import calling_back, consent, leavings
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.outbox import enqueue

CONFIRMED, UNSUBSCRIBED = SubscriptionState.CONFIRMED, SubscriptionState.UNSUBSCRIBED


def end(
    session: Session, subscriber: Subscriber, ended: Sequence[Subscription], how: str, now: datetime
) -> None:
    """End these of a person whose row is held; in the same transaction nothing of them waits."""
    left = [held.topic for held in ended if held.state == CONFIRMED]
    for held in ended:
        if held.state == CONFIRMED:
            consent.note(session, subscriber.address_key, "unsubscribed", held.topic, how, now)
        if held.state != UNSUBSCRIBED:
            held.state, held.changed_at = UNSUBSCRIBED, now
    if ended:
        streams = [held.topic.value for held in ended]
        enqueue.withdraw(session, subscriber.address_key, streams, now)
    if all(held.state == UNSUBSCRIBED for held in subscriber.subscriptions):
        calling_back.all_to_her(session, subscriber, now)
    folder = current_app.config["DATA_DIR"]
    leavings.note(folder, subscriber.unsubscribe_hash, left, how, now)
