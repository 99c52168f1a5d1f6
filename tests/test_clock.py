"""The clock: aware, in UTC, and read aloud in the coach's own zone."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from hrsite import clock, create_app
from tests.conftest import settings_for


def test_now_is_aware_and_in_utc() -> None:
    with time_machine.travel(datetime(2026, 6, 2, 14, 0, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
        assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 6, 2, 3, 30, tzinfo=UTC), "2026-06-01 23:30"),
        # The night the clocks go forward, and the hour that comes twice when they go back.
        (datetime(2026, 3, 8, 6, 59, tzinfo=UTC), "2026-03-08 01:59"),
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "2026-03-08 03:00"),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), "2026-11-01 01:30"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01 01:30"),
    ],
)
def test_a_moment_is_read_on_the_coachs_own_clock(
    tmp_path: Path, moment: datetime, said: str
) -> None:
    with create_app(settings_for(tmp_path)).app_context():
        assert f"{clock.local(moment):%Y-%m-%d %H:%M}" == said
        # Not compared as it is: Python finds a time that comes twice unlike any other zone's.
        assert clock.local(moment).astimezone(UTC) == moment
