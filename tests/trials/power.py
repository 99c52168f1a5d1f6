"""The power trial: cut the power while letters go out, unsynced writes lost, and count the copies.

`make trial-power READERS=2000 KILLS=50` runs it with the product's own settings, and then the
control: with SQLite's `synchronous=NORMAL` the same cuts must break the promise. If they do not,
the trial itself is worth nothing, and it says so.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, event

from hrsite.outbox import instance
from tests.trials import crash, unsynced
from tests.trials.crash import Moment
from tests.trials.outcomes import Outcome
from tests.trials.places import Place, new_place, wish

CUT = signal.SIGUSR1
FULL, NORMAL = "FULL", "NORMAL"


def prepare() -> None:
    """In a worker, before all else: a disk that can lose power, and somebody to cut it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {CUT})
    unsynced.lie_in_wait()

    def wait_for_the_cut() -> None:
        signal.sigwait({CUT})
        unsynced.cut_power()

    threading.Thread(target=wait_for_the_cut, daemon=True).start()


def prepare_carelessly() -> None:
    """The control: the same, with the guard taken away that the ledger stands on.

    And the guard behind it: the instance mark would see that the ledger has gone back, and hold
    every letter until the coach presses Resume.
    """
    prepare()
    instance.Gate.is_open = lambda gate, now: True  # type: ignore[method-assign]

    @event.listens_for(Engine, "connect")
    def _take_the_guard_away(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")


def run(
    place: Place, readers: list[str], moments: Sequence[Moment], in_flight: int, level: str
) -> Outcome:
    """Cut the power at each of these moments, let the rest be handed over, and count."""
    first = {FULL: prepare, NORMAL: prepare_carelessly}[level]
    return crash.run(
        place,
        readers,
        moments,
        in_flight,
        CUT,
        first=f"tests.trials.power:{first.__name__}",
    )


def main() -> None:
    """Run it and its control as the environment says, a line for each, and one for all."""
    logging.disable(logging.INFO)
    reason = unsynced.library()
    if isinstance(reason, str):
        print(f"trial-power: not run, for {reason}")
        sys.exit(0)
    count, cuts = int(wish("READERS", "2000")), int(wish("KILLS", "50"))
    seed = int(wish("SEED", str(random.randrange(10**6))))
    readers = [f"reader{number}@example.org" for number in range(count)]
    faults = []
    for in_flight in map(int, wish("IN_FLIGHT", "1").split(",")):
        for level in (FULL, NORMAL):
            moments = crash.random_moments(count, cuts, random.Random(seed))
            with new_place() as place:
                outcome = run(place, readers, moments, in_flight, level)
            print(f"synchronous={level} {outcome}", flush=True)
            broken = outcome.broken_promises()
            if level == FULL:
                faults += broken
            elif not broken:
                faults.append("the control with NORMAL broke nothing")
    verdict = f"BROKEN: {'; '.join(faults)}" if faults else "the promise held, the control failed"
    print(f"trial-power: cuts {cuts} each (SEED={seed}): {verdict}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    os.environ["HRSITE_ENV_FILE"] = ""
    main()
