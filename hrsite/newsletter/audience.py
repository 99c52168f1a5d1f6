"""Who gets a topic now, and who is left out and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import (
    Cadence,
    Issue,
    OwedArticle,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.outbox.models import Recipient, Suppression

CONFIRMED = SubscriptionState.CONFIRMED


@dataclass(frozen=True)
class AudienceCounts:
    """How many people an Issue would go to, and how many it would not."""

    ready: int = 0
    weekly: int = 0
    monthly: int = 0
    paused: int = 0
    unconfirmed: int = 0
    left: int = 0
    blocked: int = 0

    @property
    def getting(self) -> int:
        """Everybody who gets it, sooner or later."""
        return self.ready + self.weekly + self.monthly

    @property
    def confirmed(self) -> int:
        """Everybody who said yes, whether or not a letter can go to them now."""
        return self.getting + self.paused + self.blocked


def readers_of(issue: Issue) -> Select[int, str, bool]:
    """Number, key and wording of everybody an Issue goes to.

    A long list is written down in parts, so the answer does not change with what people do
    meanwhile: but whoever leaves or pauses is not written down any more.
    """
    if issue.digest_id is None:
        return audience(issue.topic, issue.created_at, issue.post_id)
    owed = exists().where(
        OwedArticle.subscriber_id == Subscriber.id, OwedArticle.issue_id == issue.id
    )
    return _confirmed(issue.topic).where(owed, is_awake(issue.created_at))


def audience(topic: Topic, as_of: datetime, post_id: int | None = None) -> Select[int, str, bool]:
    """Number, key and wording of everybody who had confirmed a topic at a moment, and
    still has. Whoever is owed this article gets it in a digest.
    """
    chosen = _confirmed(topic, Subscription.changed_at <= as_of).where(is_awake(as_of))
    if post_id is None:
        return chosen
    is_owed = exists().where(
        OwedArticle.subscriber_id == Subscriber.id, OwedArticle.post_id == post_id
    )
    return chosen.where(~is_owed)


def is_awake(now: datetime) -> ColumnElement[bool]:
    """Has this person no pause at a moment?"""
    return or_(Subscriber.paused_until.is_(None), Subscriber.paused_until <= now)


def counts(session: Session, topic: Topic, now: datetime) -> AudienceCounts:
    """The numbers the coach sees before she presses the button. Each person stands in one.

    How often somebody wants letters holds for articles alone: a session notice cannot wait.
    """
    cadence = Subscriber.cadence if topic == Topic.ARTICLES else literal(Cadence.EACH.value)
    place = case(
        (Subscription.state == SubscriptionState.UNCONFIRMED, "unconfirmed"),
        (Subscription.state == SubscriptionState.UNSUBSCRIBED, "left"),
        (_is_blocked(), "blocked"),
        (~is_awake(now), "paused"),
        (cadence == Cadence.WEEKLY, "weekly"),
        (cadence == Cadence.MONTHLY, "monthly"),
        else_="ready",
    )
    rows = session.execute(
        select(place.label("place"), func.count())
        .select_from(Subscription)
        .join(Subscriber)
        .join(Subscriber.recipient)
        .where(Subscription.topic == topic)
        .group_by("place")
    )
    return AudienceCounts(**dict(iter(rows)))


def left_out(session: Session, issue: Issue, *people: ColumnElement[bool]) -> AudienceCounts:
    """How many of these people an Issue does not go to now, though they had confirmed its topic."""
    at, is_blocked = issue.created_at, _is_blocked()
    waits = Subscriber.cadence if issue.topic == Topic.ARTICLES else literal(Cadence.EACH.value)
    place = case(
        (is_blocked, "blocked"),
        (~is_awake(at), "paused"),
        (waits == Cadence.WEEKLY, "weekly"),
        else_="monthly",
    )
    chosen = _confirmed(issue.topic, Subscription.changed_at <= at)
    rows = session.execute(
        # Those few first: nothing else is asked of all the others.
        chosen.where(*people, or_(~is_awake(at), waits != Cadence.EACH))
        .with_only_columns(place.label("place"), func.count(), maintain_column_froms=True)
        .group_by("place")
    )
    return AudienceCounts(**dict(iter(rows)))


def _is_blocked() -> ColumnElement[bool]:
    return exists().where(Suppression.address_key == Recipient.address_key)


def _confirmed(topic: Topic, *further: ColumnElement[bool]) -> Select[int, str, bool]:
    """Asked of each person, not joined: so a part of the list is found by the people's numbers,
    without sorting all of it each time.
    """
    has_confirmed = exists().where(
        Subscription.subscriber_id == Subscriber.id,
        Subscription.topic == topic,
        Subscription.state == CONFIRMED,
        *further,
    )
    return (
        select(Subscriber.id.label("recipient_id"), Recipient.address_key, Subscriber.is_discreet)
        .join(Subscriber.recipient)
        .where(has_confirmed)
    )
