"""Which copies are next, and whose they are: claims and permits.

A claim takes a batch of copies for one worker, with a fencing number and a lease. Nothing of them
goes out yet: a dead worker's claims are simply free again. A permit comes right before a letter
goes: only then is it "sending", and only those few are in doubt after a kill.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    Select,
    Update,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from hrsite.columns import UTCDateTime, is_one_of, number_list
from hrsite.outbox import tally
from hrsite.outbox.models import (
    SIMPLY_WAITING,
    TRANSACTIONAL,
    Delivery,
    DeliveryState,
    OutboxMessage,
    Recipient,
    Suppression,
)
from hrsite.outbox.settling import DUE_STATES, drop
from hrsite.prepared import Prepared, given

# Longer than the longest wait for a reply (600 s). An owner that is slower still is believed for
# as long again, until the repeat is claimed.
LEASE = timedelta(minutes=15)
# How the key of a letter begins that only asks "Is this you, and do you want letters?"
CONFIRMATION = "confirm/"
FENCE = attrgetter("fence")
# What the prepared statements below are given.
NOW, UNTIL = given("now", UTCDateTime), given("until", UTCDateTime)
IDS = given("ids")
Waiting = tuple[Any, ...]  # A copy that is due, and since when, as the database says it.


class Claimed(NamedTuple):
    """One copy in a worker's hands, its address and links sealed; nothing of it is read again."""

    id: int
    message_id: int
    address: bytes
    links: bytes
    recipient_id: int
    kept_letter_id: str | None
    is_discreet: bool
    fence: int


def claim(session: Session, owner: str, now: datetime, most: int = 1) -> list[Claimed]:
    """Take the next copies that are due, letters that somebody asked for first. Then commit.

    A fresh fencing number makes void whatever an owner answers whose lease has run out meanwhile;
    and until its lease is over, nobody else finds a claimed copy due.
    """
    taken: list[Waiting] = []
    for (message_id,) in _OPEN_MESSAGES.rows(session, now=now):
        taken += _next_due(session, message_id, now, most - len(taken))
        if len(taken) >= most:
            break
    if not taken:
        return []
    ids = number_list([id for id, _ in taken])
    _CLAIM.change(session, ids=ids, whose=owner, until=now + LEASE)
    # Not sooner: whoever moves to another address has done so by now, or waits for this claim.
    found = {row[0]: Claimed(*row) for row in _CLAIMED.rows(session, ids=ids)}
    return [found[id] for id, _ in taken if id in found]


def permit(session: Session, claimed: Iterable[Claimed], now: datetime) -> list[Claimed]:
    """Which of these may go now; the others are let go. Commit before a word of them goes out.

    Asked again here, for a claim may be minutes old: is it still ours, has nobody left, is the
    address open, the message neither paused nor late? And in which words does its reader want it?
    """
    wanted = list(claimed)
    may_go: dict[int, bool] = {}
    for fence in {one.fence for one in wanted}:
        ids = number_list([one.id for one in wanted if one.fence == fence])
        gone = _SEND_NEW.rows(session, ids=ids, whose=fence, now=now, until=now + LEASE)
        may_go.update(gone)
    going: list[Claimed] = []
    others: list[Claimed] = []
    for one in wanted:
        is_discreet = may_go.get(one.id)
        if is_discreet is None:
            others.append(one)
        else:
            going.append(_worded(one, is_discreet))
    return going + _permit_unusual(session, others, now) if others else going


def _permit_unusual(session: Session, claimed: list[Claimed], now: datetime) -> list[Claimed]:
    """The same for copies that may have been in the air before, or that may not go: and why."""
    by_id = {one.id: one for one in claimed}
    going, kept = list[Claimed](), list[Claimed]()
    again, closed = list[int](), list[int]()
    found = _STANDS.rows(session, ids=number_list(by_id), now=now)
    for id, fence, state, is_discreet, is_suppressed, is_open in found:
        one = by_id[id]
        if fence != one.fence:
            continue
        if is_suppressed:
            closed.append(id)
        elif not is_open:
            kept.append(one)
        else:
            going.append(_worded(one, is_discreet))
            if state == DeliveryState.UNCERTAIN:
                again.append(one.message_id)
    if going:
        ids = number_list([one.id for one in going])
        _SEND.change(session, ids=ids, now=now, until=now + LEASE)
    for message_id in again:
        tally.moved(session, message_id, {DeliveryState.UNCERTAIN: 1}, {DeliveryState.SENDING: 1})
    if closed:
        drop(session, DeliveryState.SUPPRESSED, now, is_one_of(Delivery.id, closed))
    release(session, kept, now)
    return going


def _worded(one: Claimed, is_discreet: bool) -> Claimed:
    return one if one.is_discreet == is_discreet else one._replace(is_discreet=bool(is_discreet))


def release(session: Session, claimed: Iterable[Claimed], now: datetime) -> None:
    """Let go of claimed copies that were not handed over: they are due again at once."""
    for fence, several in groupby(sorted(claimed, key=FENCE), FENCE):
        session.execute(
            update(Delivery)
            .where(
                is_one_of(Delivery.id, [one.id for one in several]),
                Delivery.fence == fence,
                Delivery.state.in_(DUE_STATES),
                Delivery.next_at.is_not(None),
            )
            .values(owner=None, lease_until=None, next_at=now)
            .execution_options(synchronize_session=False)
        )


def _next_due(session: Session, message_id: int, now: datetime, most: int) -> list[Waiting]:
    """The copies of a message that have waited longest, locked: other workers pass them by.

    PostgreSQL locks the rows, SQLite the file (each transaction that writes begins with the lock).
    """
    found = (due.rows(session, message=message_id, now=now, most=most) for due in _DUE)
    some = [rows for rows in found if rows]
    if len(some) < 2:  # The usual case: nothing was ever tried before.
        return list(*some)
    return list(islice(merge(*some, key=lambda row: (row[-1], row[0])), most))


def _open_messages() -> Select[int]:
    """The messages of which something may go now; asked-for letters first, then the oldest."""
    is_asked_for = case((OutboxMessage.stream == TRANSACTIONAL, 0), else_=1)
    return select(OutboxMessage.id).where(*_open()).order_by(is_asked_for, OutboxMessage.id)


def _open() -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxMessage.settled_at.is_(None),
        OutboxMessage.paused_at.is_(None),
        OutboxMessage.expanded_at.is_not(None),
        OutboxMessage.starts_at <= NOW,
        OutboxMessage.not_after > NOW,
    )


def _due(state: DeliveryState) -> Select[int, datetime | None]:
    """Those in one state: the index then gives the answer without sorting."""
    return (
        select(Delivery.id, Delivery.next_at)
        .where(
            Delivery.message_id == given("message"),
            Delivery.state == state,
            Delivery.next_at <= NOW,
        )
        .order_by(Delivery.next_at, Delivery.id)
        .limit(given("most"))
        .with_for_update(skip_locked=True)
    )


def _claimed() -> Select[*tuple[Any, ...]]:
    """What a hand-over needs to know of a copy."""
    links = func.coalesce(Delivery.own_links, Recipient.links)
    return (
        select(
            Delivery.id,
            Delivery.message_id,
            # Sealed as they lie there: one that cannot be opened must not take the others with it.
            type_coerce(Recipient.address, LargeBinary).label("address"),
            type_coerce(links, LargeBinary).label("links"),
            Delivery.recipient_id,
            Delivery.kept_letter_id,
            Delivery.is_discreet,
            Delivery.fence,
        )
        .join(Delivery.recipient)
        .where(is_one_of(Delivery.id, IDS))
    )


def _stands() -> Select[*tuple[Any, ...]]:
    """How claimed copies stand: asked once for each message which are open, not for each copy."""
    return (
        select(
            Delivery.id,
            Delivery.fence,
            Delivery.state,
            Delivery.is_discreet,
            _is_suppressed().label("is_suppressed"),
            _is_of_an_open_message().label("is_open"),
        )
        .where(is_one_of(Delivery.id, IDS), Delivery.state.in_(DUE_STATES), *_is_claimed())
        .with_for_update(of=Delivery)
    )


def _is_of_an_open_message() -> ColumnElement[bool]:
    return Delivery.message_id.in_(select(OutboxMessage.id).where(*_open()))


def _is_claimed() -> tuple[ColumnElement[bool], ...]:
    return Delivery.next_at.is_not(None), Delivery.lease_until > NOW


def _claim() -> Update:
    return (
        update(Delivery)
        .where(is_one_of(Delivery.id, IDS))
        .values(owner=given("whose"), lease_until=UNTIL, next_at=UNTIL, fence=Delivery.fence + 1)
    )


def _send() -> Update:
    return (
        update(Delivery)
        .where(is_one_of(Delivery.id, IDS))
        .values(state=DeliveryState.SENDING, changed_at=NOW, lease_until=UNTIL)
    )


def _send_new() -> ReturningUpdate[int, bool]:
    """All that is asked of one that waits, and the permit, in one statement: the usual case."""
    return (
        _send()
        .where(
            Delivery.fence == given("whose"),
            Delivery.state.in_(SIMPLY_WAITING),
            *_is_claimed(),
            _is_of_an_open_message(),
            ~_is_suppressed(),
        )
        .returning(Delivery.id, Delivery.is_discreet)
    )


def _is_suppressed() -> ColumnElement[bool]:
    """Closed addresses get nothing but the letter that lets its owner open it again."""
    asks_them = (
        exists()
        .where(OutboxMessage.id == Delivery.message_id, OutboxMessage.key.startswith(CONFIRMATION))
        # This very copy: two questions deep, SQLAlchemy would ask whether any copy does.
        .correlate(Delivery)
    )
    return exists().where(
        Recipient.id == Delivery.recipient_id,
        Suppression.address_key == Recipient.address_key,
        or_(Suppression.kind == "erased", ~asks_them),
    )


_OPEN_MESSAGES, _CLAIM, _CLAIMED = Prepared(_open_messages), Prepared(_claim), Prepared(_claimed)
_DUE = [Prepared(partial(_due, state)) for state in DUE_STATES]
# Spelled when first asked for, so a trial can take a guard out of them.
_STANDS, _SEND, _SEND_NEW = Prepared(_stands), Prepared(_send), Prepared(_send_new)
