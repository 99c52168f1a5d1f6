"""Why letters were refused, in a few plain reasons instead of each server's own words."""

from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.outbox import forgotten
from hrsite.outbox.models import Delivery, DeliveryState, Recipient

# A page groups at most so many; whoever wants all of them turns the pages of the list.
MOST_GROUPED = 2000
EXAMPLES = 5
# An enhanced status such as "5.1.1" or "5.7.509" stands first in a server's words (RFC 2034).
STATUS_LENGTH = 8

NO_MAILBOX, NO_DOMAIN = "There is no such mailbox.", "There is no such mail domain."
CANNOT_CARRY = "The address is written in letters that your mail service cannot carry."
# With these the address does not exist at all.
NOBODY_THERE = (NO_MAILBOX, NO_DOMAIN)
UNCLEAR = "The mail service refused it and gave no clear reason."
# RFC 3463, by the beginning of the status: the most exact one first. A dot ends each number.
REASONS = (
    ("5.1.0.", UNCLEAR),
    ("5.1.2.", NO_DOMAIN),
    ("5.1.10.", NO_DOMAIN),
    ("5.1.", NO_MAILBOX),
    ("5.2.1.", "The mailbox is closed."),
    ("5.2.2.", "The mailbox is full."),
    ("5.2.3.", "The letter is too long for this mailbox."),
    ("5.3.4.", "The letter is too long for the mail service."),
    ("5.4.", "The reader's mail service cannot be reached."),
    ("5.6.7.", CANNOT_CARRY),
    ("5.7.", "The mail service would not let it through. That is not the reader's fault."),
)
# Without a status the bare code has to do (RFC 5321 4.2.3).
BY_CODE = {
    551: NO_MAILBOX,
    552: "The mailbox is full.",
    553: NO_MAILBOX,
    556: NO_DOMAIN,
}


@dataclass
class Refused:
    """Everybody who was refused for one reason: how many, and the first few."""

    reason: str
    count: int = 0
    ids: list[int] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)


def reason(code: int | None, text: str) -> str:
    """A refusal in plain words."""
    status = text.split(" ", 1)[0]
    named = next((words for start, words in REASONS if f"{status}.".startswith(start)), None)
    if named is None and code is None:
        return CANNOT_CARRY  # No server was asked: nothing else about an address is ours to refuse.
    return named or BY_CODE.get(code or 0, UNCLEAR)


def grouped(session: Session, message_id: int) -> list[Refused]:
    """The refusals of a message by reason, the most frequent first; addresses in clear."""
    text = func.substr(func.coalesce(Delivery.reply_text, ""), 1, STATUS_LENGTH)
    rows = session.execute(
        select(Delivery.id, Delivery.reply_code, text)
        .where(Delivery.message_id == message_id, Delivery.state == DeliveryState.REFUSED)
        .order_by(Delivery.id)
        .limit(MOST_GROUPED)
    )
    found: dict[str, Refused] = {}
    for delivery_id, code, start in rows:
        words = reason(code, start)
        group = found.setdefault(words, Refused(words))
        group.count += 1
        group.ids += [delivery_id] if len(group.ids) < EXAMPLES else []
    gone = forgotten.counts(session, DeliveryState.REFUSED, [message_id])
    for words, count in gone.get(message_id, {}).items():
        found.setdefault(words, Refused(words)).count += count
    groups = sorted(found.values(), key=lambda group: -group.count)
    _name(session, groups)
    return groups


def _name(session: Session, groups: list[Refused]) -> None:
    """Give each group the addresses of its first few."""
    wanted = [delivery_id for group in groups for delivery_id in group.ids]
    rows = session.execute(
        select(Delivery.id, Recipient.address)
        .join(Delivery.recipient)
        .where(Delivery.id.in_(wanted))
        .order_by(Delivery.id)
    )
    address_of = {row.id: row.address for row in rows}
    for group in groups:
        group.addresses = [address_of[delivery_id] for delivery_id in group.ids]
