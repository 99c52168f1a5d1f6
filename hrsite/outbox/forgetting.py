"""Who got which letter is forgotten after a time, or at once when a person is erased; the numbers
stay. A copy's row becomes one more in a count.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, exists, select, text
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of
from hrsite.outbox.forgotten import CAME_BACK
from hrsite.outbox.models import TRANSACTIONAL, Delivery, DeliveryState, MessageTally, OutboxMessage
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.models_forgetting import ForgottenCopies
from hrsite.outbox.refusals import reason
from hrsite.outbox.suppression import AT_ONCE

# Read and written at once: another worker may count the first of a kind at this moment.
_COUNT = text(
    "INSERT INTO forgotten_copies (message_id, what, reason, count)"
    " VALUES (:message_id, :what, :reason, :count)"
    " ON CONFLICT (message_id, what, reason)"
    " DO UPDATE SET count = forgotten_copies.count + excluded.count"
)
# So many rows in a transaction: on SQLite everybody who writes waits for it.
PART = 500


class Ending(NamedTuple):
    """How a copy ended, and of which message it was."""

    message_id: int
    what: str
    reason: str = ""


def forget_part(session: Session, before: datetime) -> int:
    """Forget the next copies of letters from before a moment; how many, and 0 when that is all.

    A letter that still waits, for the coach has stopped it, keeps its list.
    """
    message_id = session.scalar(
        select(OutboxMessage.id)
        .where(
            OutboxMessage.created_at < before,
            OutboxMessage.settled_at.is_not(None),
            exists().where(Delivery.message_id == OutboxMessage.id),
        )
        .order_by(OutboxMessage.id)
        .limit(1)
    )
    if message_id is None:
        return 0
    copies = select(Delivery.id).where(Delivery.message_id == message_id).limit(PART)
    ids = session.scalars(copies.order_by(Delivery.id)).all()
    forget(session, ids)
    return len(ids)


def forget_of(session: Session, recipient_id: int) -> None:
    """Forget every copy for one recipient, but what a worker has in its hands at this moment."""
    theirs = select(Delivery.id).where(
        Delivery.recipient_id == recipient_id, Delivery.state != DeliveryState.SENDING
    )
    forget(session, session.scalars(theirs).all())


def forget(session: Session, ids: Sequence[int]) -> None:
    """Turn these copies into numbers."""
    # Counted as they go: of two workers at the same work only one gets a row back.
    endings = _bounced(session, ids)
    gone = session.execute(
        delete(Delivery)
        .where(is_one_of(Delivery.id, ids), Delivery.state != DeliveryState.SENDING)
        .returning(Delivery.message_id, Delivery.state, Delivery.reply_code, Delivery.reply_text)
        .execution_options(synchronize_session=False)
    )
    for message_id, state, code, words in gone:
        why = reason(code, words or "") if state == DeliveryState.REFUSED else ""
        endings[Ending(message_id, state.value, why)] += 1
    _add(session, endings)
    _drop_emptied(session, {ending.message_id for ending in endings})


def forget_loose_bounces(session: Session, before: datetime) -> int:
    """Forget the next reports from before a moment that are about no copy that we know."""
    loose = select(Bounce.id).where(Bounce.happened_at < before, Bounce.delivery_id.is_(None))
    ids = session.scalars(loose.limit(PART)).all()
    session.execute(
        delete(Bounce).where(is_one_of(Bounce.id, ids)).execution_options(synchronize_session=False)
    )
    return len(ids)


def _bounced(session: Session, ids: Sequence[int]) -> Counter[Ending]:
    """Delete what came back of these copies; of how many, by message and kind."""
    gone = session.execute(
        delete(Bounce)
        .where(is_one_of(Bounce.delivery_id, ids))
        .returning(Bounce.message_id, Bounce.kind, Bounce.delivery_id, Bounce.source)
        .execution_options(synchronize_session=False)
    )
    copies = {
        (message_id, kind, delivery_id)
        for message_id, kind, delivery_id, source in gone
        if message_id is not None and source != AT_ONCE
    }
    return Counter(Ending(message_id, CAME_BACK, kind) for message_id, kind, _ in copies)


def _add(session: Session, endings: Counter[Ending]) -> None:
    # In one order, so that of two who count the same endings one waits, and not both.
    for ending, count in sorted(endings.items()):
        session.execute(_COUNT, {**ending._asdict(), "count": count})


def _drop_emptied(session: Session, message_ids: set[int]) -> None:
    """A letter to one person is of no use without its copy: its time says when she was here."""
    emptied = session.scalars(
        select(OutboxMessage.id).where(
            is_one_of(OutboxMessage.id, message_ids),
            OutboxMessage.stream == TRANSACTIONAL,
            ~exists().where(Delivery.message_id == OutboxMessage.id),
        )
    ).all()
    for column in (ForgottenCopies.message_id, MessageTally.message_id, OutboxMessage.id):
        session.execute(
            delete(column.class_)
            .where(is_one_of(column, emptied))
            .execution_options(synchronize_session="fetch")
        )
