"""Pause a message, or all of them, and go on: nothing of a paused message is handed over."""

from datetime import datetime
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hrsite.outbox import settling
from hrsite.outbox.enqueue import PATIENCE, sender_of
from hrsite.outbox.models import Delivery, OutboxMessage

# The coach stopped it; a setting or the mail service is at fault; its moment went by unused.
PauseKind = Literal["stopped", "fault", "late"]


def pause(message: OutboxMessage, reason: str, now: datetime, kind: PauseKind = "fault") -> None:
    """Hand over nothing more of this message until the coach presses Resume."""
    message.paused_at, message.pause_kind, message.pause_reason = now, kind, reason[:600]


def pause_all(session: Session, reason: str, now: datetime) -> None:
    """Pause every message that still has copies waiting: no letter could get through."""
    session.flush()
    waiting = exists().where(
        Delivery.message_id == OutboxMessage.id,
        Delivery.state.in_(settling.DUE_STATES),
        Delivery.next_at.is_not(None),
    )
    open_ones = select(OutboxMessage).where(OutboxMessage.paused_at.is_(None), waiting)
    for message in session.scalars(
        open_ones.order_by(OutboxMessage.id).with_for_update(key_share=True)
    ):
        pause(message, reason, now)


def resume(message: OutboxMessage, now: datetime) -> None:
    """Go on with a paused message, with time enough to do so unless its session has begun."""
    if not message.is_timely:
        message.not_after = max(message.not_after, now + PATIENCE)
    # It may have been the sender that the mail service would not take.
    message.sender_address = sender_of(message.stream)
    # It begins now, so nobody can take it for one that was forgotten.
    message.starts_at = max(message.starts_at, now)
    message.paused_at = message.pause_kind = message.pause_reason = None
    message.tally.policy_refusals_in_a_row = message.tally.policy_refusal_count = 0
