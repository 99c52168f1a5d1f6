"""A stopped Issue with another time set goes out then, earlier or later than it was planned for."""

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter.models import Issue
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.conftest import AppMaker
from tests.newsletter.test_desk_issues import page_of
from tests.newsletter.test_holding import back_at_the_desk
from tests.outbox.ledger import READERS, becomes, look, rows
from tests.statements import noted_statements

pytestmark = pytest.mark.usefixtures("clock")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=30)


@pytest.fixture
def issue(session: Session) -> Issue:
    """An Issue for three readers that starts in half an hour."""
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    return issue


def set_time(coach: FlaskClient, issue_id: int, at: datetime) -> None:
    """She stops it, and lets it go at another time."""
    coach.post(f"/desk/issues/{issue_id}/stop")
    local = our_clock.local(at)
    day, hour = local.date().isoformat(), local.strftime("%H:%M")
    answer = coach.post(f"/desk/issues/{issue_id}/reschedule", data={"date": day, "time": hour})
    assert answer.status_code == 303


@pytest.mark.parametrize("minutes", [5, 60])
def test_it_goes_out_at_the_time_that_was_set_and_not_before(
    app: Flask,
    session: Session,
    coach: FlaskClient,
    issue: Issue,
    clock: time_machine.Traveller,
    minutes: int,
) -> None:
    at = our_clock.now() + minutes * MINUTE
    set_time(coach, issue.id, at)
    clock.move_to(at - timedelta(seconds=1))
    assert look(app) == 0
    assert "to 3 readers." in page_of(back_at_the_desk(app, session), issue.id)
    clock.move_to(at)
    assert look(app) == 3
    assert "3 of 3 accepted." in page_of(back_at_the_desk(app, session), issue.id)


def test_only_those_that_wait_for_the_first_start_come_earlier(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    put_off, claimed, _ = rows(session, issue.message_id)
    later = our_clock.now() + 50 * MINUTE
    becomes(session, put_off, DeliveryState.DEFERRED, next_at=later)
    claimed.owner, claimed.next_at = "a worker", later
    session.commit()
    with noted_statements() as said:
        set_time(coach, issue.id, our_clock.now() + 5 * MINUTE)
    waits = [row.next_at for row in rows(session, issue.message_id)]
    assert waits == [later, later, our_clock.now() + 5 * MINUTE]
    assert sum(one.sql.startswith("UPDATE deliveries") for one in said) == 1
