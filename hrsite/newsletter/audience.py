"""Who gets a topic now, and who is left out and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState, Topic
from hrsite.outbox.models import Suppression


@dataclass(frozen=True)
class AudienceCounts:
    """How many people an Issue would go to, and how many it would not."""

    ready: int
    unconfirmed: int
    left: int
    blocked: int


def audience(topic: Topic, as_of: datetime) -> Select[str, str, dict[str, str], bool]:
    """Address, its key, links and wording of everybody who had confirmed a topic at a moment, and
    still has: a long list is written down in parts, and nobody may come in between.
    """
    return (
        select(Subscriber.address, Subscriber.address_key, Subscriber.links, Subscriber.is_discreet)
        .join(Subscription)
        .where(
            Subscription.topic == topic,
            Subscription.state == SubscriptionState.CONFIRMED,
            Subscription.changed_at <= as_of,
        )
    )


def counts(session: Session, topic: Topic) -> AudienceCounts:
    """The numbers the coach sees before she presses the button."""
    is_blocked = exists().where(Suppression.address_key == Subscriber.address_key)
    rows = session.execute(
        select(Subscription.state, is_blocked, func.count())
        .join(Subscriber)
        .where(Subscription.topic == topic)
        .group_by(Subscription.state, is_blocked)
    )
    found = {(state, bool(blocked)): count for state, blocked, count in rows}
    return AudienceCounts(
        ready=found.get((SubscriptionState.CONFIRMED, False), 0),
        blocked=found.get((SubscriptionState.CONFIRMED, True), 0),
        unconfirmed=_both(found, SubscriptionState.UNCONFIRMED),
        left=_both(found, SubscriptionState.UNSUBSCRIBED),
    )


def _both(found: dict[tuple[SubscriptionState, bool], int], state: SubscriptionState) -> int:
    return found.get((state, False), 0) + found.get((state, True), 0)
