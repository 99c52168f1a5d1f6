"""A letter in the air when its worker is killed: that is said, and the numbers add up."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import uncertain
from hrsite.newsletter.models import Issue
from hrsite.outbox import presence
from hrsite.outbox.models import Delivery, DeliveryState
from tests import factories
from tests.newsletter.test_desk_issues import page_of
from tests.outbox.ledger import READERS, becomes, rows

pytestmark = pytest.mark.usefixtures("clock")
MINUTE = timedelta(minutes=1)
KNOWN_BY = "should have a result by 10:15 am, if only “Not known”."


@pytest.fixture
def issue(session: Session) -> Issue:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, title="Small steps", send_to_readers=True)
    (issue,) = factories.open_issues(session)
    return issue


def leave(session: Session, copy: Delivery) -> None:
    """A worker has its permit, and is killed."""
    now = our_clock.now()
    becomes(session, copy, DeliveryState.SENDING, changed_at=now, lease_until=now + 15 * MINUTE)


def test_what_left_minutes_ago_is_said_under_waiting(
    session: Session, coach: FlaskClient, issue: Issue, clock: time_machine.Traveller
) -> None:
    accepted, flying, _ = rows(session)
    becomes(session, accepted, DeliveryState.ACCEPTED)
    leave(session, flying)
    assert "may be on its way" not in page_of(coach, issue.id)
    clock.shift(3 * MINUTE)
    presence.announce(session, "one", our_clock.now())
    session.commit()
    page = page_of(coach, issue.id)
    assert f"Written down, and not handed over yet. 1 may be on its way. It {KNOWN_BY}" in page
    assert [int(number) for number in re.findall(r'class="number[^>]*>(\d+)', page)] == [1, 2, 3]
    told = coach.post("/desk/subscribers", data={"address": READERS[1]}).text
    assert f"It may be on its way. It {KNOWN_BY}" in " ".join(told.split())
    # Nobody looks: by when it is known then, nobody can tell.
    clock.shift(15 * MINUTE)
    page = page_of(coach, issue.id)
    assert "1 may be on its way." in page
    assert "should have a result" not in page


def test_where_nothing_else_waits_it_is_not_said_to_be_not_handed_over(
    session: Session, coach: FlaskClient, issue: Issue, clock: time_machine.Traveller
) -> None:
    one, two, three = rows(session)
    becomes(session, one, DeliveryState.ACCEPTED)
    leave(session, two)
    leave(session, three)
    clock.shift(3 * MINUTE)
    page = page_of(coach, issue.id)
    assert f"2 may be on their way. They {KNOWN_BY}" in page
    assert "not handed over yet" not in page
    told = uncertain.in_the_air(session, issue.message_id, our_clock.now())
    until = session.scalar(select(Delivery.lease_until).where(Delivery.id == two.id))
    assert told == (2, until)
