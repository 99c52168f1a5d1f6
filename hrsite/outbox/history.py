"""What has been written to an address, and how far a message has come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, load_only

from hrsite.outbox import recipients
from hrsite.outbox.models import TRANSACTIONAL, Delivery, DeliveryState, MessageTally, OutboxMessage
from hrsite.outbox.progress import Numbers

TROUBLED = (DeliveryState.REFUSED, DeliveryState.UNCERTAIN, DeliveryState.DEFERRED)
# Pages say "1,000 or more" instead of counting on.
MOST_COUNTED = 1000
MOST_MESSAGES = 500


@dataclass(frozen=True)
class PutOff:
    """Letters put off: how many, up to a bound, and when the first is tried again."""

    count: int
    first_at: datetime | None

    @property
    def is_more(self) -> bool:
        """Are there perhaps more than were counted?"""
        return self.count >= MOST_COUNTED


def letter_count(
    session: Session,
    address_key: str,
    stream: str,
    since: datetime,
    *,
    named: str = "",
    besides: Iterable[str] = (),
) -> int:
    """How many letters of a stream were written down for an address since a moment.

    Only those whose key begins with `named`; none whose key begins with a word of `besides`.
    """
    return session.scalars(
        select(func.count())
        .select_from(Delivery)
        .join(Delivery.message)
        .where(
            recipients.is_to(address_key),
            OutboxMessage.stream == stream,
            OutboxMessage.created_at > since,
            OutboxMessage.key.startswith(named, autoescape=True),
            *(~OutboxMessage.key.startswith(word, autoescape=True) for word in besides),
        )
    ).one()


def next_start(session: Session, now: datetime, before: datetime) -> datetime | None:
    """When the first letter begins to go out that waits for its time, if that is soon."""
    return session.scalar(
        select(func.min(OutboxMessage.starts_at)).where(
            OutboxMessage.settled_at.is_(None),
            OutboxMessage.paused_at.is_(None),
            OutboxMessage.starts_at > now,
            OutboxMessage.starts_at <= before,
        )
    )


def numbers(session: Session, message_ids: Iterable[int]) -> dict[int, Numbers]:
    """For each message, how many copies have which result: as the ledger keeps it, not counted."""
    kept = session.scalars(
        select(MessageTally).where(MessageTally.message_id.in_(list(message_ids)))
    )
    return {tally.message_id: Numbers.of(tally) for tally in kept}


def waiting_count(session: Session) -> int:
    """How many copies have no result yet, by the numbers of the messages that are under way."""
    under_way = select(MessageTally).join(
        OutboxMessage, OutboxMessage.id == MessageTally.message_id
    )
    kept = session.scalars(under_way.where(OutboxMessage.settled_at.is_(None)))
    return sum(tally.waiting_count for tally in kept)


def deferred(session: Session, message_id: int) -> PutOff:
    """The copies of a message that are to be tried again, and when the first of them is."""
    some = (
        select(Delivery.next_at)
        .where(Delivery.message_id == message_id, Delivery.state == DeliveryState.DEFERRED)
        .order_by(Delivery.next_at)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return PutOff(*session.execute(select(func.count(), func.min(some.c.next_at))).one())


def copies(
    session: Session, message_id: int, state: DeliveryState, after_id: int, limit: int
) -> list[Delivery]:
    """The next copies of a message in one state, in the order in which they were written down."""
    return list(
        session.scalars(
            select(Delivery)
            .where(
                Delivery.message_id == message_id,
                Delivery.state == state,
                Delivery.id > after_id,
            )
            .order_by(Delivery.id)
            .limit(limit)
        )
    )


def troubled(session: Session, limit: int, message_id: int | None = None) -> list[Delivery]:
    """The newest copies that were refused, must wait, or are not known."""
    # Of the newest messages alone: the index leads from a message to its copies.
    newest = select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(MOST_MESSAGES)
    query = select(Delivery).where(Delivery.message_id.in_(newest), Delivery.state.in_(TROUBLED))
    if message_id is not None:
        query = query.where(Delivery.message_id == message_id)
    return list(session.scalars(query.order_by(Delivery.changed_at.desc()).limit(limit)))


def paused(session: Session) -> list[OutboxMessage]:
    """The messages that wait for the coach to press Resume."""
    return list(session.scalars(_paused()))


def paused_heads(session: Session, limit: int) -> list[OutboxMessage]:
    """The newest Issues that are paused, without their words; no letters to one person."""
    return list(
        session.scalars(
            _paused(OutboxMessage.stream != TRANSACTIONAL)
            .order_by(OutboxMessage.id.desc())
            .limit(limit)
            .options(
                load_only(
                    OutboxMessage.subject,
                    OutboxMessage.paused_at,
                    OutboxMessage.pause_kind,
                    OutboxMessage.pause_reason,
                )
            )
        )
    )


def paused_single(session: Session) -> tuple[int, str | None]:
    """How many letters to one person are paused, and why one of them is."""
    some = _paused(OutboxMessage.stream == TRANSACTIONAL).subquery()
    count, reason = session.execute(select(func.count(), func.max(some.c.pause_reason))).one()
    return count, reason


def _paused(*which: ColumnElement[bool]) -> Select[OutboxMessage]:
    """Of one that is settled nothing waits: there is nothing to go on with."""
    return select(OutboxMessage).where(
        OutboxMessage.paused_at.is_not(None), OutboxMessage.settled_at.is_(None), *which
    )
