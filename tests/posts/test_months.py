"""Months on the coach's calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.posts.months import Month

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
MOMENTS = st.integers(-600_000_000, 5_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(MOMENTS, ZONES)
def test_every_moment_lies_in_the_month_it_is_of(moment: datetime, zone: ZoneInfo) -> None:
    month = Month.of(moment, zone)

    assert month.is_real()
    assert Month.read(month.key) == month
    # Where a zone skipped a midnight, its month begins with what the clocks showed instead.
    assert month.begins_at(zone) - timedelta(hours=1) <= moment
    assert moment < month.ends_at(zone) + timedelta(hours=1)


@pytest.mark.parametrize("zone", ["America/Toronto", "Asia/Tokyo", "Australia/Sydney", "UTC"])
def test_months_follow_each_other_without_a_gap(zone: str) -> None:
    month, there = Month(2024, 11), ZoneInfo(zone)
    for _ in range(30):
        assert month.ends_at(there) == month.following().begins_at(there)
        assert Month.of(month.begins_at(there), there) == month
        assert Month.of(month.ends_at(there) - timedelta(seconds=1), there) == month
        month = month.following()


def test_the_year_ends_after_december() -> None:
    assert Month(2026, 12).following() == (2027, 1)
    assert Month(2026, 12).name == "December 2026"
    assert not Month(2026, 13).is_real()
    assert not Month(0, 1).is_real()
