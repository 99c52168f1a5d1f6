"""Which copy is next, and whose it is: claims with an owner, a lease and a fencing number."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session

from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Suppression

# Longer than the longest wait for a reply (600 s): a living owner must never lose its claim.
LEASE = timedelta(minutes=15)
# How long to leave a copy alone that was in the air when the line broke.
UNCERTAIN_PAUSE = timedelta(minutes=15)
MOST_REPEATS = 1
DUE_STATES = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN)


def settle(session: Session, now: datetime, *, repeats: bool) -> None:
    """Write down what time alone has decided: dead leases, late letters, closed addresses."""
    next_at = now + UNCERTAIN_PAUSE
    dead = [Delivery.state == DeliveryState.SENDING, Delivery.lease_until < now]
    uncertain = {"state": DeliveryState.UNCERTAIN, "changed_at": now, "owner": None}
    session.execute(
        update(Delivery)
        .where(*dead, Delivery.repeat_count < (MOST_REPEATS if repeats else 0))
        .values(**uncertain, next_at=next_at, repeat_count=Delivery.repeat_count + 1)
    )
    session.execute(update(Delivery).where(*dead).values(**uncertain, next_at=None))
    # A pause stops the clock too, but for a letter whose session begins regardless.
    late = select(OutboxMessage.id).where(
        OutboxMessage.not_after <= now,
        or_(OutboxMessage.paused_at.is_(None), OutboxMessage.is_timely),
    )
    waiting = [Delivery.state.in_(DUE_STATES), Delivery.next_at.is_not(None)]
    session.execute(
        update(Delivery)
        .where(*waiting, Delivery.message_id.in_(late), Delivery.state != DeliveryState.UNCERTAIN)
        .values(state=DeliveryState.EXPIRED, changed_at=now, next_at=None)
    )
    # A copy that may have arrived stays "uncertain"; only the plan to repeat it is dropped.
    session.execute(
        update(Delivery)
        .where(*waiting, Delivery.message_id.in_(late))
        .values(changed_at=now, next_at=None)
    )
    session.execute(
        update(Delivery)
        .where(*waiting, exists().where(Suppression.address_key == Delivery.address_key))
        .values(state=DeliveryState.SUPPRESSED, changed_at=now, next_at=None)
    )


def claim(session: Session, owner: str, now: datetime) -> Delivery | None:
    """Take the next copy that is due, or None. Commit before a word of it goes out.

    One conditional UPDATE: of two workers that see the same row, one gets it. The checks that
    must hold at the last moment stand in its WHERE. A fresh fencing number makes void whatever
    an owner answers whose lease has run out meanwhile.
    """
    open_messages = select(OutboxMessage.id).where(
        OutboxMessage.paused_at.is_(None),
        OutboxMessage.stopped_at.is_(None),
        OutboxMessage.not_after > now,
    )
    due = (
        select(Delivery.id)
        .where(
            Delivery.state.in_(DUE_STATES),
            Delivery.next_at <= now,
            Delivery.message_id.in_(open_messages),
            ~exists().where(Suppression.address_key == Delivery.address_key),
        )
        .order_by(Delivery.next_at, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(due.scalar_subquery()))
        .values(
            state=DeliveryState.SENDING,
            owner=owner,
            lease_until=now + LEASE,
            fence=Delivery.fence + 1,
            changed_at=now,
        )
        .returning(Delivery.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return None if taken is None else session.get(Delivery, taken, populate_existing=True)


def is_still_ours(delivery_id: int, fence: int) -> list[ColumnElement[bool]]:
    """The condition under which an answer may be written: nobody has claimed it since."""
    return [
        Delivery.id == delivery_id,
        Delivery.fence == fence,
        or_(Delivery.state == DeliveryState.SENDING, Delivery.state == DeliveryState.UNCERTAIN),
    ]
