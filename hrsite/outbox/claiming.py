"""Which copy is next, and whose it is: claims with an owner, a lease and a fencing number."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, exists, or_, select, update
from sqlalchemy.orm import Session

from hrsite.columns import changed_rows
from hrsite.outbox import tally
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Suppression

# Longer than the longest wait for a reply (600 s). An owner that is slower still is believed for
# as long again, until the repeat is claimed.
LEASE = timedelta(minutes=15)
# How long to leave a copy alone that was in the air when the line broke.
UNCERTAIN_PAUSE = timedelta(minutes=15)
MOST_REPEATS = 1
# How the key of a letter begins that only asks "Is this you, and do you want letters?"
CONFIRMATION = "confirm/"
DUE_STATES = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN)
MAY_HAVE_ARRIVED = Delivery.repeat_count > 0


def settle(session: Session, now: datetime, *, repeats: bool) -> None:
    """Write down what time alone has decided: dead leases, late letters, closed addresses."""
    _give_up_dead_leases(session, now, MOST_REPEATS if repeats else 0)
    # A pause stops the clock too, but for a letter whose session begins regardless.
    late = select(OutboxMessage.id).where(
        OutboxMessage.not_after <= now,
        or_(OutboxMessage.paused_at.is_(None), OutboxMessage.is_timely),
    )
    drop(session, DeliveryState.EXPIRED, now, Delivery.message_id.in_(late))
    drop(session, DeliveryState.SUPPRESSED, now, _is_suppressed())


def drop(session: Session, state: DeliveryState, now: datetime, *which: ColumnElement[bool]) -> int:
    """Try these copies no more, whichever of them still wait; the count.

    A copy that was in the air once may have arrived. It stays "uncertain", whatever the reason:
    only the plan to repeat it goes.
    """
    waiting = [Delivery.state.in_(DUE_STATES), Delivery.next_at.is_not(None), *which]
    counts = [(tally.states_of(session, *waiting, ~MAY_HAVE_ARRIVED), state)]
    counts += [(tally.states_of(session, *waiting, MAY_HAVE_ARRIVED), DeliveryState.UNCERTAIN)]
    answer = session.execute(
        update(Delivery)
        .where(*waiting)
        .values(
            state=case((MAY_HAVE_ARRIVED, DeliveryState.UNCERTAIN.value), else_=state.value),
            changed_at=now,
            next_at=None,
            owner=None,
        )
        .execution_options(synchronize_session=False)
    )
    for found, after in counts:
        for message_id, before in found.items():
            tally.moved(session, message_id, before, {after: before.total()})
    return changed_rows(answer)


def claim(session: Session, owner: str, now: datetime) -> Delivery | None:
    """Take the next copy that is due, or None. Commit before a word of it goes out.

    A fresh fencing number makes void whatever an owner answers whose lease has run out meanwhile.
    """
    due = _next_due(session, now)
    if due is None:
        return None
    tally.moved(session, due.message_id, {due.state: 1}, {DeliveryState.SENDING: 1})
    due.state, due.owner, due.lease_until = DeliveryState.SENDING, owner, now + LEASE
    due.fence, due.changed_at = due.fence + 1, now
    session.flush()
    return due


def is_still_ours(delivery: Delivery, fence: int) -> bool:
    """May the answer to a claim be written down? Not when somebody has claimed it since."""
    in_the_air = (DeliveryState.SENDING, DeliveryState.UNCERTAIN)
    return delivery.fence == fence and delivery.state in in_the_air


def _next_due(session: Session, now: datetime) -> Delivery | None:
    """The copy that has waited longest, locked: other workers pass it by.

    PostgreSQL locks the row, SQLite the file (each transaction that writes begins with the lock).
    One question for each state, because the index then gives the answer without sorting.
    """
    is_open = exists().where(
        OutboxMessage.id == Delivery.message_id,
        OutboxMessage.paused_at.is_(None),
        OutboxMessage.expanded_at.is_not(None),
        OutboxMessage.starts_at <= now,
        OutboxMessage.not_after > now,
    )
    due = (
        select(Delivery)
        .where(Delivery.next_at <= now, is_open, ~_is_suppressed())
        .order_by(Delivery.next_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    found = (session.scalar(due.where(Delivery.state == state)) for state in DUE_STATES)
    return min((one for one in found if one), key=_due_since, default=None)


def _due_since(delivery: Delivery) -> tuple[datetime | None, int]:
    return delivery.next_at, delivery.id


def _is_suppressed() -> ColumnElement[bool]:
    """Closed addresses get nothing but the letter that lets its owner open it again."""
    asks_them = exists().where(
        OutboxMessage.id == Delivery.message_id, OutboxMessage.key.startswith(CONFIRMATION)
    )
    return exists().where(
        Suppression.address_key == Delivery.address_key,
        or_(Suppression.kind == "erased", ~asks_them),
    )


def _give_up_dead_leases(session: Session, now: datetime, most_repeats: int) -> None:
    """A claim whose owner is gone: nobody knows whether its letter arrived."""
    dead = [Delivery.state == DeliveryState.SENDING, Delivery.lease_until < now]
    # Without a next_at its reader has left meanwhile, and nothing is repeated.
    again = [Delivery.next_at.is_not(None), Delivery.repeat_count < most_repeats]
    unknown = {"state": DeliveryState.UNCERTAIN, "changed_at": now, "owner": None}
    planned = {"next_at": now + UNCERTAIN_PAUSE, "repeat_count": Delivery.repeat_count + 1}
    for message_id, before in tally.states_of(session, *dead).items():
        tally.moved(session, message_id, before, {DeliveryState.UNCERTAIN: before.total()})
    for which, plan in ((dead + again, planned), (dead, {"next_at": None})):
        session.execute(
            update(Delivery)
            .where(*which)
            .values(**unknown, **plan)
            .execution_options(synchronize_session=False)
        )
