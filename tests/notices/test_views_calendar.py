"""Calendar files over the web: one notice, and the calendar to follow."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.notices import planning
from hrsite.notices.models import ChangedDay, Rhythm, SessionNotice
from tests.factories import make_notice
from tests.notices.calendars import ZONES, by_icalendar

pytestmark = pytest.mark.usefixtures("clock")

FEED = "/notices/calendar.ics"


def make_series(session: Session, **changes: object) -> SessionNotice:
    """Every Thursday at seven in the evening, from the first of this week on."""
    facts: dict[str, object] = {
        "slug": "thursdays",
        "starts_at": None,
        "rhythm": Rhythm.WEEKLY,
        "first_on": date(2026, 6, 4),
        "start_time": time(19),
        "length_minutes": 60,
    } | changes
    return make_notice(session, **facts)


def change(session: Session, notice: SessionNotice, **changes: object) -> None:
    """What the coach does to it, as far as a calendar sees."""
    for name, value in changes.items():
        setattr(notice, name, value)
    planning.settle(notice)
    planning.raise_sequence(notice)
    session.commit()


def test_a_notice_has_a_file_that_says_when_and_no_more(
    client: FlaskClient, session: Session
) -> None:
    notice = make_notice(session, slug="group", title="Naloxone evening", place="Needle exchange")
    page = client.get("/notices/group").text
    assert 'href="/notices/group.ics"' in page
    assert "Add to your calendar" in page

    answer = client.get("/notices/group.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'inline; filename="appointment.ics"'
    assert "Set-Cookie" not in answer.headers
    (found,) = by_icalendar(answer.data)
    assert notice.starts_at is not None
    assert found["starts"] == notice.starts_at.timestamp()
    assert found["ends"] - found["starts"] == 3600
    assert (found["title"], found["place"]) == ("Appointment", "")
    for words in ("naloxone", "needle", "booking letter", "group", "localhost", "jordan"):
        assert words not in answer.text.lower()


def test_the_title_and_the_place_stand_in_it_when_the_coach_wants(
    client: FlaskClient, session: Session
) -> None:
    make_notice(session, slug="open", title="Open day", place="Library", tells_in_calendar=True)
    for address in ("/notices/open.ics", FEED):
        answer = client.get(address)
        (found,) = by_icalendar(answer.data)
        assert (found["title"], found["place"]) == ("Open day", "Library")
        assert "booking letter" not in answer.text


def test_what_has_no_time_or_is_not_public_has_no_file(
    client: FlaskClient, session: Session
) -> None:
    make_notice(session, slug="always", starts_at=None)
    make_notice(session, slug="draft", published_at=None)
    for slug in ("always", "draft", "nothing", "~odd"):
        assert client.get(f"/notices/{slug}.ics").status_code == 404
    assert "Add to your calendar" not in client.get("/notices/always").text
    assert by_icalendar(client.get(FEED).data) == []


def test_a_change_is_seen_at_once_under_the_same_name_with_a_higher_number(
    client: FlaskClient, session: Session
) -> None:
    notice = make_notice(session, slug="group")
    addresses = (FEED, "/notices/group.ics")
    before = {address: client.get(address) for address in addresses}
    for address in addresses:
        tag = {"If-None-Match": before[address].headers["ETag"]}
        assert client.get(address, headers=tag).status_code == 304

    assert notice.start_time is not None
    change(session, notice, start_time=time(20))

    for address in addresses:
        tag = {"If-None-Match": before[address].headers["ETag"]}
        after = client.get(address, headers=tag)
        assert after.status_code == 200
        (old,), (new,) = by_icalendar(before[address].data), by_icalendar(after.data)
        assert new["uid"] == old["uid"]
        assert new["sequence"] > old["sequence"]
        assert new["starts"] - old["starts"] == 3600

    change(session, notice, cancelled_at=our_clock.now())
    for address in addresses:
        (called_off,) = by_icalendar(client.get(address).data)
        assert called_off["status"] == "CANCELLED"
        assert called_off["uid"] == old["uid"]
    page = client.get("/notices/group").text
    assert "Add to your calendar" not in page
    assert "If you added it before, it will stand there as cancelled." in page


@pytest.mark.parametrize("zone", ZONES)
def test_a_series_keeps_its_hour_on_the_wall_through_the_year(
    client: FlaskClient, session: Session, zone: str
) -> None:
    make_series(session, zone_name=zone)
    found = by_icalendar(client.get("/notices/thursdays.ics").data)
    assert len(found) == 26
    walls = [datetime.fromtimestamp(one["starts"], ZoneInfo(zone)) for one in found]
    assert {wall.time() for wall in walls} == {time(19)}
    assert [wall.date() for wall in walls] == [
        date(2026, 6, 4) + timedelta(weeks=number) for number in range(26)
    ]
    assert len({one["uid"] for one in found}) == 26


def test_one_day_of_a_series_is_called_off_and_another_has_moved(
    client: FlaskClient, session: Session
) -> None:
    notice = make_series(session)
    before = by_icalendar(client.get(FEED).data)
    notice.changed_days = [
        ChangedDay(planned_on=date(2026, 6, 11), cancelled_at=our_clock.now()),
        ChangedDay(
            planned_on=date(2026, 6, 18), moved_to_on=date(2026, 6, 19), moved_to_time=time(18)
        ),
    ]
    change(session, notice)
    after = {one["uid"]: one for one in by_icalendar(client.get(FEED).data)}
    same, called_off, moved = (after[one["uid"]] for one in before[:3])
    assert (same["status"], same["starts"]) == ("CONFIRMED", before[0]["starts"])
    assert called_off["status"] == "CANCELLED"
    assert moved["starts"] - before[2]["starts"] == 23 * 3600


def test_a_series_that_ends_for_good_calls_every_day_off_that_a_calendar_may_hold(
    client: FlaskClient, session: Session
) -> None:
    notice = make_series(session)
    before = by_icalendar(client.get("/notices/thursdays.ics").data)
    change(session, notice, cancelled_at=our_clock.now())
    after = by_icalendar(client.get("/notices/thursdays.ics").data)
    assert [one["uid"] for one in after] == [one["uid"] for one in before]
    assert {one["status"] for one in after} == {"CANCELLED"}


def test_a_series_that_moves_to_another_weekday_calls_its_former_days_off(
    client: FlaskClient, session: Session
) -> None:
    notice = make_series(session)
    before = by_icalendar(client.get("/notices/thursdays.ics").data)
    assert notice.starts_at is not None
    change(session, notice, moved_from_at=notice.starts_at, first_on=date(2026, 6, 5))
    after = by_icalendar(client.get("/notices/thursdays.ics").data)
    on = [one for one in after if one["status"] == "CONFIRMED"]
    off = [one for one in after if one["status"] == "CANCELLED"]
    assert [one["uid"] for one in off] == [one["uid"] for one in before]
    assert [one["starts"] for one in off] == [one["starts"] for one in before]
    assert datetime.fromtimestamp(on[0]["starts"], UTC).date() == date(2026, 6, 5)
    # Who follows takes the calendar whole, and has them no more.
    assert {one["status"] for one in by_icalendar(client.get(FEED).data)} == {"CONFIRMED"}


def test_what_is_over_leaves_the_calendar_that_is_followed(
    client: FlaskClient, clock: time_machine.Traveller, session: Session
) -> None:
    make_notice(session)
    assert len(by_icalendar(client.get(FEED).data)) == 1
    clock.shift(timedelta(days=3))
    assert by_icalendar(client.get(FEED).data) == []


def test_it_is_said_how_to_follow(client: FlaskClient) -> None:
    page = client.get("/follow").text
    assert 'value="http://localhost/notices/calendar.ics"' in page
    assert 'href="/follow#calendar"' in client.get("/notices/").text
