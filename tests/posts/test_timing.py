"""A day and a time on the coach's clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hrsite.posts.timing import NoSuchTime, moment_of

TORONTO = ZoneInfo("America/Toronto")
# Half an hour of change, a whole missing day, three quarters of an hour, no change, half a step.
ODD_ZONES = ["Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu", "UTC", "America/St_Johns"]


@pytest.mark.parametrize(
    ("day", "clock_time", "expected"),
    [
        (date(2026, 6, 4), time(18, 0), datetime(2026, 6, 4, 22, 0, tzinfo=UTC)),
        (date(2026, 12, 4), time(18, 0), datetime(2026, 12, 4, 23, 0, tzinfo=UTC)),
        (date(2026, 3, 8), time(1, 59), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        (date(2026, 3, 8), time(3, 0), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_time_on_the_coach_s_clock_is_one_moment(
    day: date, clock_time: time, expected: datetime
) -> None:
    assert moment_of(day, clock_time, TORONTO) == (expected, False)


def test_a_time_that_spring_leaves_out_is_refused_in_words() -> None:
    with pytest.raises(NoSuchTime, match="clocks go forward"):
        moment_of(date(2026, 3, 8), time(2, 30), TORONTO)


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    moment = moment_of(date(2026, 11, 1), time(1, 30), TORONTO)

    assert moment.at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert moment.is_first_of_two


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_a_year_that_is_surely_a_slip_is_refused(day: date) -> None:
    with pytest.raises(NoSuchTime, match="year looks wrong"):
        moment_of(day, time(12, 0), TORONTO)


@given(
    some.dates(date(2000, 1, 1), date(2100, 12, 31)),
    some.times(),
    some.sampled_from([*ODD_ZONES, "America/Toronto"]),
)
def test_the_moment_reads_on_the_coach_s_clock_as_she_typed_it(
    day: date, clock_time: time, zone_key: str
) -> None:
    zone = ZoneInfo(zone_key)
    try:
        at = moment_of(day, clock_time, zone).at
    except NoSuchTime:
        return

    assert at.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, clock_time)
