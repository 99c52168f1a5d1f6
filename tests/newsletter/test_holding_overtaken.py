"""What nobody waits for any more is not held after an absence, and costs no look anything."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
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
