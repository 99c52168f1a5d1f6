"""Within the hour, a leaving can be taken back."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter import consent, leavings, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState
from hrsite.outbox import suppression

UNDO = timedelta(hours=1)
CONFIRMED = SubscriptionState.CONFIRMED


def undo(session: Session, subscriber: Subscriber, now: datetime) -> bool:
    """Within the hour, take the last leaving back: what was left before that stays left.

    A pause goes on as it was. Her yes was given before, also where she has asked anew since.
    False when it is too late, or nothing was left.
    """
    topics = {event.topic for event in _just_left(session, subscriber, now)}
    folder = current_app.config["DATA_DIR"]
    back = [topic for topic in topics if topic is not None]
    leavings.note_back(folder, subscriber.unsubscribe_hash, back, now)
    for subscription in subscriber.subscriptions:
        if subscription.topic in topics and subscription.state != CONFIRMED:
            subscribing.set_state(subscription, CONFIRMED, now)
            consent.note(
                session, subscriber.address_key, "returned", subscription.topic, "letter", now
            )
            suppression.lift_complaint(session, subscriber.address_key)
    return bool(topics)


def may_undo_until(session: Session, subscriber: Subscriber, now: datetime) -> datetime | None:
    """Until when the last leaving can be taken back: an hour from when it really was."""
    left = _just_left(session, subscriber, now)
    return left[0].happened_at + UNDO if left else None


def _just_left(session: Session, subscriber: Subscriber, now: datetime) -> list[ConsentEvent]:
    """What was said in the last leaving, within the hour; a leaving may be of several topics."""
    left = session.scalars(
        select(ConsentEvent)
        .where(
            ConsentEvent.address_key == subscriber.address_key,
            ConsentEvent.kind == "unsubscribed",
            # Of an address that was left for another one nothing can be taken back here.
            ConsentEvent.topic.is_not(None),
            ConsentEvent.happened_at > now - UNDO,
        )
        .order_by(ConsentEvent.happened_at.desc())
    ).all()
    return [event for event in left if event.happened_at == left[0].happened_at]
