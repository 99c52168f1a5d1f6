"""When the sessions of a notice take place, on any wall and across any change of its clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.notices import occurring, planning
from hrsite.notices.models import ChangedDay, Rhythm, SessionNotice

ZONES = (
    "America/Toronto",
    "America/St_Johns",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def series(zone: str, first_on: date, at: time, last_on: date | None = None) -> SessionNotice:
    notice = SessionNotice(
        rhythm=Rhythm.WEEKLY, first_on=first_on, start_time=at, length_minutes=60,
        zone_name=zone, last_on=last_on,
    )  # fmt: skip
    planning.settle(notice)
    return notice


def walls(notice: SessionNotice, since: datetime, count: int) -> list[str]:
    zone = ZoneInfo(notice.zone_name)
    found = islice(occurring.occurrences(notice, since), count)
    return [f"{one.starts_at.astimezone(zone):%d %b %H:%M}" for one in found]


@given(
    st.sampled_from(ZONES),
    st.dates(date(2005, 1, 1), date(2040, 1, 1)),
    st.times(),
    st.integers(0, 120),
)
def test_a_series_keeps_its_wall_time_in_every_week(
    zone_name: str, first_on: date, at: time, weeks: int
) -> None:
    at, zone = at.replace(second=0, microsecond=0), ZoneInfo(zone_name)
    notice = series(zone_name, first_on, at)
    since = datetime.combine(first_on + timedelta(weeks=weeks), time(), UTC)
    found = list(islice(occurring.occurrences(notice, since), 60))
    assert len(found) == 60
    for one in found:
        local = one.starts_at.astimezone(zone)
        wanted = datetime.combine(one.planned_on, at)
        assert local.date() == one.planned_on
        assert (one.planned_on - first_on).days % 7 == 0
        late = local.replace(tzinfo=None) - wanted
        # A wall that never shows the hour shows it so much later; else it is the hour itself, and
        # of two the first.
        is_real = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(
            tzinfo=None
        ) == wanted  # fmt: skip
        assert (late == timedelta()) is is_real
        assert timedelta() <= late <= 2 * HOUR
        assert local.fold == 0
        assert one.ends_at - one.starts_at == HOUR
    starts = [one.starts_at for one in found]
    assert starts == sorted(set(starts))
    assert all(one.ends_at > since for one in found)


@pytest.mark.parametrize(
    ("zone", "first_on", "at", "wanted"),
    [
        ("America/Toronto", date(2026, 3, 1), time(2, 30),
         ["01 Mar 02:30", "08 Mar 03:30", "15 Mar 02:30"]),
        ("America/St_Johns", date(2026, 3, 1), time(2, 30),
         ["01 Mar 02:30", "08 Mar 03:30", "15 Mar 02:30"]),
        ("Europe/London", date(2026, 3, 22), time(1, 15),
         ["22 Mar 01:15", "29 Mar 02:15", "05 Apr 01:15"]),
        # Half an hour.
        ("Australia/Lord_Howe", date(2026, 9, 27), time(2, 10),
         ["27 Sep 02:10", "04 Oct 02:40", "11 Oct 02:10"]),
        # Back for Ramadan, and forward after it.
        ("Africa/Casablanca", date(2026, 3, 15), time(2, 30),
         ["15 Mar 02:30", "22 Mar 03:30", "29 Mar 02:30"]),
        # Friday 30 December 2011 never was.
        ("Pacific/Apia", date(2011, 12, 23), time(19), ["23 Dec 19:00", "06 Jan 19:00"]),
    ],
)  # fmt: skip
def test_in_the_hour_that_is_left_out_it_begins_later(
    zone: str, first_on: date, at: time, wanted: list[str]
) -> None:
    since = datetime.combine(first_on, time(), UTC) - timedelta(days=1)
    assert walls(series(zone, first_on, at), since, len(wanted)) == wanted


@pytest.mark.parametrize(
    ("zone", "day", "at", "utc"),
    [
        ("America/Toronto", date(2026, 11, 1), time(1, 30), (5, 30)),
        ("America/St_Johns", date(2026, 11, 1), time(1, 30), (4, 0)),
        ("Europe/London", date(2026, 10, 25), time(1, 30), (0, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), (14, 45)),
        ("Africa/Casablanca", date(2026, 2, 15), time(2, 30), (1, 30)),
    ],
)
def test_of_an_hour_that_comes_twice_it_takes_the_first(
    zone: str, day: date, at: time, utc: tuple[int, int]
) -> None:
    notice = series(zone, day - timedelta(weeks=2), at)
    one = occurring.on_day(notice, day)
    assert one
    assert (one.starts_at.hour, one.starts_at.minute) == utc


THURSDAY = date(2026, 6, 4)
NOON = datetime(2026, 6, 2, 16, tzinfo=UTC)


def group(last_on: date | None = None, *changes: ChangedDay) -> SessionNotice:
    notice = series("America/Toronto", THURSDAY, time(19), last_on)
    notice.changed_days.extend(changes)
    planning.settle(notice)
    return notice


def test_one_of_a_series_is_cancelled_or_moved_alone() -> None:
    second, third = THURSDAY + timedelta(weeks=1), THURSDAY + timedelta(weeks=2)
    notice = group(
        None,
        ChangedDay(planned_on=THURSDAY, cancelled_at=NOON),
        ChangedDay(planned_on=second, moved_to_on=third + timedelta(days=1), moved_to_time=time(9)),
    )
    some = occurring.some(notice, NOON, 4)
    assert [one.state for one in some] == ["cancelled", "on", "moved", "on"]
    assert some[2].planned_on == second
    assert some[2].moved_from_at == datetime(2026, 6, 11, 23, tzinfo=UTC)
    assert occurring.next_of(notice, NOON) == some[1]


def test_a_series_is_over_with_its_last_day_wherever_that_was_moved() -> None:
    last = THURSDAY + timedelta(weeks=2)
    notice = group(last + timedelta(days=3))
    assert notice.ends_at == datetime(2026, 6, 19, 0, tzinfo=UTC)
    moved = ChangedDay(
        planned_on=last, moved_to_on=last + timedelta(days=1), moved_to_time=time(19)
    )
    assert group(last, moved).ends_at == datetime(2026, 6, 20, 0, tzinfo=UTC)
    assert group().ends_at is None


@given(st.integers(0, 30), st.data())
def test_the_last_that_takes_place_is_found_without_looking_at_all(
    weeks: int, data: st.DataObject
) -> None:
    last_on = THURSDAY + timedelta(weeks=weeks, days=data.draw(st.integers(0, 6)))
    notice = group(last_on)
    for week in data.draw(st.sets(st.integers(0, weeks))):
        day, by = THURSDAY + timedelta(weeks=week), data.draw(st.integers(-60, 60) | st.none())
        change = ChangedDay(planned_on=day, cancelled_at=NOON)
        if by is not None:
            to = day + timedelta(days=by)
            change = ChangedDay(planned_on=day, moved_to_on=to, moved_to_time=time(9))
        notice.changed_days.append(change)
    planning.settle(notice)
    takes_place = [
        one for one in occurring.occurrences(notice, NOON - timedelta(days=90))
        if not one.is_cancelled
    ]  # fmt: skip
    last, starts = occurring.last_of(notice), [one.starts_at for one in takes_place]
    assert (last and last.starts_at) == max(starts, default=None)
    assert last is None or (notice.ends_at and last.ends_at <= notice.ends_at)


def test_a_series_that_is_called_off_is_told_of_for_two_more_sessions() -> None:
    notice = group()
    notice.cancelled_at = NOON
    planning.settle(notice)
    some = occurring.some(notice, NOON, 9)
    assert [one.planned_on for one in some] == [THURSDAY, THURSDAY + timedelta(weeks=1)]
    assert all(one.is_cancelled for one in some)
    assert notice.ends_at == some[-1].ends_at
    assert occurring.next_of(notice, NOON) is None


def test_it_is_over_at_its_end_and_not_before() -> None:
    notice = group()
    one = occurring.some(notice, NOON, 1)[0]
    assert occurring.some(notice, one.ends_at - MINUTE, 1) == [one]
    assert occurring.some(notice, one.ends_at, 1)[0].planned_on == THURSDAY + timedelta(weeks=1)


def test_a_day_the_rule_does_not_have_is_nothing() -> None:
    notice = group(THURSDAY + timedelta(weeks=1))
    assert occurring.on_day(notice, THURSDAY)
    for day in (THURSDAY + timedelta(days=1), THURSDAY - timedelta(weeks=1), date(2000, 1, 1)):
        assert occurring.on_day(notice, day) is None
    assert occurring.on_day(notice, THURSDAY + timedelta(weeks=2)) is None


def test_what_holds_until_further_notice_has_no_sessions() -> None:
    notice = SessionNotice(rhythm=Rhythm.STANDING, zone_name="UTC")
    assert occurring.some(notice, NOON, 3) == []
    assert occurring.span(notice) == (None, None)
