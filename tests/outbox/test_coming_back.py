"""A worker comes back under the name that a dead one had: a container gives it the same again."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import worker
from hrsite.newsletter.models import Issue
from hrsite.outbox import claiming, presence
from tests import factories
from tests.conftest import AppMaker
from tests.newsletter.histories import look as look_at_all
from tests.outbox.ledger import READERS, look, put_letter, rows, states

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=15)


def come(app: Flask, session: Session) -> None:
    session.rollback()
    worker.announce(app)


def was_here(session: Session, since: timedelta) -> bool:
    now = our_clock.now()
    return presence.was_here(session, now - since, now)


def test_an_issue_of_the_evening_waits_for_the_coach_when_nobody_was_there_at_night(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    come(app, session)
    factories.make_subscriber(session, READERS[0])
    factories.make_post(session, send_to_readers=True)
    look_at_all(app)
    clock.shift(timedelta(hours=10))
    come(app, session)
    look_at_all(app)
    session.rollback()
    assert session.scalars(select(Issue)).one().message.pause_kind == "late"
    assert states(session) == {"queued": 1}


@pytest.mark.parametrize("is_told_to", [True, False], ids=["told to end", "killed"])
def test_a_restart_is_no_gap_and_a_long_silence_is_one(
    app: Flask, session: Session, clock: time_machine.Traveller, is_told_to: bool
) -> None:
    come(app, session)
    clock.shift(timedelta(minutes=2))
    if is_told_to:
        presence.refresh(session, presence.own_name(), our_clock.now())
        presence.leave(session, presence.own_name(), our_clock.now())
        session.commit()
    clock.shift(timedelta(seconds=40))
    come(app, session)
    assert was_here(session, timedelta(minutes=2))
    clock.shift(timedelta(hours=1))
    come(app, session)
    assert not was_here(session, timedelta(minutes=30))


def test_what_the_dead_one_had_claimed_is_due_at_once(app: Flask, session: Session) -> None:
    put_letter(session)
    for owner in (presence.own_name(), "another"):
        presence.announce(session, owner, our_clock.now())
    claiming.claim(session, "another", our_clock.now(), 1)
    claiming.claim(session, presence.own_name(), our_clock.now(), 2)
    session.commit()
    come(app, session)
    assert [row.owner for row in rows(session)] == ["another", None, None]
    assert look(app) == 2
    assert states(session) == {"queued": 1, "accepted": 2}


def test_one_that_lives_loses_its_claims_and_hands_nothing_over_twice(
    app: Flask, session: Session
) -> None:
    put_letter(session)
    presence.announce(session, presence.own_name(), our_clock.now())
    claimed = claiming.claim(session, presence.own_name(), our_clock.now(), 3)
    session.commit()
    come(app, session)
    assert look(app) == 3
    assert claiming.permit(session, claimed, our_clock.now()) == []
