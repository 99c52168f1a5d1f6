"""A day and a time on the coach's clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hrsite.posts.timing import NoSuchTime, far_off, moment_of

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


@pytest.mark.parametrize(
    ("zone", "day", "wanted", "words"),
    [
        ("America/Toronto", date(2026, 3, 8), time(2, 0), "1:59 am and 3:00 am"),
        ("America/Toronto", date(2026, 3, 8), time(2, 59), "1:59 am and 3:00 am"),
        ("America/St_Johns", date(2026, 3, 8), time(2, 15), "1:59 am and 3:00 am"),
        ("Europe/London", date(2026, 3, 29), time(1, 30), "12:59 am and 2:00 am"),
        # Half an hour, and no more.
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "1:59 am and 2:30 am"),
        # At midnight, and a whole day: then the day is said too.
        ("America/Santiago", date(2026, 9, 6), time(0, 30), "11:59 pm on 5 September and 1:00 am"),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "29 December and 12:00 am on 31 December"),
    ],
)
def test_of_a_time_that_never_comes_the_nearest_real_ones_are_named(
    zone: str, day: date, wanted: time, words: str
) -> None:
    with pytest.raises(NoSuchTime) as trouble:
        moment_of(day, wanted, ZoneInfo(zone))
    assert f"{words}." in str(trouble.value)


@pytest.mark.parametrize(
    ("zone", "day", "wanted", "first", "apart"),
    [
        ("America/Toronto", date(2026, 11, 1), time(1, 30), time(5, 30), 60),
        ("America/St_Johns", date(2026, 11, 1), time(1, 0), time(3, 30), 60),
        ("Europe/London", date(2026, 10, 25), time(1, 15), time(0, 15), 60),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), time(14, 45), 30),
    ],
)
def test_a_time_that_comes_twice_is_either_moment(
    zone: str, day: date, wanted: time, first: time, apart: int
) -> None:
    one, other = (moment_of(day, wanted, ZoneInfo(zone), is_second) for is_second in (False, True))
    assert one.at.time() == first
    assert other.at - one.at == timedelta(minutes=apart)
    assert (one.comes_twice, other.comes_twice) == (True, True)


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(days=2, hours=3, minutes=59), "in 2 days 3 hours"),
        (timedelta(days=1, minutes=20), "in 1 day"),
        (timedelta(hours=1, minutes=1), "in 1 hour 1 minute"),
        (timedelta(hours=5), "in 5 hours"),
        (timedelta(seconds=119), "in 1 minute"),
        (timedelta(seconds=59), "in less than a minute"),
    ],
)
def test_how_far_off_it_is_is_said_in_words(ahead: timedelta, words: str) -> None:
    now = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
    assert far_off(now + ahead, now) == words


def test_of_an_hour_that_comes_twice_the_first_counts() -> None:
    moment = moment_of(date(2026, 11, 1), time(1, 30), TORONTO)

    assert moment.at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert moment.comes_twice
    second = moment_of(date(2026, 11, 1), time(1, 30), TORONTO, is_second=True)
    assert (second.at - moment.at, second.comes_twice) == (timedelta(hours=1), True)


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
