"""Calendar files to test with: odd words, odd hours, and what other programs find in them."""

import json
import os
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from icalendar import Calendar

from hrsite.notices.calendar_files import Appointment
from tests.parsers import bringing

# Half an hour forward, a quarter past, none at all since 2021, backwards for a month: each odd in
# a way of its own.
ZONES = (
    "America/Toronto",
    "America/St_Johns",
    "Europe/London",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Pacific/Apia",
)
CHANGED_AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WORDS = (
    "Group at seven",
    "a, b; c: d \\ e \\n f \\, g",
    'BEGIN:VEVENT "q" =x ^n ^\'',
    "Two\nlines\tand a tab",
    "é\N{SLIGHTLY SMILING FACE}日本語" * 30,
    "x" * 400,
    " " * 80 + "late",
)


def appointment(**changes: Any) -> Appointment:
    """A session on an evening in June, for an hour."""
    starts_at: datetime = changes.pop("starts_at", datetime(2026, 6, 4, 23, tzinfo=UTC))
    facts: dict[str, Any] = {
        "uid": "aYuyxKzCgnlqrqJVSXm1Fw-20260604",
        "sequence": 0,
        "changed_at": CHANGED_AT,
        "starts_at": starts_at,
        "ends_at": starts_at + HOUR,
    } | changes
    return Appointment(**facts)


def at_odd_hours() -> list[Appointment]:
    """Every day of a year in each zone, at an hour that comes twice on one and never on another."""
    made = []
    for name in ZONES:
        for number in range(366):
            day = date(2026, 1, 1) + timedelta(days=number)
            starts_at = datetime.combine(day, time(2, 15), ZoneInfo(name))
            uid, words = f"{name}/{day}", WORDS[number % len(WORDS)]
            made.append(appointment(uid=uid, starts_at=starts_at, title=words, place=words))
    return made


def by_icalendar(octets: bytes) -> list[dict[str, Any]]:
    """What the library that wrote it finds in it."""
    return [
        {
            "uid": str(event["UID"]),
            "sequence": int(event["SEQUENCE"]),
            "starts": event["DTSTART"].dt.timestamp(),
            "ends": event["DTEND"].dt.timestamp(),
            "title": str(event["SUMMARY"]),
            "place": str(event.get("LOCATION", "")),
            "status": str(event["STATUS"]),
        }
        for event in Calendar.from_ical(octets).walk("VEVENT")
    ]


def by_ical_js(command: list[str], octets: bytes) -> list[dict[str, Any]]:
    """What ical.js finds in it."""
    done = subprocess.run(
        command,
        input=octets,
        capture_output=True,
        env={**os.environ, "NODE_PATH": str(bringing.CACHE / "node_modules")},
    )
    assert done.returncode == 0, done.stderr.decode()
    told = json.loads(done.stdout)
    assert told["method"] == "PUBLISH"
    found: list[dict[str, Any]] = told["found"]
    return found


# Letters of every kind, with what has a meaning in a calendar file in among them.
TEXTS = st.text(
    st.sampled_from('\r\n\t,;:\\"^=nN \x00\x7f\u2028é\U0001f642') | st.characters(codec="utf-8")
)
MOMENTS = st.builds(
    datetime.fromtimestamp,
    st.integers(40_000_000, 4_000_000_000),
    tz=st.sampled_from(ZONES).map(ZoneInfo),
)
