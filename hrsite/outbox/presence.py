"""Workers say that they are here, so that the desk can tell when none is."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite.outbox.models import Worker

log = structlog.get_logger(__name__)

# A worker looks every minute; silent for three, it is gone.
SILENCE = timedelta(minutes=3)
# Often enough to say so during a long delivery, without a write for every letter.
FRESH = timedelta(seconds=30)


def announce(session: Session, name: str, now: datetime) -> None:
    """Say that a worker starts, and whether it is alone."""
    here = select(Worker.name).where(Worker.seen_at > now - SILENCE, Worker.ended_at.is_(None))
    others = session.scalars(here).all()
    if [other for other in others if other != name]:
        log.info(
            "another_worker_is_here",
            note="That is safe: each letter is claimed by one worker. They share the work.",
        )
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
