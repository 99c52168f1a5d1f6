"""Copies of an Issue of which nobody knows whether they arrived: once more, or leave it."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue, Subscription, SubscriptionState
from hrsite.outbox import repeating
from hrsite.outbox.models import Delivery


class Copy(NamedTuple):
    """One copy, as the page that offers the button knew it."""

    delivery_id: int
    fence: int


def hand_over_again(session: Session, issue: Issue, one: Copy | None, now: datetime) -> int:
    """Hand one held copy over once more, or all of them; the count.

    Whoever has left since gets nothing: only who still wants this topic is written to. Raises
    repeating.TooLate.
    """
    still_wanted = exists().where(
        Subscription.subscriber_id == Delivery.recipient_id,
        Subscription.topic == issue.topic,
        Subscription.state == SubscriptionState.CONFIRMED,
    )
    return repeating.repeat(session, issue.message, now, still_wanted, *_this(one))


def leave(session: Session, issue: Issue, one: Copy | None, now: datetime) -> int:
    """Leave one held copy as it is, or all of them; the count."""
    return repeating.leave_be(session, issue.message, now, *_this(one))


def _this(one: Copy | None) -> tuple[ColumnElement[bool], ...]:
    return () if one is None else (Delivery.id == one.delivery_id, Delivery.fence == one.fence)
