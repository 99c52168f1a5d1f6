"""Which forms are believed, and how long an answer waits."""

from datetime import UTC, datetime, timedelta

import pytest

from hrsite.newsletter import screening
from hrsite.newsletter.screening import Verdict

NOW = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
LEAST, MOST = timedelta(seconds=3), timedelta(hours=24)
MINUTE, LONGEST = timedelta(minutes=1), timedelta(hours=12)


@pytest.mark.parametrize(
    ("age", "honeypot", "verdict"),
    [
        (timedelta(seconds=2.9), "", Verdict.MACHINE),
        (timedelta(seconds=3), "", Verdict.FINE),
        (timedelta(hours=24), "", Verdict.FINE),
        (timedelta(hours=24, seconds=1), "", Verdict.STALE),
        (timedelta(hours=25), "cheap pills", Verdict.MACHINE),
        (timedelta(hours=1), "cheap pills", Verdict.MACHINE),
        # A clock that was put back: no person is that fast.
        (timedelta(seconds=-5), "", Verdict.MACHINE),
        (None, "", Verdict.STALE),
    ],
)
def test_a_form_is_judged_by_its_age_and_its_trap(
    age: timedelta | None, honeypot: str, verdict: Verdict
) -> None:
    rendered_at = None if age is None else NOW - age
    assert screening.judge(rendered_at, NOW, honeypot, LEAST, MOST) == verdict


@pytest.mark.parametrize(
    ("over", "minutes"),
    [(-5, 0), (-1, 0), (0, 1), (1, 2), (2, 4), (9, 512), (10, 720), (11, 720), (10_000, 720)],
)
def test_the_wait_doubles_up_to_the_longest(over: int, minutes: float) -> None:
    assert screening.wait(over, MINUTE, LONGEST) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("site", "origin", "is_foreign"),
    [
        (None, None, False),
        ("same-origin", None, False),
        ("none", "https://elsewhere.example", False),
        ("same-site", "http://localhost", True),
        ("cross-site", None, True),
        (None, "http://localhost", False),
        (None, "null", False),
        (None, "http://localhost:81", True),
        (None, "https://elsewhere.example", True),
    ],
)
def test_another_sites_page_is_told_by_what_the_browser_says(
    site: str | None, origin: str | None, is_foreign: bool
) -> None:
    assert screening.is_foreign(site, origin, "http://localhost") == is_foreign
