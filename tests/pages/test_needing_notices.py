"""What needs the coach about letters of session notices that can go no more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.notices.models import SessionNotice
from hrsite.pages.need import Need
from hrsite.pages.needing import needs
from tests import factories

pytestmark = pytest.mark.usefixtures("clock")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def planned(session: Session, **facts: Any) -> SessionNotice:
    """A session on Thursday at 7 pm, whose letter goes on Wednesday at 10 am."""
    plan = {"title": "The group", "send_to_readers": True, "send_at": our_clock.now() + DAY}
    return factories.make_notice(session, **plan | facts)


def told(session: Session) -> list[Need]:
    session.rollback()
    return [need for need in needs(session, our_clock.now()) if "The letter of" in need.text]


def test_a_letter_that_the_server_slept_through_is_told_until_she_leaves_it(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    notice = planned(session)
    clock.shift(2 * DAY + 8 * HOUR)
    assert told(session) == []  # It goes at the next look.
    clock.shift(HOUR - timedelta(minutes=15))
    (need,) = told(session)
    assert need.text.replace("\u00a0", " ") == (
        "The letter of “The group” was to go out on Wednesday 3 June 2026 at 10:00 am, Toronto"
        " time, and did not. Nobody has got it, and it is too late for it now."
    )
    assert need.label == "Look at it"
    clock.shift(20 * DAY)
    assert len(told(session)) == 1
    clock.move_to(our_clock.now() - 20 * DAY)
    (press,) = need.presses
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    answer = coach.post(f"/desk/notices/{notice.id}/readers", data=press.boxes | {"back": "home"})
    assert answer.location == "/desk/"
    assert told(session) == []


def test_a_letter_that_is_planned_for_too_late_is_told_while_it_still_can_go(
    coach: FlaskClient, session: Session
) -> None:
    planned(session, starts_at=our_clock.now() + 3 * HOUR)
    (need,) = told(session)
    assert "That is too late: the session begins on Tuesday 2 June at 1:00" in need.text
    assert need.label == "Choose another time"
    for page in ("/desk/", "/desk/health"):
        assert "The letter of “The group” was to go out on" in coach.get(page).text


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"starts_at": None},
        {"send_to_readers": False},
        {"published_at": None},
        {"cancelled_at": datetime(2026, 6, 2, 13, tzinfo=UTC)},
    ],
    ids=["in time", "until further notice", "on the site only", "draft", "cancelled"],
)
def test_nothing_is_said_of_a_letter_that_goes_or_is_not_wanted(
    session: Session, facts: dict[str, Any]
) -> None:
    start = {} if facts in ({}, {"starts_at": None}) else {"starts_at": our_clock.now() + 3 * HOUR}
    planned(session, **start | facts)
    assert told(session) == []


def test_a_letter_that_went_is_not_told(session: Session, clock: time_machine.Traveller) -> None:
    planned(session, send_at=our_clock.now())
    factories.open_issues(session)
    clock.shift(3 * DAY)
    assert told(session) == []


def test_what_is_older_than_a_month_is_no_news(
    session: Session, clock: time_machine.Traveller
) -> None:
    planned(session)
    clock.shift(32 * DAY)
    assert told(session) == []
