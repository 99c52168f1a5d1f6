"""Who gets a topic now, and who is left out and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session, join

from hrsite.newsletter import knowing
from hrsite.newsletter.models import (
    Cadence,
    FollowUp,
    Issue,
    OwedArticle,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
    may_be_left_out,
)
from hrsite.newsletter.reach import Reach
from hrsite.outbox.models import (
    MAY_HAVE_IT,
    Delivery,
    DeliveryState,
    MessageTally,
    OutboxMessage,
    Recipient,
    Suppression,
)
from hrsite.outbox.parts import in_part

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


def readers_of(reach: Reach) -> Select[int, bool, bool]:
    """Number and wording of everybody an Issue goes to; and is the address closed?

    A long list is written down in parts, so the answer does not change with what people do
    meanwhile: but whoever leaves or pauses is not written down any more.
    """
    if reach.digest_id is None:
        everybody = audience(reach.topic, reach.created_at, reach.post_id)
        return everybody.where(*_narrowed(reach))
    owed = exists().where(
        OwedArticle.subscriber_id == Subscriber.id, OwedArticle.issue_id == reach.issue_id
    )
    return _listed(reach.topic).where(owed, is_awake(reach.created_at))


def audience(topic: Topic, as_of: datetime, post_id: int | None = None) -> Select[int, bool, bool]:
    """The same of everybody who had confirmed a topic at a moment, and still has.

    Whoever is owed this article gets it in a digest.
    """
    chosen = _listed(topic).where(Subscription.changed_at <= as_of, is_awake(as_of))
    if post_id is None:
        return chosen
    is_owed = exists().where(
        OwedArticle.subscriber_id == Subscriber.id, OwedArticle.post_id == post_id
    )
    return chosen.where(~is_owed)


def was_told(notice_id: int, *, is_over: bool) -> ColumnElement[bool]:
    """Has this person a letter about a session, or may have one?

    One that was called back, for it was no longer true, counts unless the session `is_over`: who
    never heard of it need not hear that it does not take place.
    """
    states = [*MAY_HAVE_IT, *([] if is_over else [DeliveryState.WITHDRAWN])]
    letters = select(Issue.message_id).where(Issue.about_id == notice_id)
    return exists().where(
        Delivery.recipient_id == Subscriber.id,
        Delivery.message_id.in_(letters),
        Delivery.state.in_(states),
    )


def has_heard(notice_id: Any, sequence: Any) -> ColumnElement[bool]:
    """Has this person a letter that tells of a session as it is now, or may have one?

    One that was called back before all had it counts for who has it: the rest are told anew.
    """
    letters = select(Issue.message_id).where(
        Issue.about_id == notice_id,
        Issue.told_sequence >= sequence,
        knowing.is_for_all(),
    )
    return exists().where(
        Delivery.recipient_id == Subscriber.id,
        Delivery.message_id.in_(letters),
        Delivery.state.in_(MAY_HAVE_IT),
    )


def is_forgotten(notice_id: int, remembered_at: datetime, *, is_over: bool) -> ColumnElement[bool]:
    """Had people a letter about a session so long ago that nobody knows who they were?

    Of the age of letters alone, and not of whether that night has come: so the answer is one while
    a long list is written down, and a person who was erased makes no difference.
    """
    told = MessageTally.accepted_count + MessageTally.uncertain_count
    told = told if is_over else told + MessageTally.withdrawn_count
    return exists().where(
        Issue.about_id == notice_id,
        OutboxMessage.id == Issue.message_id,
        OutboxMessage.created_at < remembered_at,
        # One that the coach has stopped keeps its list.
        OutboxMessage.settled_at.is_not(None),
        MessageTally.message_id == OutboxMessage.id,
        told > 0,
    )


def _narrowed(reach: Reach) -> list[ColumnElement[bool]]:
    """Whom alone a letter that follows another goes to."""
    if reach.follow_up is None or reach.about_id is None:
        return []
    if reach.follow_up == FollowUp.REMINDER:
        return [Subscriber.wants_reminders.is_(True), ~_was_reminded(reach)]
    is_over = reach.follow_up == FollowUp.CALLED_OFF
    everybody = is_forgotten(reach.about_id, reach.remembered_at, is_over=is_over)
    return [
        or_(was_told(reach.about_id, is_over=is_over), everybody),
        ~has_heard(reach.about_id, reach.told_sequence),
    ]


def _was_reminded(reach: Reach) -> ColumnElement[bool]:
    """By an earlier Issue for the same time, which was called back before all had it.

    Of this one nobody has a copy: none goes out before the whole list is written down.
    """
    same = select(Issue.message_id).where(
        Issue.about_id == reach.about_id,
        Issue.follow_up == FollowUp.REMINDER,
        Issue.due_at == reach.due_at,
    )
    return exists().where(
        Delivery.recipient_id == Subscriber.id,
        Delivery.message_id.in_(same),
        Delivery.state.in_(MAY_HAVE_IT),
    )


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
        (is_blocked(), "blocked"),
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


def left_out(reach: Reach) -> Select[str, int]:
    """How many people of a part an Issue does not go to now, though they had confirmed its topic.

    By the names of `AudienceCounts`.
    """
    at, is_closed = reach.created_at, is_blocked()
    waits = Subscriber.cadence if reach.topic == Topic.ARTICLES else literal(Cadence.EACH.value)
    place = case(
        (is_closed, "blocked"),
        (~is_awake(at), "paused"),
        (waits == Cadence.WEEKLY, "weekly"),
        else_="monthly",
    )
    # Those few first: nothing else is asked of all the others.
    has_confirmed = exists().where(
        Subscription.subscriber_id == Subscriber.id,
        *_confirmed(reach.topic),
        Subscription.changed_at <= at,
    )
    return (
        select(place.label("place"), func.count())
        .select_from(Subscriber)
        .join(Subscriber.recipient)
        .where(
            *in_part(Subscriber.id),
            *_narrowed(reach),
            may_be_left_out,
            or_(~is_awake(at), waits != Cadence.EACH),
            has_confirmed,
        )
        .group_by("place")
    )


def is_blocked() -> ColumnElement[bool]:
    """Is this person's address closed?"""
    return exists().where(Suppression.address_key == Recipient.address_key)


def numbers(topic: Topic) -> Select[int]:
    """The numbers of everybody who has confirmed a topic, out of the index that has them in order.

    Parts of a long list are cut by these, and not by who is chosen: so a part of which few are
    chosen is no longer than any other.
    """
    return select(Subscription.subscriber_id).where(*_confirmed(topic))


def _confirmed(topic: Topic) -> tuple[ColumnElement[bool], ...]:
    return Subscription.topic == topic, Subscription.state == CONFIRMED


def _listed(topic: Topic) -> Select[int, bool, bool]:
    """From the subscription on, in whose index a part of the list stands in order."""
    people = (
        join(Subscription, Subscriber)
        .join(Recipient, Recipient.id == Subscriber.id)
        .outerjoin(Suppression, Suppression.address_key == Recipient.address_key)
    )
    columns = (
        Subscription.subscriber_id.label("recipient_id"),
        Subscriber.is_discreet,
        Suppression.id.is_not(None).label("is_closed"),
    )
    return select(*columns).select_from(people).where(*_confirmed(topic))
