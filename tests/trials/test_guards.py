"""Each guard is load-bearing: take one away, and a trial that held before breaks.

The guard on SQLite's disk, `synchronous=FULL`, has its control in `test_power`.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, false, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import claiming, enqueue, leasing, recipients, recording
from hrsite.outbox.enqueue import put_delivery
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.outbox.ledger import look, put_letter
from tests.trials.histories import quietly
from tests.trials.places import Place
from tests.trials.post_office import AIR, post_office
from tests.trials.worlds import READERS, World

ADA, BEA = READERS[:2]
Story = Callable[[World], None]
Removal = Callable[[pytest.MonkeyPatch], None]
PAUSED = "outbox_messages.paused_at IS NULL"
# Longer than a lease, and than the pause before a repeat.
A_WHILE = timedelta(minutes=16)


@pytest.fixture
def world(place: Place, clock: time_machine.Traveller) -> Iterator[World]:
    """Two readers, and an Issue that waits for a worker."""
    with post_office() as office, quietly():
        place.workers_environment(office.port)
        world = World(place, office, clock)
        begin(world)
        yield world


def begin(world: World) -> None:
    """The same again."""
    world.begin()
    with world.step():
        for reader in (ADA, BEA):
            factories.make_subscriber(world.session, reader)
        factories.make_post(world.session, send_to_readers=True)
        factories.open_issues(world.session)


def look_around(world: World) -> None:
    """Let the worker do all it would, and some more later."""
    for _ in range(3):
        with world.step():
            world.look()
        world.clock.shift(timedelta(hours=1))


def ada_leaves(world: World) -> None:
    with world.step():
        world.leave(ADA)
    look_around(world)


def adas_address_is_closed(world: World) -> None:
    with world.step():
        world.close(ADA)
    look_around(world)


def the_coach_stops_it(world: World) -> None:
    with world.step():
        world.stop(0)
    look_around(world)


def meanwhile(deed: Callable[[World], None]) -> Story:
    """It happens elsewhere while the worker looks, whichever commit has just been made."""

    def story(world: World) -> None:
        for commit in range(1, 9):
            begin(world)
            with world.step():
                world.look_while(commit, lambda: deed(world))

    return story


def a_slow_worker_answers_too_late(world: World) -> None:
    """Its lease ran out while the server kept it waiting; another has the copy in the air now."""
    app, session = world.place.app, world.session
    in_the_air, answered = threading.Event(), threading.Event()
    another = threading.Thread(target=look, args=(app, "another worker"))
    turns = iter(("slow", "another"))

    def answer(moment: str, reader: str) -> str:
        turn = next(turns, "") if (moment, reader) == (AIR, ADA) else ""
        if turn == "slow":
            world.clock.shift(A_WHILE)
            look(app, "whoever notices that it is gone")
            world.clock.shift(A_WHILE)
            another.start()
            assert in_the_air.wait(20)
            return "550 5.1.1 nobody here"
        if turn == "another":
            in_the_air.set()
            assert answered.wait(20)
        return ""

    world.office.answer = answer
    with pytest.MonkeyPatch.context() as frozen, world.step():
        # Its process stands still meanwhile: it does not say that it is here.
        frozen.setattr(leasing, "renew", lambda *given: None)
        session.commit()
        look(app, "slow worker")
        answered.set()
        another.join(20)
    look_around(world)


def without_withdrawing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enqueue, "withdraw", lambda *given: 0)


def without_asking_who_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claiming, "_is_suppressed", false)


def without_a_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    in_the_air = (DeliveryState.SENDING, DeliveryState.UNCERTAIN)
    monkeypatch.setattr(recording, "is_still_ours", lambda row, fence: row.state in in_the_air)


def without_asking_what_is_paused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The question is a part of a larger one: it is taken out on its way to the database."""

    def blind(
        connection: object, cursor: object, statement: str, values: object, *more: object
    ) -> tuple[str, object]:
        return statement.replace(PAUSED, "1 = 1"), values

    # The engine is this test's own, so it need not be given back.
    event.listen(db.engine, "before_cursor_execute", blind, retval=True)


GUARDS: list[tuple[Removal, Story, str]] = [
    (without_withdrawing, ada_leaves, "had left"),
    (without_asking_who_is_closed, adas_address_is_closed, "is closed"),
    (without_asking_what_is_paused, the_coach_stops_it, "is paused"),
    (without_withdrawing, meanwhile(lambda world: world.leave_elsewhere(BEA)), "had left"),
    (
        without_asking_who_is_closed,
        meanwhile(lambda world: world.complain_elsewhere(BEA)),
        "is closed",
    ),
    (without_asking_what_is_paused, meanwhile(lambda world: world.stop_elsewhere(0)), "is paused"),
    (without_a_fence, a_slow_worker_answers_too_late, "has a copy, and is called refused"),
]


@pytest.mark.parametrize(("remove", "story", "broken"), GUARDS)
def test_with_its_guard_the_promise_holds_and_without_it_breaks(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    remove: Removal,
    story: Story,
    broken: str,
) -> None:
    remove(monkeypatch)
    with pytest.raises(AssertionError, match=broken):
        story(world)


@pytest.mark.parametrize("story", [story for _, story, _ in GUARDS])
def test_with_its_guard_each_of_these_stories_ends_well(world: World, story: Story) -> None:
    story(world)
    with world.step():
        world.resume_all()
    look_around(world)
    assert world.office.copies()[BEA] <= 1


def write_twice(world: World) -> None:
    """Two workers write down the same reader's copy of the same message."""
    message = put_letter(world.session, ADA)
    key, links = key_of(addresses.check(ADA)), {"unsubscribe": "x", "settings": "y"}
    put_delivery(world.session, message, ADA, key, links, our_clock.now())
    world.session.commit()


def open_twice(world: World) -> None:
    """Two workers open an Issue at the same moment: neither sees what the other writes."""
    # Written to before: making her a recipient twice would fail at a key of its own.
    known = recipients.find_or_make(world.session, ADA, key_of(addresses.check(ADA)))
    known.links = {"unsubscribe": "x" * 22, "settings": "y" * 22}
    world.session.commit()
    with Session(db.engine.execution_options(isolation_level="REPEATABLE READ")) as other:
        other.execute(text("SELECT 1 FROM outbox_messages"))
        put_letter(world.session, ADA)
        put_letter(other, ADA)


@pytest.mark.parametrize(
    ("table", "columns", "story"),
    [
        ("deliveries", {"message_id", "recipient_id"}, write_twice),
        ("outbox_messages", {"key"}, open_twice),
    ],
)
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_unique_key_keeps_the_second_copy_out_and_nothing_else_does(
    world: World, table: str, columns: set[str], story: Story
) -> None:
    with pytest.raises(IntegrityError):
        story(world)
    world.begin()
    (name,) = [
        key["name"]
        for key in inspect(db.engine).get_unique_constraints(table)
        if set(key["column_names"]) == columns
    ]
    with db.engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    story(world)
    with pytest.raises(AssertionError, match="got 2 copies of issue/1"), world.step():
        world.look()
