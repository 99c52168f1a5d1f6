"""Appointments become a calendar file that every program reads alike (RFC 5545).

Every time is in UTC, and of a series each session is written out as an appointment of its own:
tried with a rule and its time zone, a second parser had each of six zones wrong somewhere.

METHOD is always PUBLISH, and nobody is named: no ORGANIZER, no ATTENDEE. A REQUEST would have to
name the reader, is put into many calendars before anybody says yes, and asks for an answer that
others may see. Cancelled is STATUS:CANCELLED with a higher SEQUENCE, as RFC 5546 3.2.1 has it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# What an onlooker may read in a calendar: nothing.
NEUTRAL_TITLE = "Appointment"
NEUTRAL_NAME = "Appointments"
CONTENT_TYPE = "text/calendar; charset=utf-8"
METHOD = "PUBLISH"
_MAKER = "-//hrsite//Appointments//EN"
# How often a program that follows the calendar may look.
_LOOK_AGAIN = timedelta(hours=1)
# RFC 5545 3.1: no control character but the tab stands in a text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Appointment:
    """One session, as a calendar has it.

    `uid` stays the same for good; `sequence` rises with each change, made at `changed_at`.
    """

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    title: str = NEUTRAL_TITLE
    place: str = ""
    is_cancelled: bool = False


def written(appointments: Iterable[Appointment], name: str = "") -> bytes:
    """The file. `name` is for a calendar to follow; an app shows it in its list."""
    from icalendar import Calendar, Event, vText  # A sixth of a second that only this needs.

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", _MAKER)
    calendar.add("METHOD", METHOD)
    if name:
        calendar.add("X-WR-CALNAME", vText(_said(name)))
        calendar.add("REFRESH-INTERVAL", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("X-PUBLISHED-TTL", "PT1H")
    for appointment in appointments:
        _fill(event := Event(), appointment)
        calendar.add_component(event)
    octets: bytes = calendar.to_ical()
    return octets


def _fill(event: Any, told: Appointment) -> None:
    event.add("UID", told.uid)
    event.add("DTSTAMP", told.changed_at.astimezone(UTC))
    event.add("LAST-MODIFIED", told.changed_at.astimezone(UTC))
    event.add("SEQUENCE", told.sequence)
    event.add("DTSTART", told.starts_at.astimezone(UTC))
    event.add("DTEND", told.ends_at.astimezone(UTC))
    event.add("SUMMARY", _said(told.title) or NEUTRAL_TITLE)
    if place := _said(told.place):
        event.add("LOCATION", place)
    event.add("STATUS", "CANCELLED" if told.is_cancelled else "CONFIRMED")
    # Who may look into somebody's calendar sees "busy", and no more.
    event.add("CLASS", "PRIVATE")


def _said(text: str) -> str:
    return _UNWRITABLE.sub("", text).strip()
