"""A list of another program becomes subscribers: read, shown, and only then added, part by part.

Each part is one transaction that also moves the list's cursor. So a worker that is killed goes on
where it was, and two workers do nothing twice.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, undefer

from hrsite import addresses, clock
from hrsite.columns import changed_rows
from hrsite.newsletter import consent, guarding, letters, rhythm, subscribing
from hrsite.newsletter.admitting import Verdict, verdicts
from hrsite.newsletter.listknowing import Person, Reading
from hrsite.newsletter.models import (
    Cadence,
    Subscriber,
    Subscription,
    SubscriptionState,
    Topic,
)
from hrsite.newsletter.models_people import BroughtList, ListState
from hrsite.outbox import recipients

# So many people in a transaction: on SQLite everybody who writes waits for it.
PART = 100
# A list that was shown and not used is forgotten; one that was added can be undone for as long.
KEPT_FOR = timedelta(hours=24)
BAD_SHOWN = 50


@dataclass(frozen=True)
class Wish:
    """What the coach says of a list: for which letters, and how its people said yes."""

    topics: list[Topic]
    asks_all: bool
    said_on: date | None = None
    said_where: str = ""


def take(
    session: Session, reading: Reading, wish: Wish, form_key: str, now: datetime
) -> BroughtList:
    """Keep a list, sealed, until the coach has looked at what would become of it.

    The same form pressed twice gives the same list.
    """
    kept = session.scalar(select(BroughtList).where(BroughtList.form_key == form_key))
    if kept is not None:
        return kept
    taken = [_packed(person) for person in reading.people if not person.is_gone]
    leavers = [subscribing.key_of(one.address) for one in reading.people if one.has_left]
    kept = BroughtList(
        form_key=form_key,
        state=ListState.READ,
        made_at=now,
        asks_all=wish.asks_all,
        said_on=wish.said_on,
        said_where=wish.said_where,
        topics=" ".join(wish.topics),
        people=json.dumps([*taken, *({"key": key, "left": True} for key in leavers)]),
        people_count=len(taken),
        gone_count=len(reading.people) - len(taken),
        twice_count=len(reading.twice),
        bad_count=len(reading.bad),
        bad_lines=json.dumps(reading.bad[:BAD_SHOWN]),
    )
    session.add(kept)
    session.flush()
    return kept


def looked_at_count(brought: BroughtList) -> int:
    """Of how many of its people it is known what became of them."""
    return (
        brought.added_count
        + brought.here_count
        + brought.waiting_count
        + brought.left_count
        + brought.closed_count
    )


def start(session: Session, list_id: int, now: datetime) -> bool:
    """Add its people from now on. False when that was said before: a second press does nothing."""
    return move(session, list_id, (ListState.READ,), ListState.ADDING, now)


def open_lists(session: Session) -> list[tuple[int, int]]:
    """The lists a worker has something to do for, oldest first: number, and how far each is."""
    moving = (ListState.ADDING, ListState.UNDOING)
    rows = session.execute(
        select(BroughtList.id, BroughtList.cursor)
        .where(BroughtList.state.in_(moving))
        .order_by(BroughtList.id)
    )
    return [(row.id, row.cursor) for row in rows]


def add_part(session: Session, list_id: int, now: datetime) -> None:
    """Add the next people of a list; nothing when it is in other hands or has an end."""
    brought = held(session, list_id)
    if brought is None or brought.state != ListState.ADDING:
        return
    everybody = everybody_on(brought)
    part = everybody[brought.cursor : brought.cursor + PART]
    found = verdicts(session, [packed["key"] for packed in part])
    new = []
    for packed in part:
        verdict = found[packed["key"]]
        if has_left(packed):
            _note_leaver(session, brought, packed["key"], verdict, now)
            continue
        is_asked = brought.asks_all or packed["ask"]
        if verdict == Verdict.NEW and is_asked:
            # Several letters went there lately, and nobody answered: as if they waited.
            may = guarding.may_write_to(session, packed["key"], now)
            verdict = Verdict.NEW if may else Verdict.WAITING
        if verdict == Verdict.NEW:
            new.append((packed, is_asked))
        _count(brought, verdict)
    _add(session, brought, new, now)
    brought.cursor += len(part)
    if brought.cursor >= len(everybody):
        brought.state, brought.ended_at, brought.people = ListState.ADDED, now, None


def forget_unused(session: Session, now: datetime) -> None:
    """Erase the lists that were shown a day ago and not used."""
    unused = session.scalars(
        select(BroughtList).where(
            BroughtList.state == ListState.READ, BroughtList.made_at < now - KEPT_FOR
        )
    )
    for brought in unused.all():
        session.delete(brought)


def leave_out(session: Session, address_key: str, upto: datetime) -> None:
    """Take somebody who is erased out of every list read in by then and not added whole.

    A worker that has one in its hands ends its part first.
    """
    waiting = (
        select(BroughtList)
        .where(
            BroughtList.state.in_((ListState.READ, ListState.ADDING)), BroughtList.made_at <= upto
        )
        .order_by(BroughtList.id)
        .with_for_update()
        .options(undefer(BroughtList.people))
        .execution_options(populate_existing=True)
    )
    for brought in session.scalars(waiting).all():
        everybody = everybody_on(brought)
        places = [at for at, packed in enumerate(everybody) if packed["key"] == address_key]
        if places:
            ahead = [at for at in places if at >= brought.cursor]
            brought.cursor -= len(places) - len(ahead)
            # Who was looked at before is in one of the counts; who left is in none.
            brought.people_count -= sum(not has_left(everybody[at]) for at in ahead)
            kept = [packed for packed in everybody if packed["key"] != address_key]
            brought.people = json.dumps(kept)


def held(session: Session, list_id: int) -> BroughtList | None:
    """A list, closed to other workers until the transaction ends; None while another has it."""
    return session.scalar(
        select(BroughtList)
        .where(BroughtList.id == list_id)
        .with_for_update(skip_locked=True)
        .options(undefer(BroughtList.people))
        .execution_options(populate_existing=True)
    )


def move(
    session: Session, list_id: int, before: tuple[ListState, ...], after: ListState, now: datetime
) -> bool:
    """Begin something anew with a list. Of two presses at the same moment one comes too late."""
    moved = session.execute(
        update(BroughtList)
        .where(BroughtList.id == list_id, BroughtList.state.in_(before))
        .values(state=after, started_at=now, cursor=0)
    )
    return changed_rows(moved) == 1


def everybody_on(brought: BroughtList) -> list[dict[str, Any]]:
    """Whom it would add, as far as nothing keeps them away; then who left where it is from."""
    return json.loads(brought.people) if brought.people else []


def has_left(packed: dict[str, Any]) -> bool:
    """Did this one leave where the list is from?"""
    return "left" in packed


def _note_leaver(
    session: Session, brought: BroughtList, key: str, verdict: Verdict, now: datetime
) -> None:
    """So that no older list brings them in: only their own yes does, as with who left here."""
    if verdict == Verdict.NEW:
        words, kind, how = consent.NOT_OURS, "unsubscribed", "list"
        consent.note(session, key, kind, None, how, now, words, list_id=brought.id)


def _packed(person: Person) -> dict[str, Any]:
    return {
        "address": person.address.typed,
        "key": subscribing.key_of(person.address),
        "on": person.said_on.isoformat() if person.said_on else None,
        "topics": list(person.topics or ()),
        "cadence": person.cadence,
        "ask": person.is_unsure,
        "paused": person.paused_until.isoformat() if person.paused_until else None,
        "plain": person.is_discreet,
        "reminders": person.wants_reminders,
    }


def _paused(packed: dict[str, Any]) -> date | None:
    day = packed.get("paused")
    return date.fromisoformat(day) if day else None


def _count(brought: BroughtList, verdict: Verdict) -> None:
    name = "added_count" if verdict == Verdict.NEW else f"{verdict.value}_count"
    setattr(brought, name, getattr(brought, name) + 1)


def _add(
    session: Session, brought: BroughtList, new: list[tuple[dict[str, Any], bool]], now: datetime
) -> None:
    asked = []
    known = recipients.among(session, [packed["key"] for packed, _ in new])
    for packed, is_asked in new:
        address = addresses.check(packed["address"])
        subscriber = subscribing.fresh_subscriber(address, now, known)
        state = SubscriptionState.UNCONFIRMED if is_asked else SubscriptionState.CONFIRMED
        for topic in packed["topics"] or brought.topics.split():
            subscriber.subscriptions.append(
                Subscription(topic=Topic(topic), state=state, changed_at=now)
            )
            consent.note(
                session,
                packed["key"],
                "asked" if is_asked else "brought",
                Topic(topic),
                "list",
                now,
                consent.NOT_OURS,
                date.fromisoformat(packed["on"]) if packed["on"] else brought.said_on,
                brought.id,
            )
        session.add(subscriber)
        if is_asked:
            # One letter is enough for somebody who did not ask us: no reminder follows.
            subscriber.reminded_at = now
            asked.append(subscriber)
            packed["paused"] = None  # Whoever says yes just now wants letters.
        _keep_wishes(session, subscriber, packed, brought.id, now)
    session.flush()
    # Not by the place in the list: that is less when somebody on it is erased.
    letters.put_to_a_list(
        session, f"{letters.LIST}{brought.id}/{looked_at_count(brought)}", asked, now
    )


def _keep_wishes(
    session: Session, subscriber: Subscriber, packed: dict[str, Any], list_id: int, now: datetime
) -> None:
    """How the list says that she wants her letters, and until when none."""
    subscriber.cadence = Cadence(packed["cadence"] or Cadence.EACH)
    subscriber.is_discreet = packed.get("plain", False)
    subscriber.wants_reminders = packed.get("reminders", False)
    until = _paused(packed)
    if until is not None:
        subscriber.paused_until = rhythm.last_minute(until, clock.zone())
    for kind, is_wished in (
        (subscriber.cadence.value, subscriber.cadence != Cadence.EACH),
        ("plain", subscriber.is_discreet),
        ("reminders", subscriber.wants_reminders),
        ("paused", until is not None),
    ):
        if is_wished:
            words = consent.NOT_OURS
            consent.note(session, packed["key"], kind, None, "list", now, words, list_id=list_id)
