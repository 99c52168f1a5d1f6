"""Take back a list that was brought in: exactly those it added, and who have done nothing since."""

from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter import bringing, moving
from hrsite.newsletter.models import ConsentEvent, Subscriber
from hrsite.newsletter.models_people import BroughtList, ListState
from hrsite.outbox import enqueue, recipients, turns
from hrsite.outbox.models import Recipient

MAY_BE_UNDONE = (ListState.ADDING, ListState.ADDED)


def may_be_undone(brought: BroughtList, now: datetime) -> bool:
    """Is there still time?"""
    if brought.state not in MAY_BE_UNDONE:
        return False
    return brought.ended_at is None or now < brought.ended_at + bringing.KEPT_FOR


def undo(session: Session, list_id: int, now: datetime) -> bool:
    """Take its people off the list from now on. False when it is too late, or undone already."""
    brought = session.get(BroughtList, list_id, populate_existing=True)
    if brought is None or not may_be_undone(brought, now):
        return False
    return bringing.move(session, list_id, MAY_BE_UNDONE, ListState.UNDOING, now)


def undo_part(session: Session, list_id: int, now: datetime) -> None:
    """Take the next people off; nothing when the list is in other hands or has an end."""
    brought = bringing.held(session, list_id)
    if brought is None or brought.state != ListState.UNDOING:
        return
    brought.people = None
    turns.before_a_change(session)  # First of all: who writes a list down looks at these rows too.
    came = exists().where(
        ConsentEvent.address_key == Recipient.address_key, ConsentEvent.list_id == list_id
    )
    part = session.scalars(
        select(Subscriber)
        .join(Subscriber.recipient)
        .where(Subscriber.id > brought.cursor, came)
        .order_by(Subscriber.id)
        .limit(bringing.PART)
        .with_for_update(of=Subscriber)
    ).all()
    for subscriber in part:
        brought.cursor = subscriber.id
        if _has_acted(session, subscriber, list_id):
            brought.kept_count += 1
        else:
            _remove(session, subscriber, list_id, now)
            brought.removed_count += 1
    if len(part) < bringing.PART:
        _forget_leavers(session, list_id)
        brought.state, brought.ended_at = ListState.UNDONE, now


def _forget_leavers(session: Session, list_id: int) -> None:
    """Nor is anything known of who had left where that list is from."""
    session.execute(
        delete(ConsentEvent)
        .where(ConsentEvent.list_id == list_id, ConsentEvent.kind == "unsubscribed")
        .execution_options(synchronize_session=False)
    )


def _has_acted(session: Session, subscriber: Subscriber, list_id: int) -> bool:
    """Have they confirmed, chosen, paused or left since? Then they are their own."""
    acts = select(ConsentEvent.id).where(
        ConsentEvent.address_key == subscriber.address_key,
        or_(ConsentEvent.list_id.is_(None), ConsentEvent.list_id != list_id),
    )
    return session.scalar(acts.limit(1)) is not None


def _remove(session: Session, subscriber: Subscriber, list_id: int, now: datetime) -> None:
    key = subscriber.address_key
    moving.forget_of(session, subscriber.id, now)
    enqueue.blank(session, key, now)
    # Their yes was on a list that should not have been: it proves nothing, and no trace may stay.
    session.execute(
        delete(ConsentEvent)
        .where(ConsentEvent.address_key == key, ConsentEvent.list_id == list_id)
        .execution_options(synchronize_session=False)
    )
    session.delete(subscriber)
    session.flush()
    recipients.forget(session, key)
