"""The queue trial: several workers, the queue flushed in the middle, every task given three times.

`make trial-queues READERS=10000 WORKERS=4` runs it on PostgreSQL with a queue in Redis, then with
one in PostgreSQL. Nobody is killed, so nobody may be missed and nobody may get a second copy.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from datetime import UTC, datetime

from huey import Huey
from huey.api import Task
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.outbox.models_workers import Worker
from tests.outbox.ledger import put_letter
from tests.trials.forked_workers import Forks, forks
from tests.trials.outcomes import Outcome, outcome, waiting_count
from tests.trials.places import Place, new_place, wish
from tests.trials.post_office import post_office

TIMES = 3
LETTERS = 4
LONGEST_SECONDS = 600.0
# Any minute of any day but the one by night at which old things are tidied up.
A_MINUTE = datetime(2026, 6, 2, 14, 1, tzinfo=UTC)


def run(place: Place, readers: list[str], worker_count: int, in_flight: int = 1) -> Outcome:
    """Several letters, one after the other, to workers that hear of each too often or never."""
    huey: Huey = place.app.extensions["huey"]
    wake = place.app.extensions["wake"]
    parts = [readers[number::LETTERS] for number in range(LETTERS)]
    written = 0
    with post_office() as office:
        with forks(place.workers_environment(office.port, in_flight), place.log) as workers:
            started = [workers.start() for _ in range(worker_count)]
            _wait_for_all(place.session, workers, worker_count)
            for number, part in enumerate(parts):
                put_letter(place.session, *part, key=f"issue/{number}")
                written += len(part)
                give(huey, wake.s())
                # In the middle of a letter, every task is forgotten: also the next letter's.
                assert office.wait_for(written - len(part) // 2, LONGEST_SECONDS), place.log
                huey.storage.flush_queue()
                for task in huey.read_periodic(A_MINUTE):
                    give(huey, task)
            assert office.wait_for(written, LONGEST_SECONDS), f"it stopped; see {place.log}"
            give(huey, wake.s())
            for pid in started:
                workers.end(pid, signal.SIGTERM)
                assert workers.wait(pid, LONGEST_SECONDS) == 0, f"see {place.log}"
        assert not waiting_count(place.session), "copies still wait"
        return outcome(place.session, office, readers, in_flight)


def give(huey: Huey, task: Task) -> None:
    """Put the very same task into the queue three times."""
    octets = huey.serialize_task(task)
    for _ in range(TIMES):
        huey.storage.enqueue(octets)


def _wait_for_all(session: Session, workers: Forks, count: int) -> None:
    """Until all workers have said that they are here: so it is the queue that wakes them."""
    for _ in range(600):
        session.rollback()
        if len(session.scalars(select(Worker.name)).all()) >= count:
            session.rollback()
            return
        # Nobody ends; this is how we wait a tenth of a second.
        assert workers.wait(workers.started[0], 0.1) is None, f"see {workers.log}"
    raise AssertionError(f"not all came; see {workers.log}")


def main() -> None:
    """Run it as the environment says, a line for each kind of queue, and one for all."""
    logging.disable(logging.INFO)
    count, worker_count = int(wish("READERS", "10000")), int(wish("WORKERS", "4"))
    readers = [f"reader{number}@example.org" for number in range(count)]
    kinds, faults, found = wish("QUEUE", "redis,postgresql").split(","), [], []
    for in_flight in map(int, wish("IN_FLIGHT", "1").split(",")):
        for kind in kinds:
            with new_place(wish("DATABASE", "postgresql"), kind) as place:
                one = run(place, readers, worker_count, in_flight)
            print(f"queue {kind} workers {worker_count} {one}", flush=True)
            found.append(one)
            faults += one.broken_promises()
    print(
        f"trial-queues: missed {sum(one.missed for one in found)}"
        f" duplicates {sum(one.duplicates for one in found)},"
        f" each task {TIMES} times, queue flushed {LETTERS} times:"
        f" {'BROKEN: ' + '; '.join(faults) if faults else 'the promise held'}"
    )
    sys.exit(bool(faults))


if __name__ == "__main__":
    os.environ["HRSITE_ENV_FILE"] = ""
    main()
