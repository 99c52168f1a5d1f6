"""Workers say that they are here."""

from datetime import timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import presence
from hrsite.outbox.models_workers import Worker
from tests.conftest import A_TUESDAY

WELCOME = "another_worker_is_here"


def announce(session: Session, name: str) -> None:
    presence.announce(session, name, our_clock.now())
    session.commit()


def trouble(session: Session) -> str | None:
    """Why no mail goes out, as the desk says it."""
    now = our_clock.now()
    return presence.look(session, now).trouble(now)


def test_the_desk_can_tell_when_a_worker_was_last_seen(
    session: Session, clock: time_machine.Traveller
) -> None:
    announce(session, "one")
    clock.shift(timedelta(minutes=1))
    presence.refresh(session, "one", our_clock.now())
    session.commit()
    assert presence.worker_seen_at(session) == our_clock.now()


def test_a_second_worker_is_welcomed_in_words(
    session: Session, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    announce(session, "one")
    assert WELCOME not in caplog.text
    announce(session, "two")
    assert WELCOME in caplog.text
    assert "each letter is claimed by one worker" in caplog.text


def test_a_worker_that_comes_back_is_not_taken_for_another(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    announce(session, "one")
    announce(session, "one")
    assert WELCOME not in caplog.text


def test_a_worker_that_ended_politely_is_gone_at_once_and_was_last_seen_then(
    session: Session, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    announce(session, "one")
    clock.shift(timedelta(seconds=10))
    presence.leave(session, "one", our_clock.now())
    session.commit()
    announce(session, "two")
    assert WELCOME not in caplog.text
    assert presence.worker_seen_at(session) == our_clock.now()
    presence.refresh(session, "one", our_clock.now())
    session.commit()
    announce(session, "three")
    assert WELCOME in caplog.text


def test_a_worker_that_ends_and_starts_again_under_its_name_is_here_at_once(
    session: Session, clock: time_machine.Traveller
) -> None:
    announce(session, "one")
    presence.leave(session, "one", our_clock.now())
    session.commit()
    assert trouble(session) == "Not sending: worker last seen less than a minute ago."
    clock.shift(timedelta(seconds=10))
    announce(session, "one")
    assert trouble(session) is None


def test_a_worker_that_dies_after_the_clock_was_set_back_is_missed_within_minutes(
    session: Session, clock: time_machine.Traveller
) -> None:
    announce(session, "one")
    clock.shift(-timedelta(hours=1))
    presence.refresh(session, "one", our_clock.now())
    session.commit()
    assert trouble(session) is None
    clock.shift(timedelta(minutes=5))
    assert trouble(session) == "Not sending: worker last seen 5 minutes ago."


def test_a_silent_worker_is_taken_for_gone(
    session: Session, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    announce(session, "one")
    clock.shift(presence.SILENCE + timedelta(seconds=1))
    announce(session, "two")
    assert WELCOME not in caplog.text


def test_workers_of_long_ago_are_forgotten(session: Session, clock: time_machine.Traveller) -> None:
    announce(session, "one")
    clock.shift(timedelta(days=15))
    announce(session, "two")
    presence.forget(session, our_clock.now() - timedelta(days=14))
    session.commit()
    assert session.scalars(select(Worker.name)).all() == ["two"]


# When workers started and were last seen, in minutes.
SPANS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 8)), max_size=6)


@given(SPANS, st.integers(0, 20), st.integers(0, 20))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_worker_was_there_when_at_every_moment_some_worker_was(
    session: Session, spans: list[tuple[int, int]], first: int, length: int
) -> None:
    zero, minute = A_TUESDAY, timedelta(minutes=1)
    session.rollback()
    session.execute(delete(Worker))
    for number, (start, seen) in enumerate(spans):
        started_at = zero + start * minute
        seen_at = started_at + seen * minute
        session.add(Worker(name=str(number), started_at=started_at, seen_at=seen_at))
    last = first + length
    silence = presence.SILENCE / minute
    is_covered = all(
        any(start <= at < start + seen + silence for start, seen in spans)
        for at in [half / 2 for half in range(2 * first, 2 * last + 1)]
    )
    assert presence.was_here(session, zero + first * minute, zero + last * minute) == is_covered
