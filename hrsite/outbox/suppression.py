"""Bounces and complaints close an address; may this address be written to?"""

import contextlib
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite.outbox.models import Bounce, Delivery, Suppression


def is_suppressed(session: Session, address_key: str) -> bool:
    """Must nothing be written to this address?"""
    return bool(session.scalar(select(exists().where(Suppression.address_key == address_key))))


def suppress(session: Session, address_key: str, reason: str, now: datetime) -> None:
    """Close an address. A second reason changes nothing: it is closed already."""
    if is_suppressed(session, address_key):
        return
    closed = Suppression(address_key=address_key, reason=reason[:600], since_at=now)
    # Another worker may close it at this moment: that must not undo what else we write down.
    with contextlib.suppress(IntegrityError), session.begin_nested():
        session.add(closed)


def lift(session: Session, address_key: str) -> None:
    """Open an address again: its owner has just shown that mail arrives there."""
    session.execute(delete(Suppression).where(Suppression.address_key == address_key))


def note_bounce(
    session: Session, delivery: Delivery, kind: str, code: int | None, text: str, now: datetime
) -> None:
    """Write down that a letter came back: soft, hard, or as a complaint."""
    session.add(
        Bounce(
            delivery_id=delivery.id,
            address_key=delivery.address_key,
            kind=kind,
            happened_at=now,
            reply_code=code,
            reply_text=text[:600],
        )
    )
