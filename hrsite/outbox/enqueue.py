"""Put a message into the caller's transaction, once; withdraw what still waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.columns import UTCDateTime
from hrsite.outbox import changing, recipients, settling, tally, turns
from hrsite.outbox.compose import Letter
from hrsite.outbox.models import (
    MAY_HAVE_IT,
    SIMPLY_WAITING,
    TRANSACTIONAL,
    Delivery,
    DeliveryState,
    MessageTally,
    OutboxMessage,
)
from hrsite.outbox.repeat_rules import DECIDED

# How long a letter is tried, when nothing else limits it.
PATIENCE = timedelta(hours=24)
# A letter that somebody has just asked for goes ahead of an Issue's thousands.
HEAD_START = timedelta(hours=1)


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
        state=DeliveryState.QUEUED,
        changed_at=now,
        next_at=now - HEAD_START if message.is_transactional else message.starts_at,
    )
    tally.created(session, message.id, 1)
    session.add(delivery)
    message.expanded_at = message.expanded_at or now
    return delivery


def reword(session: Session, address_key: str, is_discreet: bool) -> None:
    """What may yet go to an address goes out in these words; belongs where the person chooses.

    A letter in a worker's hands too, for it may have to be handed over again; and one that nothing
    is planned for, for the coach may decide to hand it over once more.
    """
    turns.before_a_change(session)
    session.execute(
        update(Delivery)
        .where(
            recipients.is_to(address_key),
            Delivery.state.in_((DeliveryState.SENDING, *settling.DUE_STATES)),
        )
        .values(is_discreet=is_discreet)
        .execution_options(synchronize_session=False)
    )


def hold(session: Session, message: OutboxMessage) -> None:
    """Until this transaction ends, no copy of a message is handed over or written down.

    Who looks after this at how its copies stand sees every permit there is.
    """
    turns.before_a_change(session)
    turns.hold_message(session, message)
    waiting = select(Delivery.id).where(
        Delivery.message_id == message.id,
        Delivery.state.in_((DeliveryState.SENDING, *settling.DUE_STATES)),
    )
    held = waiting.order_by(Delivery.id).with_for_update().cte("held")
    session.scalar(select(func.count()).select_from(held))


def put_in_place(session: Session, message: OutboxMessage, letter: Letter) -> None:
    """Say something else in a message that is held and that nobody has, with the same mark.

    Its discreet wording stays.
    """
    message.subject, message.text, message.html = letter.subject, letter.text, letter.html
    session.flush()


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
    turns.before_a_change(session)
    turns.hold_message(session, message)
    message.expanded_at = message.expanded_at or now
    return _call_back(session, now, Delivery.message_id == message.id)


def blank(session: Session, address_key: str, now: datetime) -> None:
    """Take the address and the links out of every copy ever written for it; results stay.

    What still waits is called back: without its links it could not be written.
    """
    _call_back(session, now, recipients.is_to(address_key))
    recipients.blank(session, address_key)


def _call_back(session: Session, now: datetime, *whose: ColumnElement[bool]) -> int:
    """The count of those that waited: none that is in the air, or may have arrived.

    Of one that is in the air the answer still counts, but no next_at means no next time. Of one of
    which nobody knows nothing is left to decide: the coach is not asked whether it goes once more.
    """
    turns.before_a_change(session)
    is_in_the_air = Delivery.state == DeliveryState.SENDING
    is_not_known = Delivery.state == DeliveryState.UNCERTAIN
    values = {
        "changed_at": case((is_in_the_air, Delivery.changed_at), else_=literal(now, UTCDateTime)),
        "owner": case((is_in_the_air, Delivery.owner)),
        "next_at": None,
        "repeat_count": case((is_not_known, DECIDED), else_=Delivery.repeat_count),
    }
    states = (DeliveryState.SENDING, *settling.DUE_STATES)
    may_go = or_(Delivery.next_at.is_not(None), is_not_known & (Delivery.repeat_count < DECIDED))
    found = changing.change(session, states, _called_back, values, may_go, *whose)
    return sum(found[state] for state in SIMPLY_WAITING)


def _called_back(before: DeliveryState, may_have_arrived: bool) -> DeliveryState:
    if before in MAY_HAVE_IT:
        return before
    return settling.dropped(DeliveryState.WITHDRAWN)(before, may_have_arrived)
