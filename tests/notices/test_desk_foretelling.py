"""What the sentence says before a session of a series moves: what is lost, and what is too far."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.notices import occurring
from tests.factories import sign_in
from tests.notices.test_desk_moving import do, now, series

FORGOTTEN = "Single days that you moved or cancelled are forgotten."


@pytest.fixture(autouse=True)
def a_clock(clock: time_machine.Traveller) -> None:
    """A Tuesday."""


def move_all(coach: FlaskClient, session: Session) -> str:
    """What is said before the whole series moves to Fridays."""
    boxes = {"which": "all", "date": "2026-06-12", "time": "18:00", "act": "review"}
    notice = now(session)
    return coach.post(f"/desk/notices/{notice.id}/move", data=boxes | {"version": "9"}).text


@pytest.mark.parametrize(
    ("at", "is_said"),
    [
        # Its own day has gone by; it is on Saturday, at 3 pm, for an hour.
        (datetime(2026, 6, 5, 14, tzinfo=UTC), True),
        (datetime(2026, 6, 6, 19, 59, tzinfo=UTC), True),
        (datetime(2026, 6, 6, 20, tzinfo=UTC), False),
    ],
)
def test_a_session_that_moved_is_forgotten_with_a_warning_until_it_is_over(
    coach: FlaskClient,
    session: Session,
    clock: time_machine.Traveller,
    at: datetime,
    is_said: bool,
) -> None:
    do(coach, series(session), "move", which="2026-06-04", date="2026-06-06", time="15:00")
    clock.move_to(at)
    sign_in(coach, session.scalars(select(Account)).one())
    assert (FORGOTTEN in move_all(coach, session)) == is_said


def test_a_cancelled_session_of_this_evening_counts_though_it_is_tomorrow_in_london(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    notice = series(session)
    notice.length_minutes = 90
    session.commit()
    do(coach, notice, "cancel", which="2026-06-04")
    clock.move_to(datetime(2026, 6, 5, 0, 15, tzinfo=UTC))  # 8:15 pm in Toronto.
    sign_in(coach, session.scalars(select(Account)).one())
    assert FORGOTTEN in move_all(coach, session)
    clock.move_to(datetime(2026, 6, 5, 0, 30, tzinfo=UTC))
    sign_in(coach, session.scalars(select(Account)).one())
    assert FORGOTTEN not in move_all(coach, session)


def test_a_session_moved_twice_goes_no_further_than_sixty_days_from_its_first_day(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    """Else nothing would find it there: it would be on no page."""
    do(coach, series(session), "move", which="2026-06-04", date="2026-08-01", time="19:00")
    far = {"which": "2026-06-04", "date": "2026-09-28", "time": "19:00"}
    notice = now(session)
    for act in ("review", "move"):
        boxes = far | {"act": act, "version": str(notice.version)}
        answer = coach.post(f"/desk/notices/{notice.id}/move", data=boxes)
        said = answer.text.replace("\u00a0", " ")
        assert answer.status_code == 422
        assert "more than 60 days away from Thursday 4 June" in said
    do(coach, now(session), "move", which="2026-06-04", date="2026-08-03", time="19:00")
    clock.move_to(datetime(2026, 8, 2, tzinfo=UTC))
    found = occurring.some(now(session), our_clock.now(), 1)
    assert [one.planned_on for one in found] == [date(2026, 6, 4)]
