"""Where a notice shows, and that each place changes by itself when time passes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.notices.models import ChangedDay, Rhythm, SessionNotice
from tests.factories import make_notice, make_post

PLACES = ("/posts/", "/", "/notices/", "/notices/group", "/posts/kept", "/?plain=1")
THURSDAY = date(2026, 6, 4)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture(autouse=True)
def an_article(session: Session, clock: time_machine.Traveller) -> None:
    make_post(session, slug="kept")


def series(session: Session, *changes: ChangedDay, **facts: Any) -> SessionNotice:
    """Every Thursday at seven in the evening, from the day after tomorrow on."""
    known = {
        "slug": "group", "title": "Evening group", "rhythm": Rhythm.WEEKLY, "first_on": THURSDAY,
        "start_time": time(19), "length_minutes": 60, "changed_days": list(changes),
    }  # fmt: skip
    return make_notice(session, starts_at=None, **known | facts)


def seen(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return " ".join(page.text.replace("\u00a0", " ").split())


def bar(client: FlaskClient, path: str = "/posts/") -> str:
    return seen(client, path).partition('class="notice-bar"')[2].partition("</aside>")[0]


@pytest.mark.parametrize("path", PLACES)
def test_a_series_shows_its_next_day_and_goes_on_to_the_one_after(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, path: str
) -> None:
    series(session)
    assert "Thursday 4 June" in seen(client, path)
    clock.move_to(datetime(2026, 6, 4, 23, 59, 59, tzinfo=UTC))
    assert "Thursday 4 June" in seen(client, path)
    clock.shift(1)
    assert "Thursday 4 June" not in seen(client, path)
    assert "Thursday 11 June at 7:00 pm" in seen(client, path)


@pytest.mark.parametrize("path", PLACES)
def test_a_series_with_a_last_day_is_over_after_it(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, path: str
) -> None:
    series(session, last_on=THURSDAY + WEEK)
    assert "Evening group" in seen(client, path)
    clock.move_to(datetime(2026, 6, 12, 0, 0, tzinfo=UTC))
    page = seen(client, path)
    if path == "/notices/group":
        assert "This session is over" in page
    elif path == "/notices/":
        assert "Evening group" in page.partition("Over now")[2]
    else:
        assert "Evening group" not in page


@pytest.mark.parametrize("path", PLACES)
def test_what_was_cancelled_stays_marked_until_its_time_is_past(
    client: FlaskClient, session: Session, clock: time_machine.Traveller, path: str
) -> None:
    make_notice(session, slug="group", title="Evening group", cancelled_at=our_clock.now())
    assert "Cancelled</b>" in seen(client, path)
    clock.shift(timedelta(days=3))
    page = seen(client, path)
    if path == "/notices/group":
        assert "This was cancelled" in page
    else:
        assert "Evening group" not in page


@pytest.mark.parametrize("path", PLACES)
def test_what_has_moved_says_from_when(client: FlaskClient, session: Session, path: str) -> None:
    moved_from_at = datetime(2026, 6, 3, 22, 30, tzinfo=UTC)
    make_notice(session, slug="group", title="Evening group", moved_from_at=moved_from_at)
    page = seen(client, path)
    assert "Moved</b>" in page
    assert "<s>Wednesday 3 June at 6:30 pm</s>" in page
    assert "at 7:00 pm, Toronto time" in page


def test_one_day_of_a_series_is_cancelled_and_another_moved(
    client: FlaskClient, session: Session
) -> None:
    moved = ChangedDay(
        planned_on=THURSDAY + WEEK, moved_to_on=date(2026, 6, 12), moved_to_time=time(18)
    )
    series(session, ChangedDay(planned_on=THURSDAY, cancelled_at=our_clock.now()), moved)
    page = seen(client, "/notices/group")
    assert "Every Thursday at 7:00 pm, Toronto time, until 8:00 pm" in page
    assert "Cancelled</b> <s>Thursday 4 June at 7:00 pm" in page
    assert "Moved</b> to <time" in page
    assert ">Friday 12 June at 6:00 pm</time>" in page
    assert "Moved from <s>Thursday 11 June at 7:00 pm" in page
    assert "Cancelled</b>" in bar(client)
    assert "Next: <time" in bar(client)


def test_the_bar_tells_the_most_urgent_and_how_many_more_there_are(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    now = our_clock.now()
    make_notice(session, title="Always", starts_at=None)
    make_notice(session, title="Tonight", starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    make_notice(session, title="Called off", cancelled_at=now, starts_at=now + 50 * HOUR)
    assert "Tonight" in bar(client)
    assert ">and 2 more</a>" in bar(client)
    clock.shift(timedelta(hours=2))  # A change is told two days ahead, before all else.
    assert "Called off" in bar(client)
    assert ">and 1 more</a>" in bar(client)
    assert "Tonight" not in bar(client)


def test_a_notice_stands_in_its_own_zone_and_says_which(
    client: FlaskClient, session: Session
) -> None:
    series(session, zone_name="America/St_Johns")
    page = seen(client, "/notices/group")
    assert "Every Thursday at 7:00 pm, St Johns time" in page
    assert 'data-at="2026-06-04T21:30:00Z" data-zone="America/St_Johns"' in page


def test_a_series_that_moved_as_a_whole_is_news_for_two_weeks(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    series(session, moved_from_at=datetime(2026, 6, 3, 22, tzinfo=UTC))
    assert "Until now it was to be on <s>Wednesday 3 June" in seen(client, "/notices/")
    clock.move_to(datetime(2026, 6, 17, 22, tzinfo=UTC))
    assert "Wednesday 3 June" not in seen(client, "/notices/")


def test_who_it_is_for_is_said(client: FlaskClient, session: Session) -> None:
    series(session, for_whom="anybody who uses alone")
    for path in ("/notices/", "/notices/group", "/"):
        assert "anybody who uses alone" in seen(client, path)
