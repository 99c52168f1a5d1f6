"""Claim a copy, hand it over, write down the answer.

The one job that commits: each claim must be on disk before its letter goes out, and each answer
before the next letter does. So a kill at any moment leaves at most one letter in doubt.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Flask, current_app
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.outbox import claiming, instance, presence, suppression, tally
from hrsite.outbox.letters import UnreadableReader, letter_for
from hrsite.outbox.models import Delivery, DeliveryState
from hrsite.outbox.pausing import pause, pause_all
from hrsite.outbox.retrying import Answer, is_unwanted, next_attempt
from hrsite.outbox.transport import LetterConnection, open_connection
from hrsite.outbox.wire import BadHeader, Letter
from hrsite.outbox.wording import pause_reason

log = structlog.get_logger(__name__)

# Before MAIL the trouble is the line or the server, never this one person's address.
CONNECTION_STAGES = ("connect", "banner", "ehlo", "starttls", "handshake", "ehlo2", "auth")
CLOSING_DOWN = 421


@dataclass(frozen=True)
class Claimed:
    """What one hand-over needs. Nothing of it is read from the database while it is under way."""

    delivery_id: int
    fence: int
    # An answer: it could not be composed.
    letter: Letter | Answer


def deliver_due(
    session: Session, owner: str, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Hand over every copy that is due, one at a time; the count of letters tried."""
    tried_count, gate = 0, instance.Gate(session)
    if not gate.is_open(clock.now()):
        return 0
    claiming.settle(session, clock.now(), repeats=current_app.config["UNCERTAIN"] == "repeat")
    session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with open_connection(app) as connection:
        while not should_stop() and gate.is_open(clock.now()):
            claimed = _claim(session, owner)
            if claimed is None:
                break
            answer = _hand_over(connection, claimed.letter)
            _write_down(session, claimed, answer, clock.now())
            if answer.code == CLOSING_DOWN:
                gate.rest(clock.now())
            session.commit()
            tried_count += 1
            if _is_about_the_line(answer):
                # The server is away or busy: the other copies wait for the next look.
                break
    return tried_count


def _is_about_the_line(answer: Answer) -> bool:
    """Would the next letter meet the same trouble, whoever it is for?"""
    if answer.stage in CONNECTION_STAGES:
        return True
    broke = answer.code is None and answer.kind in ("deferred", "uncertain")
    return broke or answer.code == CLOSING_DOWN


def _claim(session: Session, owner: str) -> Claimed | None:
    """Claim the next copy and compose it; committed, so that no lock is held while SMTP talks."""
    now = clock.now()
    presence.refresh(session, owner, now)
    delivery = claiming.claim(session, owner, now)
    claimed = None
    if delivery is not None:
        claimed = Claimed(delivery.id, delivery.fence, _composed(delivery, now))
    session.commit()
    return claimed


def _composed(delivery: Delivery, now: datetime) -> Letter | Answer:
    try:
        return letter_for(delivery, now)
    except UnreadableReader as trouble:
        # Hers alone, unless it meets one after the other.
        return Answer("policy", "data", None, None, str(trouble))
    except Exception as trouble:
        # Whatever is wrong with this letter must not hold up the others behind it.
        log.error("letter_not_composed", delivery=delivery.id, exc_info=trouble)
        return Answer("setting", "data", None, None, "This letter cannot be put together.")


def _hand_over(connection: LetterConnection, letter: Letter | Answer) -> Answer:
    """The answer to one letter; a letter that cannot even be written is a fault of ours."""
    if isinstance(letter, Answer):
        return letter
    try:
        return connection.hand_over(letter)
    except BadHeader as trouble:
        return Answer("setting", "data", None, None, f"This letter cannot be written: {trouble}")


def _write_down(session: Session, claimed: Claimed, answer: Answer, now: datetime) -> None:
    """Turn the server's answer into the row's next state, if the row is still ours."""
    delivery = session.get_one(
        Delivery, claimed.delivery_id, populate_existing=True, with_for_update=True
    )
    if not claiming.is_still_ours(delivery, claimed.fence):
        log.warning("late_answer_ignored", delivery=delivery.id, answer=answer.kind)
        return
    before = delivery.state
    # Our own mistake is no attempt of the reader's.
    delivery.attempt_count += answer.kind not in ("setting", "too_large")
    delivery.state, delivery.next_at = _outcome(delivery, answer, now)
    delivery.repeat_count += delivery.state == DeliveryState.UNCERTAIN and bool(delivery.next_at)
    delivery.owner = delivery.lease_until = None
    delivery.changed_at = now
    delivery.reply_code, delivery.reply_text = answer.code, answer.text[:600]
    tally.moved(session, delivery.message_id, {before: 1}, {delivery.state: 1})
    _draw_conclusions(session, delivery, answer, now)


def _outcome(
    delivery: Delivery, answer: Answer, now: datetime
) -> tuple[DeliveryState, datetime | None]:
    """The state that follows from an answer, and when the copy is due again, if ever."""
    if answer.kind == "accepted":
        return DeliveryState.ACCEPTED, None
    if answer.kind == "refused":
        return DeliveryState.REFUSED, None
    if answer.kind == "uncertain":
        return DeliveryState.UNCERTAIN, _repeat_at(delivery, now)
    # Not taken. A copy that was in the air before stays "uncertain" when it is given up.
    in_the_air_before = delivery.repeat_count > 0
    if delivery.next_at is None:
        # Its reader left while it was being handed over: there is no next time.
        left = DeliveryState.WITHDRAWN
        return (DeliveryState.UNCERTAIN if in_the_air_before else left), None
    if answer.kind in ("setting", "too_large"):
        return DeliveryState.QUEUED, now  # The pause below keeps it from being tried at once.
    next_at = next_attempt(delivery.attempt_count, now, delivery.message.not_after)
    if next_at:
        return DeliveryState.DEFERRED, next_at
    return (DeliveryState.UNCERTAIN if in_the_air_before else DeliveryState.EXPIRED), None


def _repeat_at(delivery: Delivery, now: datetime) -> datetime | None:
    """When to repeat a letter that was in the air when the line broke; None: leave it at that."""
    again = now + claiming.UNCERTAIN_PAUSE
    may_repeat = (
        current_app.config["UNCERTAIN"] == "repeat"
        and delivery.repeat_count < claiming.MOST_REPEATS
        and delivery.next_at is not None  # Its reader has not left meanwhile.
        and again < delivery.message.not_after
    )
    return again if may_repeat else None


def _draw_conclusions(session: Session, delivery: Delivery, answer: Answer, now: datetime) -> None:
    """What an answer means beyond its own row: for the address, or for the whole message."""
    message = delivery.message
    if answer.suppress:
        suppression.suppress(session, delivery.address_key, answer.text, now)
        suppression.note_bounce(session, delivery, "hard", answer.code, answer.text, now)
    elif answer.soft_bounce:
        suppression.note_bounce(session, delivery, "soft", answer.code, answer.text, now)
    if answer.kind == "policy":
        # Locked, for another worker may be counting too.
        kept = message.tally
        session.refresh(kept, with_for_update=True)
        kept.policy_refusals_in_a_row += 1
        kept.policy_refusal_count += 1
        refusals = kept.policy_refusals_in_a_row, kept.policy_refusal_count
        if is_unwanted(*refusals, kept.accepted_count + kept.refused_count):
            pause(message, pause_reason(answer), now)
    elif answer.kind == "accepted" and message.tally.policy_refusals_in_a_row:
        message.tally.policy_refusals_in_a_row = 0
    if answer.kind == "setting" and answer.stage in CONNECTION_STAGES:
        pause_all(session, pause_reason(answer), now)
    elif answer.kind in ("setting", "too_large"):
        pause(message, pause_reason(answer), now)
