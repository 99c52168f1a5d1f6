"""How Issues went, in a sentence each: what was taken, what comes again, what did not go."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue
from hrsite.outbox import forgotten, history
from hrsite.outbox.models import Delivery, DeliveryState
from hrsite.outbox.progress import Numbers
from hrsite.outbox.refusals import NOBODY_THERE, STATUS_LENGTH, reason


class Recount(NamedTuple):
    """An Issue's numbers, and of two of them a part that has a name of its own."""

    numbers: Numbers
    # Of those that wait: put off by the mail service.
    deferred: int = 0
    # Of those refused: to addresses that do not exist.
    missing: int = 0

    @property
    def others(self) -> int:
        """Neither taken, nor on the way, nor refused."""
        told = self.numbers.accepted + self.numbers.waiting + self.numbers.refused
        return self.numbers.created - told


def recounts(session: Session, issues: Sequence[Issue]) -> dict[int, Recount]:
    """By Issue id, how each went."""
    numbers = history.numbers(session, [issue.message_id for issue in issues])
    deferred = _deferred(session, [id for id, one in numbers.items() if one.waiting])
    missing = _missing(session, [id for id, one in numbers.items() if one.refused])
    return {
        issue.id: Recount(
            numbers[issue.message_id], deferred[issue.message_id], missing[issue.message_id]
        )
        for issue in issues
    }


def sentence(recount: Recount) -> str:
    """All of it: nothing is said of what there is none of."""
    numbers = recount.numbers
    if not numbers.created:
        return "Nobody was on the list."
    letters = "letter was" if numbers.created == 1 else "letters were"
    parts = [f"{numbers.accepted:,} of {numbers.created:,} {letters} taken"]
    waiting = numbers.waiting - recount.deferred
    refused = numbers.refused - recount.missing
    for number, one, many in (
        (waiting, "waits for its turn", "wait for their turn"),
        (recount.deferred, "will be tried again", "will be tried again"),
        (recount.missing, "address does not exist", "addresses do not exist"),
        (refused, "was refused", "were refused"),
        (numbers.uncertain, "may or may not have arrived", "may or may not have arrived"),
        (numbers.withdrawn, "was called back", "were called back"),
        (numbers.suppressed, "address is closed", "addresses are closed"),
        (numbers.expired, "came too late", "came too late"),
    ):
        if number > 0:
            parts.append(f"{number:,} {one if number == 1 else many}")
    return "; ".join(parts) + "."


def _deferred(session: Session, message_ids: list[int]) -> Counter[int]:
    rows = session.execute(
        select(Delivery.message_id, func.count())
        .where(Delivery.message_id.in_(message_ids), Delivery.state == DeliveryState.DEFERRED)
        .group_by(Delivery.message_id)
    )
    return Counter(dict(iter(rows)))


def _missing(session: Session, message_ids: list[int]) -> Counter[int]:
    """How many were refused because there is no such address, by the beginning of the reply."""
    status = func.substr(func.coalesce(Delivery.reply_text, ""), 1, STATUS_LENGTH).label("status")
    rows = session.execute(
        select(Delivery.message_id, Delivery.reply_code, status, func.count())
        .where(Delivery.message_id.in_(message_ids), Delivery.state == DeliveryState.REFUSED)
        .group_by(Delivery.message_id, Delivery.reply_code, "status")
    )
    found = Counter[int]()
    for message_id, code, text, count in rows:
        if reason(code, text) in NOBODY_THERE:
            found[message_id] += count
    for message_id, reasons in forgotten.counts(
        session, DeliveryState.REFUSED, message_ids
    ).items():
        found[message_id] += sum(reasons[words] for words in NOBODY_THERE)
    return found
