"""What has been written to an address, and how far a message has come."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Worker

UNSETTLED = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.DEFERRED)
TROUBLED = (DeliveryState.REFUSED, DeliveryState.UNCERTAIN, DeliveryState.DEFERRED)


def letter_count(session: Session, address_key: str, stream: str, since: datetime) -> int:
    """How many letters of a stream were written down for an address since a moment."""
    return session.scalars(
        select(func.count())
        .select_from(Delivery)
        .join(OutboxMessage)
        .where(
            Delivery.address_key == address_key,
            OutboxMessage.stream == stream,
            Delivery.created_at > since,
        )
    ).one()


def numbers(session: Session, message_ids: Iterable[int]) -> dict[int, dict[DeliveryState, int]]:
    """For each message, how many copies are in which state."""
    rows = session.execute(
        select(Delivery.message_id, Delivery.state, func.count())
        .where(Delivery.message_id.in_(list(message_ids)))
        .group_by(Delivery.message_id, Delivery.state)
    )
    found: dict[int, dict[DeliveryState, int]] = {}
    for message_id, state, count in rows:
        found.setdefault(message_id, {})[state] = count
    return found


def waiting_count(session: Session) -> int:
    """How many copies have no result yet."""
    return session.scalars(
        select(func.count()).select_from(Delivery).where(Delivery.state.in_(UNSETTLED))
    ).one()


def troubled(session: Session, limit: int, message_id: int | None = None) -> list[Delivery]:
    """The newest copies that were refused, must wait, or are not known."""
    query = select(Delivery).where(Delivery.state.in_(TROUBLED))
    if message_id is not None:
        query = query.where(Delivery.message_id == message_id)
    return list(session.scalars(query.order_by(Delivery.changed_at.desc()).limit(limit)))


def paused(session: Session) -> list[OutboxMessage]:
    """The messages that wait for the coach to press Resume."""
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.paused_at.is_not(None))))


def worker_seen_at(session: Session) -> datetime | None:
    """When any worker last said that it was there."""
    return session.scalar(select(Worker.seen_at).order_by(Worker.seen_at.desc()).limit(1))
