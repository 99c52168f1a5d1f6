"""A day and a time on the coach's clock become one moment, and how far off it is. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class NoSuchTime(Exception):
    """No clock in the coach's zone ever shows this. The message is for her to read."""


class Moment(NamedTuple):
    """A moment, and whether the clock shows its hour twice that night."""

    at: datetime
    comes_twice: bool


def is_in_reach(day: date | None) -> bool:
    """Is this a day that anybody can mean?"""
    return day is not None and EARLIEST_YEAR <= day.year <= LATEST_YEAR


def moment_of(day: date, clock_time: time, zone: ZoneInfo, is_second: bool = False) -> Moment:
    """The moment when a clock in `zone` shows this, in UTC.

    In spring an hour is left out: a time in it raises NoSuchTime, which names the nearest ones. In
    autumn an hour comes twice: the first one counts, or the second (PEP 495).
    """
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise NoSuchTime("That year looks wrong. Please check the date.")
    wanted = datetime.combine(day, clock_time)
    one, other = (wanted.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if one.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted:
        raise NoSuchTime(_left_out(wanted, one.astimezone(UTC), other.astimezone(UTC), zone))
    comes_twice = one.utcoffset() != other.utcoffset()
    return Moment((other if is_second else one).astimezone(UTC), comes_twice)


def far_off(at: datetime, now: datetime) -> str:
    """In 2 days 3 hours: the two largest measures, never more than what is left."""
    minutes = int((at - now).total_seconds() // 60)
    if minutes < 1:
        return "in less than a minute"
    days, hours = minutes // 1440, minutes // 60 % 24
    parts = [(days, "day"), (hours, "hour"), (0 if days else minutes % 60, "minute")]
    said = [f"{number} {word if number == 1 else word + 's'}" for number, word in parts if number]
    return f"in {' '.join(said)}"


def _left_out(wanted: datetime, late: datetime, early: datetime, zone: ZoneInfo) -> str:
    # The clocks jump between the two: there the offset of the later one begins to hold.
    offset = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    jump = late.replace(microsecond=0)
    nearest = [_words(at.astimezone(zone), wanted) for at in (jump - timedelta(minutes=1), jump)]
    return (
        f"The clocks go forward then, and {_words(wanted, wanted)} never comes."
        f" The nearest times are {nearest[0]} and {nearest[1]}."
    )


def _words(local: datetime, wanted: datetime) -> str:
    said = f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"
    return said if local.date() == wanted.date() else f"{said} on {local.day} {local:%B}"
