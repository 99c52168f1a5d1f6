"""Bounces and complaints close an address; may this address be written to?"""

import contextlib
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite.logs import redact
from hrsite.outbox.models import Bounce, Delivery, DeliveryState, Suppression

SuppressionKind = Literal["soft", "hard", "complaint", "erased"]
# A later reason takes the place of an earlier one only when it weighs more.
_WEIGHT = ("soft", "hard", "complaint", "erased")
MOST_SOFT_BOUNCES = 5
SOFT_BOUNCE_SPAN = timedelta(days=14)
_LONGEST_TEXT = 600


def is_suppressed(session: Session, address_key: str) -> bool:
    """Must nothing be written to this address?"""
    return bool(session.scalar(select(exists().where(Suppression.address_key == address_key))))


def suppress(
    session: Session, address_key: str, reason: str, now: datetime, kind: SuppressionKind = "hard"
) -> None:
    """Close an address. It stays closed for its first reason, unless a later one weighs more."""
    text = redact(reason)[:_LONGEST_TEXT]
    closed = session.scalar(select(Suppression).where(Suppression.address_key == address_key))
    if closed is not None:
        if _WEIGHT.index(kind) > _WEIGHT.index(closed.kind):
            closed.kind, closed.reason, closed.since_at = kind, text, now
        return
    closed = Suppression(address_key=address_key, kind=kind, reason=text, since_at=now)
    # Another worker may close it at this moment: that must not undo what else we write down.
    with contextlib.suppress(IntegrityError), session.begin_nested():
        session.add(closed)


def lift(session: Session, address_key: str, *kinds: SuppressionKind) -> None:
    """Open an address again, whatever closed it or one of these: its owner has just said so."""
    opened = delete(Suppression).where(Suppression.address_key == address_key)
    session.execute(opened.where(Suppression.kind.in_(kinds)) if kinds else opened)


def note_bounce(
    session: Session, delivery: Delivery, kind: str, code: int | None, text: str, now: datetime
) -> None:
    """Write down what a mail server refused at once; the same copy refused again is no second."""
    record(
        session,
        Bounce(
            delivery_id=delivery.id,
            message_id=delivery.message_id,
            address_key=delivery.address_key,
            kind=kind,
            source="smtp",
            event_key=f"smtp/{delivery.id}/{kind}",
            reply_code=code,
            reply_text=text,
        ),
        now,
    )


def record(session: Session, bounce: Bounce, now: datetime) -> bool:
    """Write down that a letter came back, once, and close its address if that follows."""
    bounce.happened_at, bounce.reply_text = now, redact(bounce.reply_text)[:_LONGEST_TEXT]
    if session.scalar(select(exists().where(Bounce.event_key == bounce.event_key))):
        return False
    try:
        with session.begin_nested():
            session.add(bounce)
    except IntegrityError:
        return False  # Another worker heard of it at this moment.
    key, text = bounce.address_key, bounce.reply_text
    if bounce.kind == "hard":
        suppress(session, key, text or "The address does not take mail.", now, "hard")
    elif bounce.kind == "complaint":
        suppress(session, key, "They reported a letter as unwanted.", now, "complaint")
    elif bounce.kind == "soft" and _soft_bounce_count(session, key, now) >= MOST_SOFT_BOUNCES:
        suppress(session, key, f"Several letters came back, the last with: {text}", now, "soft")
    return True


def _soft_bounce_count(session: Session, address_key: str, now: datetime) -> int:
    """From how many messages a letter came back for now, since one last arrived.

    Our mail service accepts many a letter that comes back later: that was no arrival.
    """
    came_back = exists().where(Bounce.delivery_id == Delivery.id)
    arrived_at = session.scalar(
        select(func.max(Delivery.changed_at)).where(
            Delivery.address_key == address_key,
            Delivery.state == DeliveryState.ACCEPTED,
            ~came_back,
        )
    )
    since = now - SOFT_BOUNCE_SPAN
    counted = select(func.count(Bounce.message_id.distinct())).where(
        Bounce.address_key == address_key,
        Bounce.kind == "soft",
        Bounce.happened_at >= (max(since, arrived_at) if arrived_at else since),
    )
    return session.scalars(counted).one()
