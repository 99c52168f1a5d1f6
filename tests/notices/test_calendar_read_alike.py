"""ical.js, another program's reader of calendar files, finds in ours what the library finds."""

import pytest

from hrsite.notices.calendar_files import written
from tests.notices.calendars import appointment, at_odd_hours, by_ical_js, by_icalendar
from tests.parsers import bringing


@pytest.fixture
def ical_js() -> list[str]:
    """Its command; `make check-calendar` brings it."""
    command = bringing.ical_command()
    if command is None:
        pytest.skip("ical.js is not here; make check-calendar brings it")
    return command


def test_every_day_of_a_year_in_every_zone_is_at_the_same_moment(ical_js: list[str]) -> None:
    told = at_odd_hours()
    octets = written(told, "Appointments")
    found = by_ical_js(ical_js, octets)
    assert found == by_icalendar(octets)
    assert [one["starts"] for one in found] == [one.starts_at.timestamp() for one in told]


def test_a_cancelled_session_is_cancelled_there_too(ical_js: list[str]) -> None:
    octets = written([appointment(sequence=4, is_cancelled=True)])
    (found,) = by_ical_js(ical_js, octets)
    assert (found["status"], found["sequence"]) == ("CANCELLED", 4)
