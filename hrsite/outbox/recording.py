"""An answer becomes a copy's next state, and whatever follows for its address or its message."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import LargeBinary, Select, Update, select, type_coerce, update
from sqlalchemy.orm import Session

from hrsite.columns import UTCDateTime, is_one_of, number_list
from hrsite.outbox import repeat_rules, suppression, tally, turns, unwanted
from hrsite.outbox.claiming import Claimed
from hrsite.outbox.models import (
    Delivery,
    DeliveryState,
    MessageTally,
    OutboxMessage,
    Recipient,
)
from hrsite.outbox.pausing import pause, pause_all
from hrsite.outbox.retrying import BACKOFF, OPENING_STAGES, Answer, next_attempt
from hrsite.outbox.wording import pause_reason
from hrsite.prepared import Prepared, given

log = structlog.get_logger(__name__)

NO_ATTEMPTS = ("setting", "too_large", "unsaid")
IN_THE_AIR = (DeliveryState.SENDING, DeliveryState.UNCERTAIN)


class OlderLedger(Exception):
    """Of a letter that went the ledger says what it said before: a backup was put back."""


class Result(NamedTuple):
    """How the hand-over of a claimed copy ended."""

    claimed: Claimed
    answer: Answer


def record(session: Session, results: Sequence[Result], now: datetime) -> None:
    """Write the answers down. Commit before more letters go than may be unrecorded.

    Raises OlderLedger.
    Where all are accepted, whoever gives permits besides holds their copies already.
    """
    accepted = [one for one in results if one.answer.kind == "accepted"]
    others = [one for one in results if one.answer.kind != "accepted"]
    if others:
        _hold(session, results, others)
    for result in others:
        _record_one(session, result, now)
    if accepted:
        for result in _record_accepted(session, accepted, now):
            _record_one(session, result, now)
    answers = [(one.claimed.message_id, one.answer) for one in results]
    unwanted.refused_for_good(session, answers, now)


def _hold(session: Session, results: Sequence[Result], others: Sequence[Result]) -> None:
    """What may change by these: a message that stops, too, and a bounce is tied to its message."""
    meant = is_one_of(OutboxMessage.id, {one.claimed.message_id for one in others})
    if any(_stops_all(one.answer) for one in others):
        meant |= OutboxMessage.settled_at.is_(None)
    turns.hold_messages(session, select(OutboxMessage.id).where(meant))
    copies = [one.claimed for one in results]
    turns.hold_copies(session, [one.id for one in copies], [one.message_id for one in copies])


def _stops_all(answer: Answer) -> bool:
    return answer.kind == "setting" and answer.stage in OPENING_STAGES


def is_still_ours(delivery: Delivery, fence: int) -> bool:
    """May the answer to a claim be written down? Not when somebody has claimed it since."""
    return delivery.fence == fence and delivery.state in IN_THE_AIR


def _was_never_let_go(delivery: Delivery, fence: int) -> bool:
    """Is its row as it was before the permit? The fence only rises, and nobody queues it anew."""
    is_claimed_anew = delivery.fence == fence and delivery.state == DeliveryState.QUEUED
    return delivery.fence < fence or is_claimed_anew


def _record_accepted(session: Session, results: list[Result], now: datetime) -> list[Result]:
    """The usual case, all at once; those that are not the usual case."""
    rows = [(claimed.id, claimed.fence, answer.code, answer.text) for claimed, answer in results]
    unusual: list[Result] = []
    if _ACCEPT.change_each(session, _ANSWERED, rows, now=now) < len(rows):
        ids = number_list(one.claimed.id for one in results)
        done = set(_ACCEPTED.rows(session, ids=ids))
        unusual = [one for one in results if (one.claimed.id, one.claimed.fence) not in done]
    usual = Counter(one.claimed.message_id for one in results)
    usual.subtract(one.claimed.message_id for one in unusual)
    for message_id, count in sorted(usual.items()):
        _COUNT.change(session, message=message_id, count=count)
    return unusual


def _accept() -> Update:
    return (
        update(Delivery)
        .where(
            Delivery.id == given("which"),
            Delivery.fence == given("whose"),
            Delivery.state == DeliveryState.SENDING,
        )
        .values(
            state=DeliveryState.ACCEPTED,
            changed_at=given("now", UTCDateTime),
            next_at=None,
            owner=None,
            attempt_count=Delivery.attempt_count + 1,
            reply_code=given("code"),
            reply_text=given("words"),
        )
    )


def _accepted() -> Select[int, int]:
    is_meant = is_one_of(Delivery.id, given("ids"))
    return select(Delivery.id, Delivery.fence).where(
        is_meant, Delivery.state == DeliveryState.ACCEPTED
    )


def _count() -> Update:
    """What tally.moved does, for this one state; and no refusal is the last in a row any more."""
    return (
        update(MessageTally)
        .where(MessageTally.message_id == given("message"))
        .values(
            accepted_count=MessageTally.accepted_count + given("count"),
            policy_refusals_in_a_row=0,
        )
    )


_ANSWERED = ("which", "whose", "code", "words")
_ACCEPT, _ACCEPTED, _COUNT = Prepared(_accept), Prepared(_accepted), Prepared(_count)


def _record_one(session: Session, result: Result, now: datetime) -> None:
    """Turn the server's answer into the row's next state, if the row is still ours."""
    claimed, answer = result
    delivery = session.get(Delivery, claimed.id, populate_existing=True, with_for_update=True)
    # Gone, when its reader was erased after this worker was silent for longer than its lease.
    if delivery is None or not is_still_ours(delivery, claimed.fence):
        if delivery is not None and _was_never_let_go(delivery, claimed.fence):
            raise OlderLedger
        log.warning("late_answer_ignored", delivery=claimed.id, answer=answer.kind)
        return
    if _is_hers_alone(session, delivery, answer):
        answer = answer._replace(kind="policy")
    before = delivery.state
    if before == DeliveryState.UNCERTAIN and answer.kind == "uncertain":
        return  # Its lease was over, so that is known, and what follows is planned.
    # Our own mistake is no attempt of the reader's.
    delivery.attempt_count += answer.kind not in NO_ATTEMPTS
    delivery.state, delivery.next_at = _outcome(delivery, answer, now)
    delivery.repeat_count += answer.kind == "uncertain" and bool(delivery.next_at)
    delivery.changed_at, delivery.owner = now, None
    if answer.kind != "unsaid":
        delivery.reply_code, delivery.reply_text = answer.code, answer.text[:600]
    tally.moved(session, delivery.message_id, {before: 1}, {delivery.state: 1})
    blames_her = answer.suppress or answer.soft_bounce
    if blames_her and not _is_still_hers(session, claimed, delivery):
        answer = answer._replace(suppress=False, soft_bounce=False)
    _draw_conclusions(session, delivery, answer, now)


def _is_hers_alone(session: Session, delivery: Delivery, answer: Answer) -> bool:
    """Does a no blame us, or the letter's size, that others have got from us? Then it is one
    reader's server that says so, until many do.
    """
    if not _blames_us_beside_her(answer):
        return False
    kept = MessageTally.message_id == delivery.message_id
    return bool(session.scalar(select(MessageTally.accepted_count).where(kept)))


def _blames_us_beside_her(answer: Answer) -> bool:
    is_named = answer.code is not None and answer.stage in ("rcpt", "data", "reply")
    return is_named and answer.kind in ("setting", "too_large")


def _is_still_hers(session: Session, claimed: Claimed, delivery: Delivery) -> bool:
    """Is the answer about her address? She may have another since the letter was claimed."""
    sealed = type_coerce(Recipient.address, LargeBinary)
    found = select(sealed).where(Recipient.id == delivery.recipient_id)
    return session.scalar(found) == claimed.address


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
        # Its reader left while it was being handed over: there is no next time. Nor is there one
        # that is planned where the coach is to decide, since the answer came after the lease.
        is_not_known = in_the_air_before or delivery.state == DeliveryState.UNCERTAIN
        return (DeliveryState.UNCERTAIN if is_not_known else DeliveryState.WITHDRAWN), None
    if answer.kind in NO_ATTEMPTS:
        # It may go at once; where there is something wrong, the pause below keeps it. If that was
        # her server's own word, the others go first after it, and show as much.
        again = now + BACKOFF[0] if _blames_us_beside_her(answer) else now
        return (DeliveryState.UNCERTAIN if in_the_air_before else DeliveryState.QUEUED), again
    next_at = next_attempt(delivery.attempt_count, now, delivery.message.not_after)
    if next_at:
        return DeliveryState.DEFERRED, next_at
    return (DeliveryState.UNCERTAIN if in_the_air_before else DeliveryState.EXPIRED), None


def _repeat_at(delivery: Delivery, now: datetime) -> datetime | None:
    """When to repeat a letter that was in the air when the line broke; None: not by itself."""
    again = now + repeat_rules.UNCERTAIN_PAUSE
    rule = repeat_rules.rule(is_asked_for=delivery.message.is_transactional)
    may_repeat = (
        delivery.repeat_count < rule.most
        and delivery.next_at is not None  # Its reader has not left meanwhile.
        and again < delivery.message.not_after
        and not rule.is_over(delivery.message.created_at, again)
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
        unwanted.refused(session, delivery, answer, now)
    elif answer.kind == "accepted":
        message.tally.policy_refusals_in_a_row = 0
    elif _stops_all(answer):
        pause_all(session, pause_reason(answer), now)
    elif answer.kind in ("setting", "too_large"):
        pause(message, pause_reason(answer), now)
