"""A session that is moved to the time it has: she is told, and nothing changes."""

from datetime import date

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.notices.test_desk_moving import TO_FRIDAY, do, now, once, series


@pytest.fixture(autouse=True)
def a_clock(clock: time_machine.Traveller) -> None:
    """A Tuesday."""


@pytest.mark.parametrize("mended", [{}, {"is_mistake": "y"}])
def test_moved_to_the_time_it_has_nothing_changes_and_she_is_told(
    coach: FlaskClient, session: Session, mended: dict[str, str]
) -> None:
    notice = once(session)
    address = f"/desk/notices/{notice.id}/move"
    boxes = {"date": "2026-06-04", "time": "19:00", "version": "1"} | mended
    review = coach.post(address, data=boxes | {"act": "review"})
    assert review.status_code == 422
    assert "That is the time it has now." in review.text
    pressed = coach.post(address, data=boxes | {"act": "move"})
    assert "That is the time it has now." in coach.get(pressed.location).text
    assert "It has moved" not in coach.get(pressed.location).text
    assert (now(session).version, now(session).moved_from_at) == (1, None)


def test_one_day_of_a_series_moved_to_where_it_is_stays_as_it_is(
    coach: FlaskClient, session: Session
) -> None:
    notice = series(session)
    address = f"/desk/notices/{notice.id}/move"
    here = {"which": "2026-06-04", "date": "2026-06-04", "time": "19:00", "act": "review"}
    assert "That is the time it has now." in coach.post(address, data=here).text
    whole = here | {"which": "all"}
    assert "That is the time it has now." in coach.post(address, data=whole).text
    do(coach, notice, "move", which="2026-06-04", **TO_FRIDAY)
    there = {"which": "2026-06-04", **TO_FRIDAY, "act": "review"}
    assert "That is the time it has now." in coach.post(address, data=there).text
    do(coach, now(session), "move", which="2026-06-04", date="2026-06-04", time="19:00")
    assert now(session).changed_days == []


@pytest.mark.parametrize("act", ["review", "move"])
def test_a_series_does_not_move_beyond_its_last_day_where_none_of_it_would_be_left(
    coach: FlaskClient, session: Session, act: str
) -> None:
    notice = series(session)
    notice.last_on = date(2026, 6, 25)
    session.commit()
    boxes = {"which": "all", "date": "2026-07-03", "time": "19:00", "version": "1", "act": act}
    answer = coach.post(f"/desk/notices/{notice.id}/move", data=boxes)
    assert answer.status_code == 422
    assert "Its last day is" in answer.text
    assert (now(session).version, now(session).first_on) == (1, date(2026, 6, 4))


def test_a_cancelled_day_may_be_moved_to_its_own_hour(coach: FlaskClient, session: Session) -> None:
    notice = series(session)
    do(coach, notice, "cancel", which="2026-06-04")
    do(coach, now(session), "move", which="2026-06-04", date="2026-06-04", time="19:00")
    assert now(session).changed_days == []
