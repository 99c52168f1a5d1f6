"""What is said of when a session is: in its own zone, and with what became of it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hrsite.furniture import UNBROKEN, calendar_day, clock_time, moment, near_moment, zone_name
from hrsite.notices import occurring
from hrsite.notices.models import SessionNotice
from hrsite.notices.occurring import Occurrence

# So many of the next sessions of a series are told.
NEXT_TOLD = 3
WEEKS_LOOKED_AHEAD = 53
STANDING = "until further notice"


@dataclass(frozen=True)
class Told:
    """What a page says of one notice now."""

    # past, cancelled, moved or on: of all of it, or of the next session of a series.
    state: str
    zone: str
    # The session; of a series the next ones, with those that do not take place.
    sessions: tuple[Occurrence, ...]
    # The next one that takes place, which need not be the first.
    next_on: Occurrence | None
    # Of a whole series that has moved: when its next session was to be.
    former_at: datetime | None = None

    @property
    def first(self) -> Occurrence | None:
        """The session a reader asks about first."""
        return self.sessions[0] if self.sessions else None


def sentence(said: str) -> str:
    """The same at the beginning of one."""
    return said[:1].upper() + said[1:]


def day_and_hour(when: datetime, zone: str) -> str:
    """Thursday 4 June at 6:00 pm: where the zone stands beside it already."""
    return near_moment(when, zone).removesuffix(f", {zone_name(zone)}")


def ends(one: Occurrence, zone: str) -> str:
    """At 8:00 pm; on Friday 5 June at 1:00 am, when that is another day than it starts on."""
    if _is_in_a_day(one, zone):
        return f"at{UNBROKEN}{clock_time(one.ends_at, zone)}"
    return f"on {day_and_hour(one.ends_at, zone)}"


def wall_time(at: time) -> str:
    """6:00 pm, of a clock on a wall."""
    return _spoken(datetime.combine(date.min, at))


def told(notice: SessionNotice, now: datetime, count: int = NEXT_TOLD) -> Told:
    """What is true of it now."""
    if notice.is_series:
        sessions = tuple(occurring.some(notice, now, count))
    else:
        sessions = tuple(occurring.occurrences(notice, _long_before(notice, now)))
    state = notice.fate(now)
    if state == "on" and sessions:
        state = sessions[0].state
    former_at = notice.moved_from_at if notice.is_series and notice.is_moved(now) else None
    next_on = occurring.next_of(notice, now)
    return Told(state, notice.zone_name, sessions, next_on, former_at)


def when(notice: SessionNotice, now: datetime) -> str:
    """When it is, in one line of plain text: for letters and the desk."""
    if notice.is_series:
        return _when_each(notice, now)
    one = told(notice, now).first
    if one is None:
        return STANDING
    zone = notice.zone_name
    if one.is_cancelled:
        return f"cancelled. It was to be on {moment(one.starts_at, zone)}"
    said = f"{moment(one.starts_at, zone)}, until {_end(one, zone)}"
    if one.moved_from_at is not None:
        said += f". It was to be on {day_and_hour(one.moved_from_at, zone)}"
    return said


def every(notice: SessionNotice) -> str:
    """Every Thursday at 7:00 pm, Toronto time, until 8:15 pm."""
    if notice.first_on is None or notice.start_time is None:
        return ""
    starts = datetime.combine(notice.first_on, notice.start_time)
    ends = starts + timedelta(minutes=notice.length_minutes or 0)
    said = f"every {starts:%A} at {_spoken(starts)}, {zone_name(notice.zone_name)}"
    next_day = "" if ends.date() == starts.date() else " the next day"
    return f"{said}, until {_spoken(ends)}{next_day}"


def bounds(notice: SessionNotice, now: datetime) -> str:
    """From when on and how long a series runs, where that is not plain: "from 4 June 2026"."""
    said = []
    if notice.first_on and notice.starts_at and notice.starts_at > now:
        said.append(f"from {calendar_day(notice.first_on)}")
    if notice.last_on:
        said.append(f"to {calendar_day(notice.last_on)}")
    return " ".join(said)


def change(one: Occurrence, zone: str) -> str:
    """What is different about one session of a series, in a sentence; nothing, if nothing is."""
    if one.is_cancelled:
        return f"{day_and_hour(one.starts_at, zone)}: cancelled"
    if one.moved_from_at is None:
        return ""
    former = day_and_hour(one.moved_from_at, zone)
    return f"{day_and_hour(one.starts_at, zone)}: moved, it was to be on {former}"


def clock_changes(notice: SessionNotice, now: datetime) -> list[str]:
    """What the clocks do to the hour of a series, each such day of the next year in a sentence."""
    said = []
    for one in islice(occurring.occurrences(notice, now), WEEKS_LOOKED_AHEAD):
        if one.moved_from_at is not None or notice.start_time is None or not notice.is_series:
            continue
        local = one.starts_at.astimezone(ZoneInfo(notice.zone_name))
        day, hour = calendar_day(one.planned_on), clock_time(one.starts_at, notice.zone_name)
        if local.time() != notice.start_time:
            said.append(f"On {day} the clocks go forward, and it starts at {hour}.")
        elif local.utcoffset() != local.replace(fold=1).utcoffset():
            said.append(f"On {day} the clocks show {hour} twice. It starts at the first.")
    return said


def _when_each(notice: SessionNotice, now: datetime) -> str:
    rule, limits = every(notice), bounds(notice, now)
    said = f"{rule}, {limits}" if limits else rule
    if notice.cancelled_at is not None:
        return f"cancelled. It was to be {said}"
    found = told(notice, now)
    if found.former_at is not None:
        said += f". Until now it was to be on {day_and_hour(found.former_at, found.zone)}"
    changes = [change(one, found.zone) for one in found.sessions]
    return ". ".join([said, *filter(None, changes)])


def _end(one: Occurrence, zone: str) -> str:
    say = clock_time if _is_in_a_day(one, zone) else day_and_hour
    return say(one.ends_at, zone)


def _is_in_a_day(one: Occurrence, zone: str) -> bool:
    """Does it end on the day on which it starts?"""
    starts, over = (at.astimezone(ZoneInfo(zone)) for at in (one.starts_at, one.ends_at))
    return starts.date() == over.date()


def _spoken(wall: datetime) -> str:
    return clock_time(wall.replace(tzinfo=UTC), "UTC")


def _long_before(notice: SessionNotice, now: datetime) -> datetime:
    return min(now, notice.starts_at or now)
