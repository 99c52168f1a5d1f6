"""What is held once more names its newest hour; what nobody waits for is not held at all."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import furniture
from hrsite.newsletter import holding
from hrsite.newsletter.models import Issue
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.conftest import AppMaker
from tests.newsletter.histories import look
from tests.outbox.ledger import READERS, becomes, rows
from tests.statements import noted_statements

pytestmark = pytest.mark.usefixtures("clock")
Deed = Callable[[Session, Issue], object]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=30)


def drop(session: Session, issue: Issue) -> None:
    holding.drop(session, issue, our_clock.now())


def come_too_late(session: Session, issue: Issue) -> None:
    for row in rows(session, issue.message_id):
        becomes(session, row, DeliveryState.EXPIRED)


@pytest.mark.parametrize("ended", [drop, come_too_late])
def test_what_is_over_is_neither_held_nor_looked_at_again(
    app: Flask, session: Session, clock: time_machine.Traveller, ended: Deed
) -> None:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    for _ in range(3):
        factories.make_post(session, send_to_readers=True)
    for issue in factories.open_issues(session):
        ended(session, issue)
    session.commit()
    look(app)
    clock.shift(timedelta(hours=9))  # Nobody is there.
    look(app)
    session.expire_all()
    assert [one.message.paused_at for one in session.scalars(select(Issue))] == [None] * 3
    with noted_statements() as said:
        holding.hold_overtaken(session, our_clock.now())
    assert len(said) == 1


def set_for_later(session: Session, issue: Issue) -> datetime:
    at = our_clock.now() + timedelta(days=1)
    holding.reschedule(session, issue, at, our_clock.now())
    return at


def send_now(session: Session, issue: Issue) -> datetime:
    holding.go_on(issue, our_clock.now())
    return our_clock.now()


@pytest.mark.parametrize("deed", [set_for_later, send_now])
def test_held_once_more_it_names_the_hour_that_she_chose_last(
    app: Flask,
    session: Session,
    clock: time_machine.Traveller,
    deed: Callable[[Session, Issue], datetime],
) -> None:
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    look(app)
    clock.shift(timedelta(hours=9))  # Nobody is there.
    look(app)
    issue = session.scalars(select(Issue)).one()
    assert issue.message.pause_kind == "late"
    at = deed(session, issue)
    session.commit()
    clock.move_to(at + timedelta(hours=9))  # Nobody is there again.
    look(app)
    session.expire_all()
    assert issue.message.pause_reason == f"This was due on {furniture.moment(at)}."
