"""Why did this not reach her? All that is known of one address, as lines for the coach to read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, contains_eager

from hrsite.newsletter import subscribing
from hrsite.newsletter.models import (
    ConsentEvent,
    FollowUp,
    Issue,
    Subscriber,
    SubscriptionState,
    Topic,
)
from hrsite.outbox import forgotten, recipients
from hrsite.outbox.models import Delivery, OutboxMessage, Suppression
from hrsite.outbox.models_bouncing import Bounce

# As long as each copy is kept, and as many lines as fit a page.
LOOKED_BACK = forgotten.COPIES_KEPT_FOR
MOST = 100


@dataclass(frozen=True)
class Missed:
    """An Issue that has no copy for this address, and why."""

    issue: Issue
    why: str


@dataclass(frozen=True)
class Known:
    """What is known of one address."""

    subscriber: Subscriber | None
    block: Suppression | None
    copies: list[tuple[Delivery, Issue | None]]
    missed: list[Missed]
    bounces: list[Bounce]
    events: list[ConsentEvent]

    @property
    def is_nothing(self) -> bool:
        """Is there no trace of this address at all?"""
        return not (self.subscriber or self.block or self.copies or self.bounces or self.events)


def known_of(session: Session, address_key: str, now: datetime) -> Known:
    """Everything about an address since LOOKED_BACK, newest first, as much as a page holds."""
    since = now - LOOKED_BACK
    subscriber = subscribing.find_by_key(session, address_key)
    events = session.scalars(
        select(ConsentEvent)
        .where(ConsentEvent.address_key == address_key)
        .order_by(ConsentEvent.id.desc())
        .limit(MOST)
    ).all()
    bounces = session.scalars(
        select(Bounce)
        .where(Bounce.address_key == address_key, Bounce.happened_at >= since)
        .order_by(Bounce.id.desc())
        .limit(MOST)
    ).all()
    return Known(
        subscriber=subscriber,
        block=session.scalar(select(Suppression).where(Suppression.address_key == address_key)),
        copies=_copies(session, address_key, since),
        missed=_missed(session, address_key, subscriber, list(events), since),
        bounces=list(bounces),
        events=list(events),
    )


def _copies(
    session: Session, address_key: str, since: datetime
) -> list[tuple[Delivery, Issue | None]]:
    rows = session.execute(
        select(Delivery, Issue)
        .join(Delivery.message)
        .outerjoin(Issue, Issue.message_id == Delivery.message_id)
        .where(recipients.is_to(address_key), OutboxMessage.created_at >= since)
        .order_by(Delivery.id.desc())
        .limit(MOST)
        # Not the letter itself: a hundred of them would be megabytes.
        .options(
            contains_eager(Delivery.message).load_only(
                OutboxMessage.subject,
                OutboxMessage.created_at,
                OutboxMessage.paused_at,
                OutboxMessage.pause_reason,
            )
        )
    )
    return [(row[0], row[1]) for row in rows]


def _missed(
    session: Session,
    address_key: str,
    subscriber: Subscriber | None,
    events: list[ConsentEvent],
    since: datetime,
) -> list[Missed]:
    """The Issues that went out to others meanwhile; none for an address that never asked."""
    if subscriber is None and not events:
        return []
    has_copy = exists().where(
        recipients.is_to(address_key), Delivery.message_id == Issue.message_id
    )
    issues = session.scalars(
        select(Issue)
        .join(Issue.message)
        .where(Issue.created_at >= since, ~has_copy, OutboxMessage.expanded_at.is_not(None))
        .order_by(Issue.id.desc())
        .limit(MOST)
    )
    return [Missed(issue, why_not(issue, subscriber, events)) for issue in issues]


def why_not(issue: Issue, subscriber: Subscriber | None, events: list[ConsentEvent]) -> str:
    """Why an Issue had no copy for somebody: where they stood when its list was written down.

    `events` are theirs, newest first. The newest one before that moment tells.
    """
    earlier = [event for event in events if event.happened_at <= issue.created_at]
    topical = [event for event in earlier if event.topic == issue.topic]
    if not topical:
        return _by_subscription(issue.topic, issue.created_at, subscriber)
    last = topical[0]
    if last.kind == "asked":
        return "They had asked, but had not confirmed yet."
    if last.kind == "unsubscribed":
        return "They had left this kind of letter."
    until = subscriber.paused_until if subscriber else None
    return _chose_otherwise(issue, earlier, until)


def _chose_otherwise(
    issue: Issue, earlier: list[ConsentEvent], paused_until: datetime | None
) -> str:
    """They had said yes: then a pause, or another rhythm, kept them off the list."""
    pauses = [event.kind for event in earlier if event.kind in ("paused", "went_on")]
    is_over = paused_until is not None and paused_until <= issue.created_at
    if pauses[:1] == ["paused"] and not is_over:
        return "They had paused all letters."
    if issue.follow_up == FollowUp.REMINDER:
        return "They had not asked to be reminded, or had been already."
    if issue.follow_up is not None:
        return "They had no earlier letter about this session."
    rhythms = [event.kind for event in earlier if event.kind in ("each", "weekly", "monthly")]
    if rhythms and rhythms[0] != "each":
        return f"They had chosen the {rhythms[0]} letter instead."
    return "They were not on the list at that moment."


def _by_subscription(topic: Topic, at: datetime, subscriber: Subscriber | None) -> str:
    """Without a word of theirs from before: what the list itself says."""
    if subscriber is None:
        return "They were not on the list."
    held = next((held for held in subscriber.subscriptions if held.topic == topic), None)
    if held is None:
        return "They never asked for this kind of letter."
    if held.changed_at > at:
        return "They came to this list only later."
    return {
        SubscriptionState.UNCONFIRMED: "They had asked, but had not confirmed yet.",
        SubscriptionState.UNSUBSCRIBED: "They had left this kind of letter.",
        SubscriptionState.CONFIRMED: "They were not on the list at that moment.",
    }[held.state]
