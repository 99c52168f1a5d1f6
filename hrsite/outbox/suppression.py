"""Bounces and complaints close an address; may this address be written to?"""

import contextlib
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import case, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite.logs import redact
from hrsite.outbox import recipients
from hrsite.outbox.models import Delivery, DeliveryState, Suppression
from hrsite.outbox.models_bouncing import Bounce, OpenedAddress

SuppressionKind = Literal["soft", "hard", "complaint", "erased"]
# A later reason takes the place of an earlier one only when it weighs more.
_WEIGHT = ("soft", "hard", "complaint", "erased")
# Why, in our own words; a server's stand beside its letter's result and, until she is erased, here.
PLAIN: dict[SuppressionKind, str] = {
    "soft": "Several letters came back.",
    "hard": "The address does not take mail.",
    "complaint": "They reported a letter as unwanted.",
}
MOST_SOFT_BOUNCES = 5
SOFT_BOUNCE_SPAN = timedelta(days=14)
_LONGEST_TEXT = 600
# The source of what a mail server answered to the letter itself: that is its result, and did not
# come back later.
AT_ONCE = "smtp"


def is_suppressed(session: Session, address_key: str) -> bool:
    """Must nothing be written to this address?"""
    return bool(session.scalar(select(exists().where(Suppression.address_key == address_key))))


def is_for_good(session: Session, address_key: str) -> bool:
    """Did its owner ask never to be written to, whoever types it in?"""
    erased = Suppression.address_key == address_key, Suppression.kind == "erased"
    return bool(session.scalar(select(exists().where(*erased))))


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


def forget_words(session: Session, address_key: str) -> None:
    """Keep of a server's words only what they come to: their reader is erased."""
    for kind, words in PLAIN.items():
        session.execute(
            update(Suppression)
            .where(Suppression.address_key == address_key, Suppression.kind == kind)
            .values(reason=words)
        )


def lift(session: Session, address_key: str, now: datetime) -> None:
    """Open an address again, whatever closed it: a letter arrived, and its owner said yes.

    Reports of letters that went out before come late, and must not close it again.
    """
    closed = session.scalar(select(Suppression).where(Suppression.address_key == address_key))
    if closed is not None:
        session.delete(closed)
        note_opened(session, address_key, now)


def disbelieve(session: Session, message_id: int, count: int) -> None:
    """Open again what the last refusals of a message have closed: it is we who were refused.

    But not who was refused by another message as well: of her it is true.
    """
    hard = Bounce.message_id == message_id, Bounce.source == AT_ONCE, Bounce.kind == "hard"
    last = select(Bounce.address_key, Bounce.happened_at).where(*hard)
    these = last.order_by(Bounce.id.desc()).limit(count).subquery()
    closed_by_it = exists().where(
        these.c.address_key == Suppression.address_key,
        these.c.happened_at == Suppression.since_at,
    )
    known_before = exists().where(
        Bounce.address_key == Suppression.address_key,
        Bounce.kind == "hard",
        Bounce.message_id != message_id,
    )
    session.execute(
        delete(Suppression)
        .where(Suppression.kind == "hard", closed_by_it, ~known_before)
        .execution_options(synchronize_session=False)
    )


def note_opened(session: Session, address_key: str, now: datetime) -> None:
    """Letters arrive there: whatever is told of those that went out before closes it no more."""
    session.merge(OpenedAddress(address_key=address_key, opened_at=now))


def lift_complaint(session: Session, address_key: str) -> None:
    """Open an address that its owner closed by a complaint: she asks for letters again."""
    session.execute(
        delete(Suppression).where(
            Suppression.address_key == address_key, Suppression.kind == "complaint"
        )
    )


def forget_opened(session: Session, before: datetime) -> None:
    """Drop what is too old for a report to come about letters of that time."""
    session.execute(delete(OpenedAddress).where(OpenedAddress.opened_at < before))


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
            source=AT_ONCE,
            event_key=f"smtp/{delivery.id}/{kind}",
            reply_code=code,
            reply_text=text,
        ),
        now,
    )


def record(session: Session, bounce: Bounce, now: datetime, *, closes: bool = True) -> bool:
    """Write down that a letter came back, once, and close its address if that follows.

    `closes` False: it came from an address that its reader has left since.
    """
    bounce.happened_at, bounce.reply_text = now, redact(bounce.reply_text)[:_LONGEST_TEXT]
    if session.scalar(select(exists().where(Bounce.event_key == bounce.event_key))):
        return False
    try:
        with session.begin_nested():
            session.add(bounce)
    except IntegrityError:
        return False  # Another worker heard of it at this moment.
    key, text = bounce.address_key, bounce.reply_text
    if not closes:
        return True
    if bounce.kind == "complaint":
        # Her own deed, on the day she does it, whichever letter she has before her: it counts after
        # a fresh yes too. What a mail server reports late is about the address of then.
        suppress(session, key, PLAIN["complaint"], now, "complaint")
    elif _is_overtaken(session, bounce):
        return True
    elif bounce.kind == "hard":
        suppress(session, key, text or PLAIN["hard"], now, "hard")
    elif bounce.kind == "soft" and _soft_bounce_count(session, bounce, now) >= MOST_SOFT_BOUNCES:
        suppress(session, key, f"Several letters came back, the last with: {text}", now, "soft")
    return True


def _is_overtaken(session: Session, bounce: Bounce) -> bool:
    """Is it about a letter that went out before the address was opened again?"""
    if bounce.source == AT_ONCE or bounce.delivery_id is None:
        return False
    opened = session.get(OpenedAddress, bounce.address_key)
    delivery = session.get(Delivery, bounce.delivery_id)
    if opened is None or delivery is None:
        return False
    return delivery.changed_at < opened.opened_at


def _soft_bounce_count(session: Session, bounce: Bounce, now: datetime) -> int:
    """From how many messages a letter came back for now, with none between them that arrived.

    Between them in the order of handing over, for reports come days late and in any order. Each
    asks anew, around its own copy: the others arrived, until their own reports say otherwise.
    """
    its_copy = Delivery.id == Bounce.delivery_id
    # What was put off at once may have been taken since, and then that arrived.
    handed_at = case(
        (Bounce.source == AT_ONCE, Bounce.happened_at),
        else_=func.coalesce(Delivery.changed_at, Bounce.happened_at),
    )
    at = session.scalars(
        select(handed_at).outerjoin(Delivery, its_copy).where(Bounce.id == bounce.id)
    ).one()
    earlier, later = _arrivals_around(session, bounce.address_key, at)
    counted = select(func.count(Bounce.message_id.distinct())).outerjoin(Delivery, its_copy)
    counted = counted.where(
        Bounce.address_key == bounce.address_key,
        Bounce.kind == "soft",
        Bounce.happened_at >= now - SOFT_BOUNCE_SPAN,
    )
    if earlier is not None:
        counted = counted.where(handed_at > earlier)
    if later is not None:
        counted = counted.where(handed_at < later)
    return session.scalars(counted).one()


def _arrivals_around(
    session: Session, address_key: str, at: datetime
) -> tuple[datetime | None, datetime | None]:
    """When a letter last arrived there before a moment, and when one next did.

    Our mail service accepts many a letter that comes back later: that was no arrival.
    """
    came_back = exists().where(Bounce.delivery_id == Delivery.id, Bounce.source != AT_ONCE)
    handed_at = Delivery.changed_at
    earlier, later = session.execute(
        select(
            func.max(handed_at).filter(handed_at < at), func.min(handed_at).filter(handed_at > at)
        ).where(recipients.is_to(address_key), Delivery.state == DeliveryState.ACCEPTED, ~came_back)
    ).one()
    opened = session.get(OpenedAddress, address_key)
    arrived = [moment for moment in (earlier, opened and opened.opened_at) if moment]
    return max(arrived, default=None), later
