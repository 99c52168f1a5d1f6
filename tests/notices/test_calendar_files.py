"""Appointments as a calendar file: the rules of RFC 5545, the times, and what it gives away."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.notices.calendar_files import NEUTRAL_TITLE, written
from tests.notices.calendars import (
    CHANGED_AT,
    MOMENTS,
    TEXTS,
    ZONES,
    appointment,
    at_odd_hours,
    by_icalendar,
)

# RFC 5545 3.1: a name, parameters, a value; no control character but the tab.
LINE = re.compile(
    r"[A-Z0-9-]+(;[A-Z0-9-]+=(\"[^\"\x00-\x08\x0a-\x1f\x7f]*\"|[^\";:,\x00-\x1f\x7f]*))*"
    r":[^\x00-\x08\x0a-\x1f\x7f]*"
)
# RFC 5545 3.3.11: what has a meaning in a text stands behind a backslash.
TEXT = re.compile(r"([^\\;,\x00-\x08\x0a-\x1f\x7f]|\\[\\;,nN])*")


def lines_of(octets: bytes) -> list[str]:
    """The lines unfolded, when each keeps the rules."""
    assert octets.endswith(b"\r\n")
    folded = octets.removesuffix(b"\r\n").split(b"\r\n")
    for line in folded:
        assert b"\r" not in line
        assert b"\n" not in line
        assert len(line) <= 75
        line.decode()  # No letter is cut in two.
    lines = b"\r\n".join(folded).replace(b"\r\n ", b"").decode().split("\r\n")
    for line in lines:
        assert LINE.fullmatch(line), line
    return lines


def kept(text: str) -> str:
    """What of a text can be said in a calendar."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", re.sub("\r\n?", "\n", text)).strip()


@given(title=TEXTS, place=TEXTS, starts_at=MOMENTS, minutes=st.integers(5, 600))
def test_whatever_is_written_every_line_keeps_the_rules_and_nothing_is_changed(
    title: str, place: str, starts_at: datetime, minutes: int
) -> None:
    ends_at = starts_at.astimezone(UTC) + timedelta(minutes=minutes)
    told = appointment(title=title, place=place, starts_at=starts_at, ends_at=ends_at)
    octets = written([told], title)

    lines = lines_of(octets)
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    for line in lines:
        if line.startswith(("SUMMARY:", "LOCATION:", "X-WR-CALNAME:")):
            assert TEXT.fullmatch(line.partition(":")[2]), line
    (found,) = by_icalendar(octets)
    assert found["starts"] == starts_at.replace(microsecond=0).timestamp()
    assert found["ends"] == ends_at.replace(microsecond=0).timestamp()
    assert found["title"] == (kept(title) or NEUTRAL_TITLE)
    assert found["place"] == kept(place)


@pytest.mark.parametrize("name", ZONES)
def test_times_are_in_utc_and_are_the_same_moments_on_that_clock(name: str) -> None:
    told = [one for one in at_odd_hours() if one.uid.startswith(name)]
    octets = written(told)
    times = [line for line in lines_of(octets) if line.startswith(("DTSTART", "DTEND", "DTSTAMP"))]
    assert len(times) == 3 * len(told)
    assert all(re.fullmatch(r"(DTSTART|DTEND|DTSTAMP):\d{8}T\d{6}Z", line) for line in times)
    for one, found in zip(told, by_icalendar(octets), strict=True):
        assert found["starts"] == one.starts_at.timestamp()
        assert found["ends"] == one.ends_at.timestamp()


def test_a_file_tells_an_onlooker_nothing_and_names_nobody() -> None:
    lines = lines_of(written([appointment()]))
    assert f"SUMMARY:{NEUTRAL_TITLE}" in lines
    assert "CLASS:PRIVATE" in lines
    names = {re.split("[:;]", line)[0] for line in lines}
    assert names.isdisjoint(
        {"ORGANIZER", "ATTENDEE", "URL", "DESCRIPTION", "LOCATION", "CONTACT", "VALARM"}
    )


def test_a_cancelled_session_stays_in_the_file_and_says_so() -> None:
    octets = written([appointment(sequence=3, is_cancelled=True)])
    assert {"METHOD:PUBLISH", "STATUS:CANCELLED", "SEQUENCE:3"} < set(lines_of(octets))
    (found,) = by_icalendar(octets)
    assert found["status"] == "CANCELLED"


def test_the_same_appointments_are_the_same_octets() -> None:
    # So that whoever looks again is told that nothing has changed.
    assert written([appointment()], "x") == written([appointment()], "x")
    assert f"DTSTAMP:{CHANGED_AT:%Y%m%dT%H%M%SZ}" in lines_of(written([appointment()]))


def test_a_calendar_to_follow_has_a_name_and_says_how_often_to_look() -> None:
    lines = lines_of(written([], "Appointments"))
    assert "X-WR-CALNAME:Appointments" in lines
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-PUBLISHED-TTL:PT1H" in lines
