"""One session of a series, moved and then cancelled, takes place after all where it moved to."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.notices import occurring
from hrsite.notices.models import SessionNotice
from tests.factories import sign_in
from tests.notices.test_desk_moving import do, now, series

SATURDAY = datetime(2026, 6, 6, 19, tzinfo=UTC)
THE_FIRST = {"day": "2026-06-04", "was": "cancelled"}


@pytest.fixture(autouse=True)
def a_clock(clock: time_machine.Traveller) -> None:
    """A Tuesday."""


def moved_and_cancelled(coach: FlaskClient, session: Session) -> SessionNotice:
    """Thursday's session went to Saturday at 3 pm, and was cancelled then."""
    to = {"date": "2026-06-06", "time": "15:00"}
    do(coach, series(session), "move", which="2026-06-04", **to)
    do(coach, now(session), "cancel", which="2026-06-04")
    return now(session)


def first_of(session: Session) -> tuple[datetime, str]:
    """When the next of its sessions is, and what became of it."""
    (one,) = occurring.some(now(session), our_clock.now(), 1)
    return one.starts_at, one.state


@pytest.mark.parametrize("days_later", [0, 3])
def test_it_takes_place_when_it_had_moved_to(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller, days_later: int
) -> None:
    """Also when its first day has gone by: it would be on no page any more."""
    notice = moved_and_cancelled(coach, session)
    clock.shift(days_later * 86400)
    sign_in(coach, session.scalars(select(Account)).one())
    page = coach.get(f"/desk/notices/{notice.id}").text.replace("\u00a0", " ")
    assert "It takes place after all<span" in page
    for _ in range(2):  # Pressed twice, it is pressed once.
        answer = coach.post(f"/desk/notices/{notice.id}/restore", data=THE_FIRST)
        said = coach.get(answer.location).text
        assert "It takes place after all, and every page says so." in said
        assert first_of(session) == (SATURDAY, "moved")
    assert now(session).sequence == 3


def test_one_that_had_only_moved_goes_back_to_its_usual_time(
    coach: FlaskClient, session: Session
) -> None:
    notice = moved_and_cancelled(coach, session)
    coach.post(f"/desk/notices/{notice.id}/restore", data=THE_FIRST)
    assert "As usual after all<span" in coach.get(f"/desk/notices/{notice.id}").text
    moved = THE_FIRST | {"was": "moved"}
    for _ in range(2):
        answer = coach.post(f"/desk/notices/{notice.id}/restore", data=moved)
        said = coach.get(answer.location).text
        assert "It takes place at its usual time, and every page says so." in said
    assert first_of(session) == (datetime(2026, 6, 4, 23, tzinfo=UTC), "on")
    assert (now(session).changed_days, now(session).sequence) == ([], 4)


def test_it_does_not_go_back_to_a_time_that_has_gone_by(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    notice = moved_and_cancelled(coach, session)
    coach.post(f"/desk/notices/{notice.id}/restore", data=THE_FIRST)
    clock.shift(3 * 86400)
    sign_in(coach, session.scalars(select(Account)).one())
    moved = THE_FIRST | {"was": "moved"}
    answer = coach.post(f"/desk/notices/{notice.id}/restore", data=moved)
    assert "Its usual time has gone by." in coach.get(answer.location).text
    assert first_of(session) == (SATURDAY, "moved")


def test_one_that_was_only_cancelled_takes_place_as_usual(
    coach: FlaskClient, session: Session
) -> None:
    do(coach, series(session), "cancel", which="2026-06-04")
    coach.post(f"/desk/notices/{now(session).id}/restore", data=THE_FIRST)
    (one,) = occurring.some(now(session), our_clock.now(), 1)
    assert (one.planned_on, one.state) == (date(2026, 6, 4), "on")
    assert one.starts_at.astimezone(our_clock.zone()).time() == time(19)
    assert now(session).changed_days == []
