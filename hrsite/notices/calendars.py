"""Which appointments stand in a calendar: of one notice, and of all that is on.

Of a series the next half year is written out. Who follows gets the rest as time passes; in a file
that somebody took home nothing can change, so it is told again what is called off or has moved.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hrsite.notices import occurring
from hrsite.notices.calendar_files import NEUTRAL_TITLE, Appointment
from hrsite.notices.models import SessionNotice
from hrsite.notices.occurring import WEEK, Occurrence

MOST_SESSIONS = 26


def of_notice(
    notice: SessionNotice, now: datetime, *, is_discreet: bool = False
) -> list[Appointment]:
    """What a file of this notice holds; nothing, when it has no time.

    `is_discreet`: its reader wants no word in it, whatever the coach has chosen.
    """
    return [*_sessions(notice, now, is_discreet), *_former(notice, now)]


def of_all(notices: Iterable[SessionNotice], now: datetime) -> list[Appointment]:
    """What the calendar to follow holds: it is taken whole each time, so nothing former."""
    return [one for notice in notices for one in _sessions(notice, now, is_discreet=False)]


def has_time(notice: SessionNotice) -> bool:
    """Is there anything to put into a calendar?"""
    return notice.starts_at is not None


def _sessions(notice: SessionNotice, now: datetime, is_discreet: bool) -> list[Appointment]:
    since = now if notice.is_series else datetime.min.replace(tzinfo=now.tzinfo)
    found = islice(occurring.occurrences(notice, since, told_only=False), MOST_SESSIONS)
    return [_appointment(notice, one, is_discreet) for one in found]


def _appointment(notice: SessionNotice, one: Occurrence, is_discreet: bool) -> Appointment:
    tells = notice.tells_in_calendar and not is_discreet
    return Appointment(
        uid=f"{notice.calendar_uid}-{one.planned_on:%Y%m%d}"
        if notice.is_series
        else notice.calendar_uid,
        sequence=notice.sequence,
        changed_at=notice.updated_at,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        title=notice.title if tells else NEUTRAL_TITLE,
        place=notice.place if tells else "",
        is_cancelled=one.is_cancelled,
    )


def _former(notice: SessionNotice, now: datetime) -> list[Appointment]:
    """The days that a series had before it moved to another day of the week: called off."""
    moved_from = notice.moved_from_at
    if moved_from is None or not (notice.is_series and notice.is_moved(now)):
        return []
    zone = ZoneInfo(notice.zone_name)
    local, length = moved_from.astimezone(zone), timedelta(minutes=notice.length_minutes or 0)
    if notice.first_on is None or local.weekday() == notice.first_on.weekday():
        return []
    made = []
    for number in range(MOST_SESSIONS):
        day = local.date() + number * WEEK
        starts_at = occurring.moment_on_wall(day, local.time(), zone)
        planned = Occurrence(day, starts_at, starts_at + length, is_cancelled=True)
        made.append(_appointment(notice, planned, is_discreet=True))
    return made
