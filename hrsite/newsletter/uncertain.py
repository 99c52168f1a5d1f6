"""Copies of an Issue of which nobody knows whether they arrived: once more, or leave it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from hrsite.newsletter import audience, following
from hrsite.newsletter.audience import CONFIRMED
from hrsite.newsletter.models import FollowUp, Issue, Subscriber, Subscription
from hrsite.notices.models import SessionNotice
from hrsite.outbox import repeating, turns
from hrsite.outbox.models import Delivery, DeliveryState, Recipient

# Mail services mostly answer within seconds.
SLOW = timedelta(minutes=2)


class MayNotGo(Exception):
    """Nothing of this Issue goes out now. The message is for the coach to read."""


class InTheAir(NamedTuple):
    """Copies that left a while ago and have no answer so far; by when the last has a result."""

    letters: int
    until: datetime | None


class Copy(NamedTuple):
    """One copy, as the page that offers the button knew it."""

    delivery_id: int
    fence: int


class Again(NamedTuple):
    """How many copies go once more, and how many do not, for their readers do not want them."""

    going: int
    unwanted: int


def in_the_air(session: Session, message_id: int, now: datetime) -> InTheAir | None:
    """Those of a message whose answer is long in coming: most likely their worker was killed."""
    count, until = session.execute(
        select(func.count(), func.max(Delivery.lease_until)).where(
            Delivery.message_id == message_id,
            Delivery.state == DeliveryState.SENDING,
            Delivery.changed_at <= now - SLOW,
        )
    ).one()
    return InTheAir(count, until) if count else None


def hand_over_again(session: Session, issue: Issue, one: Copy | None, now: datetime) -> Again:
    """Hand one held copy over once more, or all of them.

    Whoever would not get this Issue if it were opened now gets nothing, and her copy stays as it
    is. Who leaves in this very moment calls that copy back: so one of us waits for the other.
    Raises MayNotGo, and repeating.TooLate.
    """
    notice = None
    if issue.about_id is not None:
        # It may move in this very moment. Before the message, like whoever moves it.
        notice = session.get_one(
            SessionNotice, issue.about_id, populate_existing=True, with_for_update=True
        )
    message = issue.message
    turns.hold_message(session, message)
    session.refresh(issue)
    if issue.dropped_at is not None:
        raise MayNotGo("You dropped this Issue, so nothing of it is handed over again.")
    if notice is not None and following.is_untrue(issue, notice):
        raise MayNotGo("Its session has changed since, so it is not handed over again.")
    if message.paused_at is not None:
        raise MayNotGo("This Issue has stopped. Press Resume first, and then this once more.")
    these = _this(one)
    going = repeating.repeat(session, message, now, _is_wanted(issue, now), *these)
    unwanted = repeating.held_count(session, message.id, message.created_count, *these)
    return Again(going, unwanted)


def leave(session: Session, issue: Issue, one: Copy | None, now: datetime) -> int:
    """Leave one held copy as it is, or all of them; the count."""
    return repeating.leave_be(session, issue.message, now, *_this(one))


def _is_wanted(issue: Issue, now: datetime) -> ColumnElement[bool]:
    """Does the reader of a copy still take such letters, now, at an address that is open?"""
    reminded = [Subscriber.wants_reminders] if issue.follow_up == FollowUp.REMINDER else []
    return exists().where(
        Subscription.subscriber_id == Delivery.recipient_id,
        Subscription.topic == issue.topic,
        Subscription.state == CONFIRMED,
        Subscriber.id == Subscription.subscriber_id,
        Recipient.id == Subscriber.id,
        audience.is_awake(now),
        ~audience.is_blocked(),
        *reminded,
    )


def _this(one: Copy | None) -> tuple[ColumnElement[bool], ...]:
    return () if one is None else (Delivery.id == one.delivery_id, Delivery.fence == one.fence)
