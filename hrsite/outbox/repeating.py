"""Copies of which nobody knows whether they arrived, held until the coach decides.

With UNCERTAIN=hold such a copy is not repeated by itself, nor is one that a mail service does not
know again any more (repeat_rules.py). She hands it over once more or leaves it, once: afterwards it
is no longer held, whatever becomes of it. Nor is one that was called back (enqueue.py).
"""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hrsite.columns import changed_rows
from hrsite.outbox import turns
from hrsite.outbox.enqueue import PATIENCE
from hrsite.outbox.models import Delivery, DeliveryState, MessageTally, OutboxMessage
from hrsite.outbox.repeat_rules import DECIDED, rule

# Of the newest messages alone is told that some of their copies wait.
MESSAGES_LOOKED_AT = 100


class TooLate(Exception):
    """Its session has begun: nobody can use this letter any more."""


_IS_HELD = (
    (Delivery.state == DeliveryState.UNCERTAIN)
    & Delivery.next_at.is_(None)
    & (Delivery.repeat_count < DECIDED)
)


def is_held(message_id: int) -> ColumnElement[bool]:
    """Does this copy of a message wait for the coach to decide?"""
    return (Delivery.message_id == message_id) & _IS_HELD


def held_counts(session: Session) -> dict[int, int]:
    """By message, how many copies wait for her to decide. None do where she is never asked."""
    if not rule().asks_her:
        return {}
    not_known = (
        select(MessageTally.message_id)
        .where(MessageTally.uncertain_count > 0)
        .order_by(MessageTally.message_id.desc())
        .limit(MESSAGES_LOOKED_AT)
    )
    counted = session.execute(
        select(Delivery.message_id, func.count())
        .where(Delivery.message_id.in_(not_known), _IS_HELD)
        .group_by(Delivery.message_id)
    )
    return {message_id: count for message_id, count in counted}  # noqa: C416 - for mypy's sake


def held_count(session: Session, message_id: int, most: int, *which: ColumnElement[bool]) -> int:
    """How many copies, or how many of these, wait for her, counted up to a bound."""
    some = select(Delivery.id).where(is_held(message_id), *which).limit(most).subquery()
    return session.scalars(select(func.count()).select_from(some)).one()


def repeat(
    session: Session, message: OutboxMessage, now: datetime, *which: ColumnElement[bool]
) -> int:
    """Hand these over once more, as far as they are held; the count. Raises TooLate.

    The repeat carries the same Message-ID. Its state stays "uncertain" until there is an answer,
    so that the numbers hold; and a second press of the button finds nothing that is held.
    """
    # A worker may be about to call it settled; what it has done by now, we undo.
    turns.hold_message(session, message)
    if message.is_timely and message.not_after <= now:
        raise TooLate
    count = _decide(session, message.id, {"next_at": now, "changed_at": now}, *which)
    if count:
        if not message.is_timely:
            message.not_after = max(message.not_after, now + PATIENCE)
        message.settled_at = None  # A worker looks at it again.
    return count


def leave_be(
    session: Session, message: OutboxMessage, now: datetime, *which: ColumnElement[bool]
) -> int:
    """Let these be, as far as they are held; the count. They stay "not known"."""
    return _decide(session, message.id, {"changed_at": now}, *which)


def _decide(
    session: Session, message_id: int, change: dict[str, datetime], *which: ColumnElement[bool]
) -> int:
    answer = session.execute(
        update(Delivery)
        .where(is_held(message_id), *which)
        .values(repeat_count=DECIDED, **change)
        .execution_options(synchronize_session=False)
    )
    return changed_rows(answer)
