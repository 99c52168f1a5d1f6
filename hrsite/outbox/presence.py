"""Workers say that they are here, so that the desk can tell when none is."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.outbox.models_workers import Worker

log = structlog.get_logger(__name__)

# A worker looks every minute; silent for three, it is gone.
SILENCE = timedelta(minutes=3)
# Often enough to say so during a long delivery, without a write for every letter.
FRESH = timedelta(seconds=30)
# Of a machine's name, so much stands in its workers' names.
LONGEST_HOST = 40


@dataclass(frozen=True)
class Presence:
    """Whether a worker is here now, and when any was last seen; None: none ever ran."""

    is_here: bool
    seen_at: datetime | None

    def trouble(self, now: datetime) -> str | None:
        """Why no mail goes out, in words; None when a worker is here to carry it."""
        if self.is_here:
            return None
        if self.seen_at is None:
            return "Not sending: no worker has run yet."
        return f"Not sending: worker last seen {furniture.ago(self.seen_at, now)}."


def look(session: Session, now: datetime) -> Presence:
    """Is there a worker to carry mail? One that said goodbye is not, however short ago."""
    here = select(Worker.seen_at).where(_is_here(now))
    is_here = session.scalar(here.limit(1)) is not None
    return Presence(is_here, worker_seen_at(session))


def worker_seen_at(session: Session) -> datetime | None:
    """When any worker last said that it was there."""
    return session.scalar(select(Worker.seen_at).order_by(Worker.seen_at.desc()).limit(1))


def living_count(session: Session, now: datetime) -> int:
    """How many workers are here."""
    return session.scalars(select(func.count()).select_from(Worker).where(_is_here(now))).one()


def hosts(session: Session, now: datetime) -> set[str]:
    """The machines on which workers are here."""
    names = session.scalars(select(Worker.name).where(_is_here(now)))
    return {name.rpartition("/")[0] for name in names}


def own_name() -> str:
    """This process among all workers."""
    return f"{socket.gethostname()[:LONGEST_HOST]}/{os.getpid()}"


def announce(session: Session, name: str, now: datetime) -> None:
    """Say that a worker starts, and whether it is alone."""
    here = select(Worker.name).where(_is_here(now))
    others = session.scalars(here).all()
    if [other for other in others if other != name]:
        log.info(
            "another_worker_is_here",
            note="That is safe: each letter is claimed by one worker. They share the work.",
        )
    before = session.get(Worker, name)
    if before is not None and now - before.seen_at > SILENCE:
        # Nobody was here: a container gives the next one the same host name and process number.
        before.started_at = now
    refresh(session, name, now)


def refresh(session: Session, name: str, now: datetime) -> None:
    """Say that a worker is still here."""
    worker = session.get(Worker, name)
    if worker is None:
        session.add(Worker(name=name, started_at=now, seen_at=now))
    elif abs(now - worker.seen_at) > FRESH or worker.ended_at is not None:
        worker.seen_at, worker.ended_at = now, None


def leave(session: Session, name: str, now: datetime) -> None:
    """Say that a worker ends, as it was told to."""
    worker = session.get(Worker, name)
    if worker is not None:
        worker.seen_at = worker.ended_at = now


def forget(session: Session, before: datetime) -> None:
    """Drop workers that have not been seen since."""
    session.execute(delete(Worker).where(Worker.seen_at < before))


def was_here(session: Session, since: datetime, now: datetime) -> bool:
    """Was there a worker all the time from a moment until now? One may take over from another."""
    covered = since
    for worker in session.scalars(select(Worker).order_by(Worker.started_at, Worker.name)):
        if worker.started_at <= covered:
            covered = max(covered, worker.seen_at + SILENCE)
    return covered > now


def _is_here(now: datetime) -> ColumnElement[bool]:
    return and_(Worker.seen_at > now - SILENCE, Worker.ended_at.is_(None))
