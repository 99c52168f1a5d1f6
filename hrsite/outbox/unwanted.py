"""Letters that mail services do not want: how many copies, and when they are to pause a message.

A copy counts once, however often it is tried again, and anew once the coach has pressed Resume:
one reader's server alone must not stop a letter for all, and a letter still not wanted by any must
stop again.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.outbox import pausing, suppression, turns
from hrsite.outbox.models import Delivery, MessageTally, OutboxMessage
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.retrying import (
    Answer,
    is_refused_there,
    is_unwanted,
    is_wanted_by_nobody,
    is_without_reason,
)
from hrsite.outbox.wording import pause_reason


def refused(session: Session, copy: Delivery, answer: Answer, now: datetime) -> None:
    """A server said at once that it does not want this copy."""
    message, kept = copy.message, _locked(session, copy.message_id)
    before = _told(session, copy)
    if any(one.happened_at >= message.starts_at for one in before):
        return
    known = next((one for one in before if one.source == suppression.AT_ONCE), None)
    if known is None:
        suppression.note_bounce(session, copy, "policy", answer.code, answer.text, now)
    else:
        known.happened_at = now
    kept.policy_refusals_in_a_row += 1
    kept.policy_refusal_count += 1
    count, taken = kept.policy_refusal_count, kept.accepted_count
    if is_unwanted(
        kept.policy_refusals_in_a_row, count, taken + kept.refused_count
    ) or is_wanted_by_nobody(count, taken, kept.waiting_count):
        pausing.pause(message, pause_reason(answer), now)


def refused_for_good(
    session: Session, answers: Iterable[tuple[int, Answer]], now: datetime
) -> None:
    """Of these answers to messages, in their order, some may be a no for good.

    One is about its reader. After several with nothing taken in between it is we who are refused,
    such as without a login, or the mail service has lost its way; and everybody who waits would be
    refused as well, and her address closed. So what these have closed is opened again. Of a short
    list that is believed of a no without a reason alone.
    """
    in_a_row: Counter[int] = Counter()
    last: dict[int, Answer] = {}
    for number, answer in answers:
        if is_refused_there(answer):
            in_a_row[number] += 1
            last[number] = answer
        elif answer.kind == "accepted":
            in_a_row[number] = 0
    for number in sorted(+in_a_row):
        message, kept = session.get_one(OutboxMessage, number), _locked(session, number)
        kept.policy_refusals_in_a_row += in_a_row[number]
        count, waiting = kept.policy_refusals_in_a_row, kept.waiting_count
        is_ours = is_unwanted(count, 0, 0) or (
            is_without_reason(last[number])
            and is_wanted_by_nobody(count, kept.accepted_count, waiting)
        )
        if not is_ours or not waiting:
            continue
        suppression.disbelieve(session, number, count)
        if message.paused_at is None:
            pausing.pause(message, pause_reason(last[number]), now)


def came_back(session: Session, copy: Delivery, text: str, now: datetime) -> None:
    """A report of that has just been written down, of a copy that was accepted before."""
    message = copy.message
    turns.hold_message(session, message)  # Before its numbers, as turns.py says.
    kept = _locked(session, message.id)
    if sum(one.happened_at >= message.starts_at for one in _told(session, copy)) > 1:
        return
    kept.policy_refusal_count += 1
    count = kept.policy_refusal_count
    # Each of them had been accepted before it came back.
    unwanted = is_unwanted(0, count, kept.accepted_count - count)
    if unwanted and kept.waiting_count and message.paused_at is None:
        pausing.pause(message, f"Many mail services would not take this letter: {text}", now)


def _locked(session: Session, message_id: int) -> MessageTally:
    """The numbers of its message: another worker may be counting too."""
    session.flush()
    return session.get_one(MessageTally, message_id, populate_existing=True, with_for_update=True)


def _told(session: Session, copy: Delivery) -> list[Bounce]:
    """What was written down of servers that do not want this copy."""
    about_it = select(Bounce).where(Bounce.delivery_id == copy.id, Bounce.kind == "policy")
    return list(session.scalars(about_it.order_by(Bounce.id)))
