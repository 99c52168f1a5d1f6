"""The coach puts one person on the list, who asked her: a letter asks that person to confirm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite.newsletter import consent, guarding, lapsing, letters, subscribing
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.models import Subscription, SubscriptionState, Topic


@dataclass(frozen=True)
class Told:
    """How somebody asked the coach, and on which day."""

    how: str
    on: date


@dataclass(frozen=True)
class Added:
    """What the address was to the list before, and whether a letter was written to it."""

    was: Verdict
    is_asked: bool = False


def add(session: Session, typed: str, topics: Iterable[Topic], told: Told, now: datetime) -> Added:
    """Write down that somebody asked, and ask them to confirm. Raises addresses.BadAddress.

    Whoever gets letters, has left, or has a closed address stays as they are.
    """
    address = addresses.check(typed)
    key = subscribing.key_of(address)
    subscriber = subscribing.hold_by_key(session, key)
    was = verdict(session, key)
    if was not in (Verdict.NEW, Verdict.WAITING):
        return Added(was)
    if subscriber is None:
        subscriber = subscribing.new_subscriber(session, address, now)
    held = {held.topic: held.state for held in subscriber.subscriptions}
    for topic in topics:
        if held.get(topic) == SubscriptionState.UNSUBSCRIBED:
            continue  # They left this kind, and wait for another.
        if topic not in held:
            subscriber.subscriptions.append(
                Subscription(topic=topic, state=SubscriptionState.UNCONFIRMED, changed_at=now)
            )
        consent.note(session, key, "asked", topic, told.how, now, consent.NOT_OURS, told.on)
    session.flush()
    if not guarding.may_write_to(session, key, now):
        return Added(was)
    letters.put_personal(session, "confirm", subscriber, now)
    lapsing.begin_anew(subscriber, now)
    return Added(was, is_asked=True)
