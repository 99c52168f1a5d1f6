"""Put a message into the caller's transaction, once; withdraw what still waits."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Insert,
    Select,
    SQLColumnExpression,
    case,
    func,
    insert,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.columns import UTCDateTime, changed_rows, random_hex
from hrsite.outbox import recipients, settling, tally
from hrsite.outbox.compose import Letter
from hrsite.outbox.models import Delivery, DeliveryState, MessageTally, OutboxMessage

TRANSACTIONAL = "transactional"
# How long a letter is tried, when nothing else limits it.
PATIENCE = timedelta(hours=24)
# A letter that somebody has just asked for goes ahead of an Issue's thousands.
HEAD_START = timedelta(hours=1)
# So many people are looked at in the first transaction. The next ones are as large as their time
# allows: on SQLite all who want to write wait for it, on PostgreSQL who wants this very message,
# such as the coach who presses "Stop".
AT_ONCE, MOST = 1_000, 50_000
PART_SECONDS = {"sqlite": 0.05, "postgresql": 0.2}
# Fewer than this take hardly less time, for a commit costs what it costs: on a busy machine the
# parts would only become more.
FEWEST = 4_000


@dataclass(frozen=True)
class Envelope:
    """What a message says beside its text: which key, stream and time limits it has.

    `starts_at` None: at once.
    """

    key: str
    stream: str
    not_after: datetime
    is_timely: bool = False
    starts_at: datetime | None = None


class Part(NamedTuple):
    """A part of a list: the number it begins behind, and its last; none at the ends."""

    after: int | None
    upto: int | None

    def holds(self, number: SQLColumnExpression[int]) -> list[ColumnElement[bool]]:
        """Is this number in it?"""
        bounds = [] if self.after is None else [number > self.after]
        return bounds if self.upto is None else [*bounds, number <= self.upto]


def put_message(
    session: Session,
    envelope: Envelope,
    letter: Letter,
    now: datetime,
    discreet: Letter | None = None,
) -> OutboxMessage | None:
    """Write down what is said. None when a message with this key was put before.

    `discreet` is the same letter in other words, with the same mark, for whoever asked for those.

    The unique key is the last word; a second writer that comes at the same moment fails there.
    """
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == envelope.key)):
        return None
    site = furniture.site()
    is_transactional = envelope.stream == TRANSACTIONAL
    message = OutboxMessage(
        key=envelope.key,
        stream=envelope.stream,
        mark=letter.mark,
        sender_name=site.name if is_transactional else site.coach_name,
        sender_address=sender_of(envelope.stream),
        reply_to=site.reply_to,
        language=letter.language,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        calendar=letter.calendar or None,
        created_at=now,
        starts_at=envelope.starts_at or now,
        not_after=envelope.not_after,
        is_timely=envelope.is_timely,
        tally=MessageTally(),
        **_discreet(discreet),
    )
    session.add(message)
    session.flush()
    return message


def sender_of(stream: str) -> str:
    """The address that letters of a stream come from, by the settings as they are now."""
    name = "MAIL_SENDER" if stream == TRANSACTIONAL else "MAIL_ISSUE_SENDER"
    return str(current_app.config[name])


def _discreet(letter: Letter | None) -> dict[str, str | None]:
    """The columns of the second wording, when there is one."""
    if letter is None:
        return {}
    said = {"subject": letter.subject, "text": letter.text, "html": letter.html}
    said["sender_name"] = furniture.site().discreet_name
    said["calendar"] = letter.calendar
    return {f"discreet_{name}": words for name, words in said.items()}


def put_delivery(
    session: Session,
    message: OutboxMessage,
    address: str,
    address_key: str,
    links: dict[str, str],
    now: datetime,
    *,
    is_discreet: bool = False,
) -> Delivery:
    """Write down one copy to one person."""
    recipient = recipients.find_or_make(session, address, address_key)
    delivery = Delivery(
        message_id=message.id,
        recipient_id=recipient.id,
        own_links=None if recipient.links == links else links,
        is_discreet=is_discreet,
        letter_id=secrets.token_hex(16),
        state=DeliveryState.QUEUED,
        changed_at=now,
        next_at=now - HEAD_START if message.is_transactional else message.starts_at,
    )
    tally.created(session, message.id, 1)
    session.add(delivery)
    message.expanded_at = message.expanded_at or now
    return delivery


def put_part(
    session: Session,
    message: OutboxMessage,
    audience: Select[int, bool, bool],
    part: Part,
    now: datetime,
) -> int:
    """Write down one copy for each of the people of a select who are in a part; the count.

    The select gives `recipient_id`, by which it goes on, `is_discreet` and `is_closed`. One
    INSERT … SELECT, never a loop over people. The list is complete when `message.expanded_at` is
    set. A suppressed address gets its row too, so that the numbers add up and the coach can see
    who was left out.
    """
    session.flush()
    chosen = audience.where(*part.holds(audience.selected_columns.recipient_id))
    written = session.execute(_copies(message, chosen, now))
    count = changed_rows(written)
    tally.created(session, message.id, count, _new_suppressed_count(session, message))
    message.audience_cursor = part.upto
    if part.upto is None:
        message.expanded_at = now
    return count


def next_size(session: Session, most: int, seconds: float) -> int:
    """How many people to look at in the next part, when so many took so long."""
    fitting = most * PART_SECONDS[session.get_bind().dialect.name] / max(seconds, 0.001)
    return int(max(FEWEST, min(MOST, 2 * most, fitting)))


def next_part(session: Session, message: OutboxMessage, numbers: Select[int], most: int) -> Part:
    """The next part of a list, as large as it may be: nobody else can write meanwhile.

    `numbers` are those of everybody who may be chosen, read from an index.
    """
    (number,) = numbers.selected_columns
    rest = Part(message.audience_cursor, None)
    behind = numbers.where(*rest.holds(number)).order_by(number)
    return rest._replace(upto=session.scalar(behind.offset(most - 1).limit(1)))


def _new_suppressed_count(session: Session, message: OutboxMessage) -> int:
    """How many of the copies just written down are to closed addresses: those are few."""
    written = select(func.count()).where(
        Delivery.message_id == message.id, Delivery.state == DeliveryState.SUPPRESSED
    )
    told = select(MessageTally.suppressed_count).where(MessageTally.message_id == message.id)
    return session.scalars(written).one() - session.scalars(told).one()


def _copies(message: OutboxMessage, people: Select[int, bool, bool], now: datetime) -> Insert:
    person, moment = people.selected_columns, literal(now, UTCDateTime)
    rows = people.with_only_columns(
        literal(message.id),
        person.recipient_id,
        person.is_discreet,
        random_hex(person.recipient_id),
        case((person.is_closed, DeliveryState.SUPPRESSED.value), else_=DeliveryState.QUEUED.value),
        moment,
        case((person.is_closed, null()), else_=literal(message.starts_at, UTCDateTime)),
        literal(0),
        literal(0),
        literal(0),
    ).order_by(person.recipient_id)
    columns = [
        "message_id", "recipient_id", "is_discreet", "letter_id", "state",
        "changed_at", "next_at", "attempt_count", "repeat_count", "fence",
    ]  # fmt: skip
    # Without being told, SQLAlchemy forgets how many rows psycopg has inserted.
    return insert(Delivery).from_select(columns, rows).execution_options(preserve_rowcount=True)


def reword(session: Session, address_key: str, is_discreet: bool) -> None:
    """What still waits for an address goes out in these words; belongs where the person chooses.

    A letter in a worker's hands too, for it may have to be handed over again.
    """
    session.execute(
        update(Delivery)
        .where(
            recipients.is_to(address_key),
            Delivery.state.in_((DeliveryState.SENDING, *settling.DUE_STATES)),
            Delivery.next_at.is_not(None),
        )
        .values(is_discreet=is_discreet)
        .execution_options(synchronize_session=False)
    )


def withdraw(session: Session, address_key: str, streams: Iterable[str], now: datetime) -> int:
    """Call back what still waits for an address in these streams; the count.

    Belongs into the transaction in which the person leaves: after its commit nothing more of
    theirs is handed over. A copy that is being handed over at this moment is not tried again.
    """
    messages = select(OutboxMessage.id).where(OutboxMessage.stream.in_(list(streams)))
    whose = recipients.is_to(address_key)
    return _call_back(session, now, whose, Delivery.message_id.in_(messages))


def withdraw_of(session: Session, address_key: str, messages: Select[int], now: datetime) -> int:
    """Call back what still waits for an address of these messages; the count."""
    return _call_back(
        session, now, recipients.is_to(address_key), Delivery.message_id.in_(messages)
    )


def withdraw_all(session: Session, message: OutboxMessage, now: datetime) -> int:
    """Call back every copy of a message that still waits, and write no more of them down."""
    session.refresh(message, with_for_update=True)
    message.expanded_at = message.expanded_at or now
    return _call_back(session, now, Delivery.message_id == message.id)


def blank(session: Session, address_key: str, now: datetime) -> None:
    """Take the address and the links out of every copy ever written for it; results stay.

    What still waits is called back: without its links it could not be written.
    """
    _call_back(session, now, recipients.is_to(address_key))
    recipients.blank(session, address_key)


def _call_back(session: Session, now: datetime, *whose: ColumnElement[bool]) -> int:
    count = settling.drop(session, DeliveryState.WITHDRAWN, now, *whose)
    # In the hands of a worker: its answer still counts, but no next_at means no next time.
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING, *whose)
        .values(next_at=None)
        .execution_options(synchronize_session=False)
    )
    return count
