"""When digests are due: on the coach's clock, through summer and winter."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.newsletter.rhythm import monthly_moment, months_later, weekly_moment

TORONTO = ZoneInfo("America/Toronto")
FRIDAY, SUNDAY = 4, 6


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-05T11:59Z", "2026-05-29T12:00Z"),
        ("2026-06-05T12:00Z", "2026-06-05T12:00Z"),
        ("2026-06-11T23:00Z", "2026-06-05T12:00Z"),
        # Winter time begins on Sunday 1 November, summer time on Sunday 8 March.
        ("2026-11-06T12:59Z", "2026-10-30T12:00Z"),
        ("2026-11-06T13:00Z", "2026-11-06T13:00Z"),
        ("2026-03-13T12:00Z", "2026-03-13T12:00Z"),
    ],
)
def test_the_weekly_letter_is_due_at_eight_summer_and_winter(now: str, expected: str) -> None:
    moment = weekly_moment(datetime.fromisoformat(now), FRIDAY, 8, TORONTO)
    assert moment == datetime.fromisoformat(expected)


def test_an_hour_the_clocks_leave_out_or_show_twice_comes_once() -> None:
    left_out = weekly_moment(datetime(2026, 3, 10, tzinfo=UTC), SUNDAY, 2, TORONTO)
    assert left_out == datetime(2026, 3, 8, 7, tzinfo=UTC)
    twice = weekly_moment(datetime(2026, 11, 3, tzinfo=UTC), SUNDAY, 1, TORONTO)
    assert twice == datetime(2026, 11, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-05T11:59Z", "2026-05-01T12:00Z"),
        ("2026-06-05T12:00Z", "2026-06-05T12:00Z"),
        ("2026-07-02T12:00Z", "2026-06-05T12:00Z"),
        ("2026-05-01T12:00Z", "2026-05-01T12:00Z"),
        # The first Friday of this month lies in winter time, and now is summer.
        ("2026-03-20T12:00Z", "2026-03-06T13:00Z"),
    ],
)
def test_the_monthly_letter_is_due_on_the_first_such_day(now: str, expected: str) -> None:
    moment = monthly_moment(datetime.fromisoformat(now), FRIDAY, 8, TORONTO)
    assert moment == datetime.fromisoformat(expected)


@given(
    st.integers(1_577_836_800, 2_208_988_800).map(
        lambda second: datetime.fromtimestamp(second, UTC)
    ),
    st.integers(0, 6),
    st.integers(0, 23),
    st.sampled_from(["UTC", "America/Toronto", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_there_is_one_each_week_and_it_has_come(
    now: datetime, weekday: int, hour: int, zone: str
) -> None:
    moment = weekly_moment(now, weekday, hour, ZoneInfo(zone))
    local = moment.astimezone(ZoneInfo(zone))
    assert moment <= now
    assert local.weekday() == weekday
    assert (now - moment).total_seconds() < 8 * 24 * 3600
    assert monthly_moment(now, weekday, hour, ZoneInfo(zone)) <= moment


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        ("2026-06-02T14:00Z", 1, "2026-07-02T14:00Z"),
        ("2026-01-31T14:00Z", 1, "2026-02-28T14:00Z"),
        ("2026-11-30T14:00Z", 3, "2027-02-28T14:00Z"),
        # Ten in the morning, before the clocks change and after.
        ("2026-10-15T14:00Z", 1, "2026-11-15T15:00Z"),
    ],
)
def test_a_pause_ends_on_the_same_day_of_the_month(now: str, months: int, expected: str) -> None:
    end = months_later(datetime.fromisoformat(now), months, TORONTO)
    assert end == datetime.fromisoformat(expected)
