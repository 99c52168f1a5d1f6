"""Made-up histories: whatever happens, in whatever order, the promise holds after every step.

`make trial-histories HISTORIES=3000` tries thousands; a bounded number runs with the tests. The
database, the worker's jobs and the mail server are real; time is set. A worker "dies" by an
exception right before or right after one of its commits: everything between two commits is lost
or kept as a whole, so these are all the moments there are.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import factories
from tests.conftest import A_TUESDAY
from tests.trials.places import Place, new_place, wish
from tests.trials.post_office import AIR, DROP, NAMED, PostOffice, post_office
from tests.trials.worlds import READERS, World

# What the server says, and when: by name, so that a failing history reads well.
ANSWERS = {
    "later": (NAMED, "450 4.2.1 later"),
    "closing down": (NAMED, "421 4.3.2 closing down"),
    "nobody here": (NAMED, "550 5.1.1 nobody here"),
    "full": (NAMED, "552 5.2.2 full"),
    "policy": (AIR, "550 5.7.1 policy"),
    "log in first": (NAMED, "530 5.7.0 log in first"),
    "refused as a whole": (AIR, "554 5.1.1 nobody here"),
    "later as a whole": (AIR, "451 4.3.0 later"),
    "line breaks": (AIR, DROP),
}
MINUTES = (1, 16, 61, 60 * 25, -5)

reader = st.sampled_from(READERS)


class Histories(RuleBasedStateMachine):
    """One history: each rule is something that may happen."""

    world: World
    histories = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).histories += 1
        self.world.begin()

    @initialize()
    def three_readers_and_an_article(self) -> None:
        with self.world.step():
            for one in READERS[:3]:
                factories.make_subscriber(self.world.session, one)
            factories.make_post(self.world.session, send_to_readers=True)

    @rule()
    def publish(self) -> None:
        with self.world.step() as world:
            factories.make_post(world.session, send_to_readers=True)

    @rule(who=reader)
    def sign_up(self, who: str) -> None:
        with self.world.step() as world:
            world.sign_up(who)

    @rule(who=reader)
    def confirm(self, who: str) -> None:
        with self.world.step() as world:
            world.confirm(who)

    @rule(who=reader)
    def leave(self, who: str) -> None:
        with self.world.step() as world:
            world.leave(who)

    @rule(who=reader)
    def come_back(self, who: str) -> None:
        with self.world.step() as world:
            world.come_back(who)

    @rule(who=reader)
    def complain(self, who: str) -> None:
        with self.world.step() as world:
            world.complain(who)

    @rule(who=reader, what=st.sampled_from(sorted(ANSWERS)))
    def server_answers(self, who: str, what: str) -> None:
        self.world.answers[who] = ANSWERS[what]

    @rule()
    def server_takes_all(self) -> None:
        self.world.answers.clear()

    @rule()
    def look(self) -> None:
        with self.world.step() as world:
            world.look()

    @rule(commit=st.integers(1, 12), when=st.sampled_from(["before_commit", "after_commit"]))
    def die(self, commit: int, when: str) -> None:
        with self.world.step() as world:
            world.die(commit, when)

    @rule(who=reader, commit=st.integers(1, 12))
    def leave_meanwhile(self, who: str, commit: int) -> None:
        with self.world.step() as world:
            world.look_while(commit, lambda: world.leave_elsewhere(who))

    @rule(who=reader, commit=st.integers(1, 12))
    def complain_meanwhile(self, who: str, commit: int) -> None:
        with self.world.step() as world:
            world.look_while(commit, lambda: world.complain_elsewhere(who))

    @rule(which=st.integers(0, 3), commit=st.integers(1, 12))
    def stop_meanwhile(self, which: int, commit: int) -> None:
        with self.world.step() as world:
            world.look_while(commit, lambda: world.stop_elsewhere(which))

    @rule(who=reader)
    def mail_service_tells(self, who: str) -> None:
        with self.world.step() as world:
            world.tell(who)

    @rule(which=st.integers(0, 3))
    def stop(self, which: int) -> None:
        with self.world.step() as world:
            world.stop(which)

    @rule()
    def resume(self) -> None:
        with self.world.step() as world:
            world.resume_all()

    @rule(minutes=st.sampled_from(MINUTES))
    def time_goes_by(self, minutes: int) -> None:
        with self.world.step() as world:
            world.clock.shift(timedelta(minutes=minutes))

    @precondition(lambda self: self.world.has_a_file)
    @rule()
    def back_up(self) -> None:
        self.world.back_up()

    @precondition(lambda self: self.world.has_a_file and self.world.backup)
    @rule()
    def restore(self) -> None:
        self.world.restore()

    def teardown(self) -> None:
        """At the end everybody on a frozen list has a result."""
        self.world.finish()


def run(
    place: Place, office: PostOffice, clock: Any, count: int, steps: int, *, shrinks: bool = False
) -> int:
    """Try so many histories of at most so many steps; how many were tried.

    `shrinks`: look for the shortest history that breaks the promise, which takes minutes.
    """

    class These(Histories):
        world = World(place, office, clock)
        histories = 0

    run_state_machine_as_test(
        These,
        settings=settings(
            max_examples=count,
            stateful_step_count=steps,
            deadline=None,
            phases=[phase for phase in Phase if shrinks or phase is not Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    return These.histories


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Say nothing of each letter that could not be handed over."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


def main() -> None:
    """Run it as the environment says, and print one line."""
    logging.disable(logging.INFO)
    count, steps = int(wish("HISTORIES", "3000")), int(wish("STEPS", "30"))
    with (
        new_place(wish("DATABASE", "sqlite"), in_memory=True) as place,
        post_office() as office,
        time_machine.travel(A_TUESDAY, tick=False) as clock,
        quietly(),
    ):
        place.workers_environment(office.port, int(wish("IN_FLIGHT", "1")), wish("HEADER", ""))
        tried = run(place, office, clock, count, steps, shrinks=True)
    print(f"trial-histories: {tried} histories of up to {steps} steps each: the promise held")


if __name__ == "__main__":
    os.environ["HRSITE_ENV_FILE"] = ""
    sys.exit(main())
