"""Is this still the site that the ledger belongs to? A copy or a backup hands nothing over.

The ledger lists the instances that may hand letters over, with a counter that only rises. Each
keeps its mark in a file outside the database (markfile.py), with the counter as it last saw it.
A file that is ahead of the ledger has seen more than the ledger knows: that is an older one.

Like delivering.py it commits: the counter must be in the ledger before the file may say so.
"""

from __future__ import annotations

import socket
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import current_app
from sqlalchemy import bindparam, exists, func, select, text
from sqlalchemy.orm import Session

from hrsite import markfile
from hrsite.columns import UTCDateTime
from hrsite.outbox import presence
from hrsite.outbox.enqueue import PATIENCE
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage
from hrsite.outbox.models_workers import Instance
from hrsite.outbox.retrying import BACKOFF

log = structlog.get_logger(__name__)

# So long the answer holds: a ledger that goes back by less is not noticed.
FRESH = timedelta(seconds=30)
LETTERS_SHOWN = 10
HELD = "Letters are held until you press Resume on the desk’s first page."
HELD_BY_ONE = (
    "One computer holds letters until you press Resume. Another one carries them meanwhile."
)
# What was noticed: the ledger is older than our mark; the mark is a copy; there was none here.
BEHIND, COPIED, NEW = "behind", "copied", "new"
# Another worker of this machine may write it at the same moment. Said by hand, for SQLAlchemy has
# these words only in the dialect of each database, and bringing both takes megabytes.
_NOTE = text(
    "INSERT INTO instances (id, machine, counter, approved_at, trouble, noticed_at)"
    " VALUES (:id, :machine, :counter, :approved_at, :trouble, :noticed_at) ON CONFLICT DO NOTHING"
).bindparams(*(bindparam(name, type_=UTCDateTime) for name in ("approved_at", "noticed_at")))


class Gate:
    """May letters be handed over here? Asked before each batch; it looks every half minute."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._opened_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether they may. Commits now and then: ask between two batches, never within one."""
        if self._opened_at is not None and abs(now - self._opened_at) < FRESH:
            return True
        self._opened_at = now if _may_hand_over(self._session, now) else None
        return self._opened_at is not None

    def close(self, now: datetime) -> None:
        """The ledger is an older one, as a letter shows that went since. Commits."""
        self._opened_at = None
        _may_hand_over(self._session, now, is_older=True)

    def rest(self, now: datetime) -> None:
        """The mail service asks to be left alone: by all letters, not only by this one."""
        mark = markfile.read_or_make(current_app.config["DATA_DIR"])
        self._session.get_one(Instance, mark.id).rests_until = now + BACKOFF[0]
        self._opened_at = None


def held(session: Session) -> list[Instance]:
    """The instances that wait for the coach, the one that was noticed first in front."""
    query = select(Instance).where(Instance.trouble.is_not(None))
    return list(session.scalars(query.order_by(Instance.noticed_at, Instance.id)))


def held_words(session: Session, now: datetime) -> str:
    """That letters are held, for wherever somebody watches an Issue; nothing when none is."""
    waiting = held(session)
    if not waiting:
        return ""
    return HELD_BY_ONE if goes_on(session, waiting, now) else HELD


def goes_on(session: Session, waiting: list[Instance], now: datetime) -> bool:
    """Does a worker of another machine carry letters, while these wait for the coach?"""
    if any(one.trouble == BEHIND for one in waiting):
        return False  # Then nobody may.
    machines = {one.machine[: presence.LONGEST_HOST] for one in waiting}
    return any(host not in machines for host in presence.hosts(session, now))


def told(session: Session, now: datetime) -> dict[str, Any]:
    """For the coach: what was noticed, and which letters wait for how many readers."""
    waiting_here = held(session)
    troubles = list(dict.fromkeys(one.trouble for one in waiting_here))
    if not troubles:
        return {"held": [], "held_letters": [], "goes_on": False}
    waiting = (
        select(OutboxMessage.subject, func.count())
        .join(Delivery, Delivery.message_id == OutboxMessage.id)
        .where(Delivery.next_at.is_not(None))
        .group_by(OutboxMessage.subject)
        .order_by(func.count().desc(), OutboxMessage.subject)
    )
    letters = [(row[0], row[1]) for row in session.execute(waiting.limit(LETTERS_SHOWN))]
    others_go_on = goes_on(session, waiting_here, now)
    return {"held": troubles, "held_letters": letters, "goes_on": others_go_on}


def resume(session: Session, now: datetime) -> None:
    """The coach knows, and wants mail to go on: whoever was held may hand over from now on.

    While all was held no clock ran, so what was in time then gets time anew.
    """
    waiting = held(session)
    if not waiting:
        return
    since_at = min(one.noticed_at or now for one in waiting)
    for one in waiting:
        one.trouble, one.noticed_at, one.approved_at = None, None, now
    stopped = select(OutboxMessage).where(
        OutboxMessage.not_after > since_at,
        OutboxMessage.not_after < now + PATIENCE,
        OutboxMessage.is_timely.is_(False),
        exists().where(Delivery.message_id == OutboxMessage.id, Delivery.next_at.is_not(None)),
    )
    for message in session.scalars(stopped):
        message.not_after = now + PATIENCE


def _may_hand_over(session: Session, now: datetime, *, is_older: bool = False) -> bool:
    """Compare mark and ledger; raise the counter in both, the ledger first."""
    folder = current_app.config["DATA_DIR"]
    # The file before the rows: another worker may raise both meanwhile, and the rows go first.
    mark = markfile.read_or_make(folder)
    known = _known(session)
    if mark.id not in known:
        _introduce(session, mark, bool(known), now)
        known = _known(session)  # Another worker of this machine may have been faster, and raised.
    ours = known[mark.id]
    highest = max(one.counter for one in known.values())
    if is_older or mark.counter > highest:
        _hold(ours, now)
    is_open = not any(one.trouble == BEHIND for one in known.values())
    is_open = is_open and ours.trouble is None
    counter = ours.counter = max(highest + is_open, mark.counter)
    # Read before the commit: a row that is asked after it locks the database anew, and whoever
    # waits for a slow server would hold that lock all the while.
    rests_until = ours.rests_until
    session.commit()
    if is_open:
        markfile.raise_to(folder, mark, counter)
    return is_open and (rests_until is None or rests_until <= now)


def _known(session: Session) -> dict[str, Instance]:
    """Every instance, as it is now, and locked: two workers never raise to the same number."""
    query = select(Instance).order_by(Instance.id).with_for_update()
    rows = session.scalars(query.execution_options(populate_existing=True))
    return {one.id: one for one in rows}


def _introduce(session: Session, mark: markfile.Mark, others: bool, now: datetime) -> None:
    """Write down an instance the ledger does not know. In a new ledger the first may go ahead."""
    trouble = None
    if others or _has_handed_over(session):
        trouble = COPIED if mark.is_copy else NEW
    facts = {
        "id": mark.id,
        "machine": socket.gethostname()[:80],
        "counter": 0,
        "approved_at": None if trouble else now,
        "trouble": trouble,
        "noticed_at": now if trouble else None,
    }
    session.execute(_NOTE, facts)
    if trouble:
        log.warning("letters_held", trouble=trouble, machine=facts["machine"])


def _has_handed_over(session: Session) -> bool:
    """Whether any letter of this ledger ever went to a mail server."""
    answered = Delivery.state.in_((DeliveryState.ACCEPTED, DeliveryState.REFUSED))
    return bool(session.scalar(select(exists().where(answered))))


def _hold(ours: Instance, now: datetime) -> None:
    """Also anew: a backup may say itself that it was held, and since then all went out."""
    ours.trouble, ours.noticed_at, ours.approved_at = BEHIND, now, None
    log.warning("letters_held", trouble=BEHIND, machine=ours.machine)
