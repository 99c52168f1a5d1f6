"""Why did this not reach her? All that is known of one address, as lines for the coach to read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from hrsite.newsletter import subscribing
from hrsite.newsletter.models import (
    Cadence,
    ConsentEvent,
    FollowUp,
    Issue,
    Subscriber,
    SubscriptionState,
    Topic,
)
from hrsite.outbox import forgotten, recipients
from hrsite.outbox.models import MAY_HAVE_IT, Delivery, OutboxMessage, Suppression
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
        .where(
            Issue.created_at >= since,
            ~has_copy,
            ~_has_heard(address_key),
            or_(Issue.digest_id.is_(None), _is_a_whole_digest(address_key)),
            OutboxMessage.expanded_at.is_not(None),
        )
        .order_by(Issue.id.desc())
        .limit(MOST)
    )
    return [
        Missed(issue, why_not(issue, subscriber, events))
        for issue in issues
        if issue.digest is None
        or issue.digest.cadence == _cadence(issue.created_at, subscriber, events)
    ]


def _has_heard(address_key: str) -> ColumnElement[bool]:
    """Had they a letter of this change already, when the rest were told?"""
    told = aliased(Issue)
    return exists().where(
        recipients.is_to(address_key),
        Delivery.message_id == told.message_id,
        Delivery.state.in_(MAY_HAVE_IT),
        told.about_id == Issue.about_id,
        told.follow_up != FollowUp.REMINDER,
        Issue.follow_up != FollowUp.REMINDER,
        told.told_sequence == Issue.told_sequence,
    )


def _is_a_whole_digest(address_key: str) -> ColumnElement[bool]:
    """Have they none of its Issues? Then one stands for all: each is for readers owed the same."""
    one, other = aliased(Issue), aliased(Issue)
    first = select(func.min(one.id)).where(one.digest_id == Issue.digest_id)
    has_another = exists().where(
        recipients.is_to(address_key),
        Delivery.message_id == other.message_id,
        other.digest_id == Issue.digest_id,
    )
    return (Issue.id == first.correlate(Issue).scalar_subquery()) & ~has_another


def _cadence(
    at: datetime, subscriber: Subscriber | None, events: list[ConsentEvent]
) -> Cadence | None:
    """How often they wanted articles at a moment; None when nobody knows any more."""
    chosen = [event for event in events if event.kind in list(Cadence)]
    before = [event for event in chosen if event.happened_at <= at]
    if before:
        return Cadence(before[0].kind)
    # Who was brought in may have come with one, of which no event tells.
    return subscriber.cadence if subscriber and not chosen else None


def why_not(issue: Issue, subscriber: Subscriber | None, events: list[ConsentEvent]) -> str:
    """Why an Issue had no copy for somebody: where they stood when its list was written down.

    `events` are theirs, newest first. The newest one before that moment tells.
    """
    earlier = [event for event in events if event.happened_at <= issue.created_at]
    topical = [event for event in earlier if event.topic == issue.topic]
    if not topical:
        return _by_subscription(issue, subscriber, events)
    last = topical[0]
    if last.kind == "asked":
        return "They had asked, but had not confirmed yet."
    if last.kind == "unsubscribed":
        return "They had left this kind of letter."
    until = subscriber.paused_until if subscriber else None
    return _chose_otherwise(issue, earlier, until, _cadence(issue.created_at, subscriber, events))


def _chose_otherwise(
    issue: Issue,
    earlier: list[ConsentEvent],
    paused_until: datetime | None,
    cadence: Cadence | None,
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
    if issue.digest_id is not None:
        return "None of its articles was waiting for them."
    if issue.topic == Topic.ARTICLES and cadence not in (None, Cadence.EACH):
        return f"They had chosen the {cadence} letter instead."
    return "They were not on the list at that moment."


def _by_subscription(
    issue: Issue, subscriber: Subscriber | None, events: list[ConsentEvent]
) -> str:
    """Without a word of theirs from before: what the list itself says."""
    if subscriber is None:
        return "They were not on the list."
    held = next((held for held in subscriber.subscriptions if held.topic == issue.topic), None)
    if held is None:
        return "They never asked for this kind of letter."
    if held.changed_at > issue.created_at:
        return "They came to this list only later."
    if held.state == SubscriptionState.UNCONFIRMED:
        return "They had asked, but had not confirmed yet."
    if held.state == SubscriptionState.UNSUBSCRIBED:
        return "They had left this kind of letter."
    cadence = _cadence(issue.created_at, subscriber, events)
    return _chose_otherwise(issue, [], subscriber.paused_until, cadence)
