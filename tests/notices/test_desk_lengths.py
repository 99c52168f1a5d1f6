"""How long a session lasts, as the coach types it at the desk."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.notices.models import SessionNotice
from tests.notices.test_desk import saved, send


def test_a_session_past_midnight_ends_the_next_day(coach: FlaskClient, session: Session) -> None:
    send(coach, time="22:00", end_time="00:30")

    notice = saved(session)
    assert notice.starts_at
    assert notice.ends_at
    assert notice.ends_at - notice.starts_at == timedelta(hours=2, minutes=30)


@pytest.mark.parametrize("rhythm", ["once", "weekly"])
def test_of_a_very_long_session_she_is_asked_once(
    coach: FlaskClient, session: Session, rhythm: str
) -> None:
    long = {"end_time": "18:00", "rhythm": rhythm}
    answer = send(coach, **long)
    assert answer.status_code == 422
    asked = answer.text.replace("\u00a0", " ")
    assert "From 7:00 pm to 6:00 pm the next day is 23 hours. If that is right, tick this." in asked
    assert "Ring 3" in asked
    assert session.scalars(select(SessionNotice)).all() == []
    answer = send(coach, **long, is_long="y")
    notice = saved(session)
    assert notice.length_minutes == 23 * 60
    page = coach.get(answer.location).text
    (tick,) = re.findall(r'<input[^>]*name="is_long"[^>]*>', page)
    assert "checked" in tick
    again = send(coach, f"/desk/notices/{notice.id}", **long, is_long="y", version="1")
    assert again.status_code == 303


@pytest.mark.parametrize(("start", "end"), [("19:00", "20:30"), ("08:00", "20:00")])
def test_of_a_session_within_half_a_day_she_is_not_asked(
    coach: FlaskClient, session: Session, start: str, end: str
) -> None:
    assert 'name="is_long"' not in coach.get("/desk/notices/new").text
    assert send(coach, time=start, end_time=end).status_code == 303
    assert 'name="is_long"' not in coach.get(f"/desk/notices/{saved(session).id}").text
