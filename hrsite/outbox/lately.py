"""What the ledger tells of late: when mail last got through, how long it waits, what failed."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from hrsite.outbox import refusals
from hrsite.outbox.models import Delivery, DeliveryState, MessageTally, OutboxMessage

# Of the newest messages alone: the index leads from a message to its copies.
MESSAGES_LOOKED_AT = 500
# A message to a million has a million copies. The newest of them tell when mail got through.
COPIES_LOOKED_AT = 5000
FAILED = (DeliveryState.REFUSED, DeliveryState.UNCERTAIN, DeliveryState.EXPIRED)
REFUSED_FROM = 500
NOT_KNOWN = "The line broke, and nobody knows whether the mail service has it."
GIVEN_UP = "It could not be handed over in time, so it was given up."


class Accepted(NamedTuple):
    """The copy that the mail service took last, and of which message it is."""

    at: datetime
    message_id: int


def last_accepted(session: Session) -> Accepted | None:
    """When the mail service last took a letter; None when it never did."""
    some_accepted = (
        select(MessageTally.message_id)
        .where(MessageTally.accepted_count > 0)
        .order_by(MessageTally.message_id.desc())
        .limit(MESSAGES_LOOKED_AT)
    )
    newest = (
        select(Delivery.changed_at, Delivery.message_id)
        .where(Delivery.message_id.in_(some_accepted), Delivery.state == DeliveryState.ACCEPTED)
        .order_by(Delivery.id.desc())
        .limit(COPIES_LOOKED_AT)
        .subquery()
    )
    row = session.execute(select(newest).order_by(newest.c.changed_at.desc()).limit(1)).first()
    return None if row is None else Accepted(*row)


def waiting_since(session: Session, now: datetime) -> datetime | None:
    """From when on the oldest letter could have gone out that waits still."""
    due = Delivery.message_id == OutboxMessage.id, Delivery.next_at.is_not(None)
    return session.scalar(
        select(func.min(OutboxMessage.starts_at)).where(
            OutboxMessage.settled_at.is_(None),
            OutboxMessage.starts_at <= now,
            exists().where(*due),
        )
    )


def failed(session: Session, since: datetime) -> Counter[str]:
    """The copies that ended badly since a moment, counted by the reason in plain words."""
    newest = select(OutboxMessage.id).order_by(OutboxMessage.id.desc()).limit(MESSAGES_LOOKED_AT)
    status = func.substr(func.coalesce(Delivery.reply_text, ""), 1, refusals.STATUS_LENGTH)
    rows = session.execute(
        select(Delivery.state, Delivery.reply_code, status, func.count())
        .where(
            Delivery.message_id.in_(newest),
            Delivery.state.in_(FAILED),
            Delivery.changed_at > since,
        )
        .group_by(Delivery.state, Delivery.reply_code, status)
    )
    found: Counter[str] = Counter()
    for state, code, start, count in rows:
        found[_why(state, code, start)] += count
    return found


def _why(state: DeliveryState, code: int | None, status: str) -> str:
    if state == DeliveryState.UNCERTAIN:
        return NOT_KNOWN
    # A server that refused it each time has said why.
    is_without_reason = state == DeliveryState.EXPIRED and (code or 0) < REFUSED_FROM
    return GIVEN_UP if is_without_reason else refusals.reason(code, status)
