"""Claim a copy, hand it over, write down the answer.

The one job that commits: each claim must be on disk before its letter goes out, and each answer
before the next letter does. So a kill at any moment leaves at most one letter in doubt.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Flask, current_app
from sqlalchemy import update
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.columns import changed_rows
from hrsite.outbox import claiming, suppression
from hrsite.outbox.enqueue import PATIENCE
from hrsite.outbox.letters import letter_for
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage
from hrsite.outbox.retrying import Answer, next_attempt
from hrsite.outbox.transport import LetterConnection, open_connection
from hrsite.outbox.wire import BadHeader, Letter

log = structlog.get_logger(__name__)

# Before MAIL the trouble is the line or the server, never this one person's address.
CONNECTION_STAGES = ("connect", "banner", "ehlo", "starttls", "handshake", "ehlo2", "auth")
# So many in a row, and it is our letter that is not wanted: not the readers' fault.
MOST_POLICY_REFUSALS = 5


@dataclass(frozen=True)
class Claimed:
    """What one hand-over needs. Nothing of it is read from the database while it is under way."""

    delivery_id: int
    fence: int
    letter: Letter


def deliver_due(
    session: Session, owner: str, should_stop: Callable[[], bool] = lambda: False
) -> int:
    """Hand over every copy that is due, one at a time; the count of letters tried."""
    tried_count = 0
    claiming.settle(session, clock.now(), repeats=current_app.config["UNCERTAIN"] == "repeat")
    session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with open_connection(app) as connection:
        while not should_stop():
            claimed = _claim(session, owner)
            if claimed is None:
                break
            answer = _hand_over(connection, claimed.letter)
            _write_down(session, claimed, answer, clock.now())
            session.commit()
            tried_count += 1
            if answer.kind != "accepted" and answer.stage in CONNECTION_STAGES:
                # The server is away or busy: the other copies wait for the next look.
                break
    return tried_count


def _claim(session: Session, owner: str) -> Claimed | None:
    """Claim the next copy and compose it; committed, so that no lock is held while SMTP talks."""
    now = clock.now()
    delivery = claiming.claim(session, owner, now)
    claimed = None
    if delivery is not None:
        claimed = Claimed(delivery.id, delivery.fence, letter_for(delivery, now))
    session.commit()
    return claimed


def _hand_over(connection: LetterConnection, letter: Letter) -> Answer:
    """The answer to one letter; a letter that cannot even be written is a fault of ours."""
    try:
        return connection.hand_over(letter)
    except BadHeader as trouble:
        return Answer("setting", "data", None, None, f"This letter cannot be written: {trouble}")


def _write_down(session: Session, claimed: Claimed, answer: Answer, now: datetime) -> None:
    """Turn the server's answer into the row's next state, if the row is still ours."""
    delivery = session.get_one(Delivery, claimed.delivery_id, populate_existing=True)
    write = (
        update(Delivery)
        .where(*claiming.is_still_ours(claimed.delivery_id, claimed.fence))
        .values(
            **_values(delivery, answer, now),
            owner=None,
            lease_until=None,
            changed_at=now,
            reply_code=answer.code,
            reply_text=answer.text[:600],
        )
        .execution_options(synchronize_session=False)
    )
    if changed_rows(session.execute(write)) != 1:
        log.warning("late_answer_ignored", delivery=delivery.id, answer=answer.kind)
        return
    _draw_conclusions(session, delivery, answer, now)


def _values(delivery: Delivery, answer: Answer, now: datetime) -> dict[str, object]:
    attempts = delivery.attempt_count + 1
    if answer.kind == "accepted":
        return {"state": DeliveryState.ACCEPTED, "attempt_count": attempts, "next_at": None}
    if answer.kind == "refused":
        return {"state": DeliveryState.REFUSED, "attempt_count": attempts, "next_at": None}
    if answer.kind == "uncertain":
        return _uncertain_values(delivery, attempts, now)
    if answer.kind in ("setting", "too_large"):
        # Our own mistake: no attempt counted. The pause below keeps it from being tried again.
        return {"state": DeliveryState.QUEUED, "next_at": now}
    next_at = next_attempt(attempts, now, delivery.message.not_after)
    state = DeliveryState.DEFERRED if next_at else DeliveryState.EXPIRED
    return {"state": state, "attempt_count": attempts, "next_at": next_at}


def _uncertain_values(delivery: Delivery, attempts: int, now: datetime) -> dict[str, object]:
    """In the air when the line broke: one repeat later if we may, else it stays not known."""
    again = now + claiming.UNCERTAIN_PAUSE
    may_repeat = (
        current_app.config["UNCERTAIN"] == "repeat"
        and delivery.repeat_count < claiming.MOST_REPEATS
        and again < delivery.message.not_after
    )
    return {
        "state": DeliveryState.UNCERTAIN,
        "attempt_count": attempts,
        "next_at": again if may_repeat else None,
        "repeat_count": delivery.repeat_count + may_repeat,
    }


def _draw_conclusions(session: Session, delivery: Delivery, answer: Answer, now: datetime) -> None:
    """What an answer means beyond its own row: for the address, or for the whole message."""
    message = delivery.message
    if answer.suppress:
        suppression.suppress(session, delivery.address_key, answer.text, now)
        suppression.note_bounce(session, delivery, "hard", answer.code, answer.text, now)
    elif answer.soft_bounce:
        suppression.note_bounce(session, delivery, "soft", answer.code, answer.text, now)
    if answer.kind == "policy":
        message.policy_refusals_in_a_row += 1
        if message.policy_refusals_in_a_row >= MOST_POLICY_REFUSALS:
            pause(message, f"The mail service would not take this letter: {answer.text}", now)
    elif answer.kind == "accepted" and message.policy_refusals_in_a_row:
        message.policy_refusals_in_a_row = 0
    if answer.kind == "setting":
        pause(message, f"A mail setting is wrong: {answer.text}", now)
    if answer.kind == "too_large":
        pause(message, f"The mail service takes no letter of this size: {answer.text}", now)


def pause(message: OutboxMessage, reason: str, now: datetime) -> None:
    """Hand over nothing more of this message until the coach presses Resume."""
    message.paused_at, message.pause_reason = now, reason[:600]


def resume(message: OutboxMessage, now: datetime) -> None:
    """Go on with a paused message, with time enough to do so unless its session has begun."""
    if not message.is_timely:
        message.not_after = max(message.not_after, now + PATIENCE)
    message.paused_at = message.pause_reason = None
    message.policy_refusals_in_a_row = 0
