"""The crash trial: end workers while a letter goes out to many, and count what each reader got.

`make trial-crash READERS=10000 KILLS=200` runs it at length and exits non-zero when the promise
broke; a bounded one runs with the tests.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count as counted

from hrsite import clock
from hrsite.outbox import instance
from tests.outbox.ledger import look, put_letter
from tests.trials.forked_workers import Forks, forks, owner_of
from tests.trials.outcomes import Outcome, let_time_pass, outcome, waiting_count
from tests.trials.places import Place, new_place, wish
from tests.trials.post_office import MOMENTS, REPLY, PostOffice, nothing, post_office

LONGEST_SECONDS = 120
# A worker that has had nothing to do for so long is ended while it idles.
IDLE_SECONDS = 5.0
# Before it listens for signals, any of them ends a worker at once.
POLITE_ENDS = {0, -signal.SIGTERM}
EXPECTED = {
    signal.SIGKILL: {-signal.SIGKILL},
    signal.SIGTERM: POLITE_ENDS,
    # Power cuts: see `power`.
    signal.SIGUSR1: {-signal.SIGKILL, -signal.SIGUSR1},
}
# Beside the chosen moments of a letter: any moment, wherever the worker happens to be.
WHENEVER, AT_THE_START = "whenever", "at the start"
KINDS = (*MOMENTS, WHENEVER, WHENEVER, WHENEVER, AT_THE_START)
# A worker needs about so long to begin with letters, and to hand over a few. On a fast machine a
# longer while would see all letters gone before the last kills.
STARTING_SECONDS, A_FEW_LETTERS_SECONDS = 0.3, 0.005


@dataclass(frozen=True)
class Moment:
    """When to end a worker: at a letter (counted from the first), or so long after it."""

    letter: int
    kind: str
    seconds: float = 0.0


def random_moments(readers: int, kills: int, chance: random.Random) -> list[Moment]:
    """As many moments as kills, spread over the letters."""
    found = []
    for letter in sorted(chance.choices(range(1, max(readers - 1, 2)), k=kills)):
        kind = chance.choice(KINDS)
        longest = STARTING_SECONDS if kind == AT_THE_START else A_FEW_LETTERS_SECONDS
        found.append(Moment(letter, kind, chance.uniform(0, longest)))
    return found


@dataclass
class Crashes:
    """Workers that hand letters over, and somebody who ends one of them after the other."""

    place: Place
    office: PostOffice
    workers: Forks
    worker_count: int = 1
    # What each worker calls before all else.
    first: str = ""
    chance: random.Random = field(default_factory=random.Random)
    living: list[int] = field(default_factory=list)
    # How often all letters were held, for the ledger seemed to be an older one.
    held_count: int = 0

    def end_one(self, moment: Moment, by: signal.Signals) -> int:
        """Let the workers work, end one of them at that moment; its exit code."""
        while len(self.living) < self.worker_count:
            self.living.append(self.workers.start(self.first))
        pid = self.living[-1] if moment.kind == AT_THE_START else self.chance.choice(self.living)
        blow = threading.Timer(moment.seconds, self.workers.end, (pid, by))
        stages = (moment.kind,) if moment.kind in MOMENTS else (REPLY,)

        def watch(stage: str, count: int) -> None:
            if count < moment.letter or stage not in stages:
                return
            self.office.at = nothing
            if moment.kind == WHENEVER:
                blow.start()
            else:
                self.workers.end(pid, by)

        if moment.kind == AT_THE_START:
            blow.start()
        else:
            self.office.at = watch
        code = self._wait(pid, by)
        blow.cancel()
        self.office.at = nothing
        self.living.remove(pid)
        let_time_pass(self.place.session, owner_of(pid))
        if not self.living:
            self._press_resume()
        self.place.leave()
        return code

    def finish(self) -> None:
        """Tell whoever lives to stop; then hand over what is left."""
        for pid in self.living:
            self.workers.end(pid, signal.SIGTERM)
            assert self.workers.wait(pid, LONGEST_SECONDS) in POLITE_ENDS, f"see {self.place.log}"
        dead = [owner_of(pid) for pid in self.workers.codes]
        for _ in range(5):
            let_time_pass(self.place.session, *dead)
            look(self.place.app)
            if not waiting_count(self.place.session):
                break

    def _press_resume(self) -> None:
        """Look whether all letters are held, and let them go on, as the coach would."""
        session, now = self.place.session, clock.now()
        instance.Gate(session).is_open(now)
        if instance.held(session):
            self.held_count += 1
            instance.resume(session, now)
        session.commit()

    def _wait(self, pid: int, by: signal.Signals) -> int:
        for waited in counted(1):
            before = len(self.office.letters)
            code = self.workers.wait(pid, IDLE_SECONDS)
            if code is not None:
                return code
            if len(self.office.letters) == before:
                self.workers.end(pid, by)
            assert waited * IDLE_SECONDS < LONGEST_SECONDS, f"it will not end; {self.place.log}"
        raise AssertionError


def run(
    place: Place,
    readers: list[str],
    moments: Sequence[Moment],
    in_flight: int = 1,
    by: signal.Signals = signal.SIGKILL,
    worker_count: int = 1,
    first: str = "",
    header: str = "",
) -> Outcome:
    """End a worker at each of these moments, let the rest be handed over, and count.

    `header`: the one by which the mail service knows a letter again.
    """
    put_letter(place.session, *readers)
    place.leave()
    with post_office() as office:
        office.knows_again_by = header
        environment = place.workers_environment(office.port, in_flight, header)
        with forks(environment, place.log) as workers:
            crashes = Crashes(place, office, workers, worker_count, first)
            for moment in moments:
                code = crashes.end_one(moment, by)
                assert code in EXPECTED[by], f"a worker ended by itself, {code}; see {place.log}"
            crashes.finish()
        found = outcome(place.session, office, readers, in_flight, len(moments))
        return replace(found, held_count=crashes.held_count)


def broken(found: Outcome, by: signal.Signals, header: str = "") -> list[str]:
    """What the promise says of such a trial: a polite end doubles nothing at all, nor does any
    where the mail service knows a letter again.
    """
    return found.broken_promises(0 if by == signal.SIGTERM or header else None)


def main() -> None:
    """Run it as the environment says, one line for each "in flight", and one for all."""
    logging.disable(logging.INFO)
    count, kills = int(wish("READERS", "10000")), int(wish("KILLS", "200"))
    by = signal.Signals[f"SIG{wish('SIGNAL', 'KILL')}"]
    seed, header = int(wish("SEED", str(random.randrange(10**6)))), wish("HEADER", "")
    readers = [f"reader{number}@example.org" for number in range(count)]
    found, faults = [], []
    for in_flight in map(int, wish("IN_FLIGHT", "1,4,16").split(",")):
        moments = random_moments(count, kills, random.Random(seed))
        with new_place(wish("DATABASE", "sqlite"), wish("QUEUE", "sqlite")) as place:
            workers = int(wish("WORKERS", "1"))
            one = run(place, readers, moments, in_flight, by, workers, header=header)
        print(one, flush=True)
        found.append(one)
        faults += broken(one, by, header)
    print(
        f"trial-crash: missed {sum(one.missed for one in found)}"
        f" duplicates {sum(one.duplicates for one in found)}"
        f" in flight {','.join(str(one.in_flight) for one in found)}"
        f" kills {sum(one.kills for one in found)} by {by.name} (SEED={seed}):"
        f" {'BROKEN: ' + '; '.join(faults) if faults else 'the promise held'}"
    )
    sys.exit(bool(faults))


if __name__ == "__main__":
    os.environ["HRSITE_ENV_FILE"] = ""
    main()
