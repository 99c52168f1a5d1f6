"""What nobody said yes to has its time: then it is as if nobody had asked."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hrsite.newsletter import consent, moving, subscribing
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState
from hrsite.outbox import enqueue, turns

# So many people in a transaction: on SQLite everybody who writes waits for it.
FORGOTTEN_AT_ONCE = 100
UNCONFIRMED, UNSUBSCRIBED = SubscriptionState.UNCONFIRMED, SubscriptionState.UNSUBSCRIBED


def begin_anew(subscriber: Subscriber, now: datetime) -> None:
    """A letter has just been written that asks them to confirm: the time it names begins with it.

    With the letter, and not with the wish for one: whoever types an address in more often than
    letters may be written to it keeps it here no longer than its owner was told. And being asked
    again is a reminder: no other follows.
    """
    for held in subscriber.subscriptions:
        if held.state == UNCONFIRMED and held.changed_at < now:
            subscribing.set_state(held, UNCONFIRMED, now)
            subscriber.reminded_at = now


def forget_unconfirmed(session: Session, before: datetime, now: datetime) -> int:
    """End the next askings that nobody said yes to since before a moment; of how many people.

    Whoever gets letters, or had left, stands there as before: she is a leaver whoever types her
    address. Of anybody else the keyed hash stays while copies of her letters are kept, to count by.
    """
    turns.before_a_change(session)  # First of all: who writes a list down looks at these rows too.
    theirs = Subscription.subscriber_id == Subscriber.id
    waits = exists().where(theirs, Subscription.state == UNCONFIRMED)
    lately = exists().where(
        theirs, Subscription.state == UNCONFIRMED, Subscription.changed_at >= before
    )
    silent = session.scalars(
        select(Subscriber)
        .where(Subscriber.created_at < before, waits | ~exists().where(theirs), ~lately)
        .order_by(Subscriber.id)
        .limit(FORGOTTEN_AT_ONCE)
        .with_for_update(of=Subscriber)
        .execution_options(populate_existing=True)
    ).all()
    for subscriber in silent:
        # Looked at once more: she may have said yes while we waited for her row.
        if _is_silent(subscriber, before):
            _end_asking(session, subscriber, now)
    return len(silent)


def _is_silent(subscriber: Subscriber, before: datetime) -> bool:
    waiting = [held for held in subscriber.subscriptions if held.state == UNCONFIRMED]
    is_vain = bool(waiting) or not subscriber.subscriptions
    return is_vain and all(held.changed_at < before for held in waiting)


def _end_asking(session: Session, subscriber: Subscriber, now: datetime) -> None:
    key = subscriber.address_key
    left = consent.leavings(session, key)
    vain = [held for held in subscriber.subscriptions if held.state == UNCONFIRMED]
    for held in vain:
        consent.forget_asking(session, key, held.topic)
        if held.topic in left:
            subscribing.set_state(held, UNSUBSCRIBED, left[held.topic])
        else:
            subscriber.subscriptions.remove(held)
    if subscriber.subscriptions:
        return
    moving.forget_of(session, subscriber.id, now)
    enqueue.blank(session, key, now)
    if not left:
        consent.forget_of(session, key)
    session.delete(subscriber)
