"""Keep what goes wrong again and again, and forget it as soon as it goes well."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite.outbox.models_troubles import Trouble

_LONGEST_FAULT = 200
MOST_TOLD = 20


def tell(session: Session, kind: str, faults: Mapping[str, str], now: datetime) -> None:
    """All that is wrong of one kind now, by subject; what was told before and is not here is over.

    Writes nothing when nothing has changed.
    """
    kept = set(session.scalars(select(Trouble.subject).where(Trouble.kind == kind)))
    over = kept - faults.keys()
    if over:
        session.execute(delete(Trouble).where(Trouble.kind == kind, Trouble.subject.in_(over)))
    for subject in faults.keys() - kept:
        fault = faults[subject][:_LONGEST_FAULT]
        session.add(Trouble(kind=kind, subject=subject, fault=fault, since_at=now))


def standing(session: Session) -> Sequence[Trouble]:
    """What is wrong now, the oldest first."""
    return session.scalars(
        select(Trouble).order_by(Trouble.since_at, Trouble.kind, Trouble.subject).limit(MOST_TOLD)
    ).all()
