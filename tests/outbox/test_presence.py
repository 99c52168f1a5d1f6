"""Workers say that they are here."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import presence
from hrsite.outbox.models_workers import Worker

WELCOME = "another_worker_is_here"


def announce(session: Session, name: str) -> None:
    presence.announce(session, name, our_clock.now())
    session.commit()


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
