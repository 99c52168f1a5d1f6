"""One thing after the other, each in a transaction of its own: a poisonous one stops no other."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy.exc import IntegrityError, OperationalError

from hrsite import clock, queue
from hrsite.extensions import db
from hrsite.outbox import troubles

log = structlog.get_logger(__name__)

# So long people of a long list are added.
LIST_SECONDS = 10.0


def part_by_part(
    waiting: Callable[[], Sequence[tuple[int, int | None]]], should_stop: Callable[[], bool]
) -> Iterator[tuple[int, int | None]]:
    """What waits for a part of its work, round and round, while any of it comes further."""
    until = time.monotonic() + LIST_SECONDS
    before: Sequence[tuple[int, int | None]] = ()
    while (left := waiting()) and not should_stop():
        if left == before:
            break  # In the hands of another worker, or it cannot be done: then at the next look.
        if time.monotonic() > until:
            queue.wake()  # Letters must not wait for a long list. Then it goes on.
            break
        before = left
        yield from left


def try_each(
    kind: str,
    jobs: Mapping[str, Callable[[datetime], object]],
    should_stop: Callable[[], bool],
) -> None:
    """Do each thing by itself, and keep for the desk which of them cannot be done."""
    faults = {subject: try_one(job, should_stop) for subject, job in jobs.items()}
    tell(kind, faults, should_stop)


def tell(kind: str, faults: Mapping[str, str], should_stop: Callable[[], bool]) -> None:
    """Keep for the desk which things of a kind cannot be done, and what their faults are called."""
    wrong = {subject: fault for subject, fault in faults.items() if fault}
    if not should_stop():
        # Another worker may say the same at this moment: then it is told.
        try_one(partial(troubles.tell, db.session(), kind, wrong), should_stop)


def try_one(job: Callable[[datetime], object], should_stop: Callable[[], bool]) -> str:
    """Do one thing in a transaction of its own: a poisonous one never holds up the rest.

    Gives the name of the fault, or nothing.
    """
    if should_stop():
        return ""
    try:
        job(clock.now())
        db.session.commit()
    except IntegrityError:
        # Another worker was faster: the unique key kept the second one out.
        db.session.rollback()
    except (OperationalError, OSError):
        raise  # Database or disk are in trouble: so would be all the others.
    except Exception as trouble:
        db.session.rollback()
        log.error("one_failed", exc_info=trouble)
        return type(trouble).__name__
    return ""
