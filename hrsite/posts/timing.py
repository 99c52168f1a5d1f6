"""A day and a time on the coach's clock become one moment. Pure."""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100


class NoSuchTime(Exception):
    """No clock in the coach's zone ever shows this. The message is for her to read."""


class Moment(NamedTuple):
    """A moment, and whether the clock shows its hour twice that night."""

    at: datetime
    is_first_of_two: bool


def is_in_reach(day: date | None) -> bool:
    """Is this a day that anybody can mean?"""
    return day is not None and EARLIEST_YEAR <= day.year <= LATEST_YEAR


def moment_of(day: date, clock_time: time, zone: ZoneInfo) -> Moment:
    """The moment when a clock in `zone` shows this, in UTC.

    In spring an hour is left out: a time in it raises NoSuchTime. In autumn an hour comes twice:
    the first one counts (PEP 495, fold=0).
    """
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise NoSuchTime("That year looks wrong. Please check the date.")
    wanted = datetime.combine(day, clock_time)
    first = wanted.replace(tzinfo=zone, fold=0)
    at = first.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != wanted:
        raise NoSuchTime(
            "The clocks go forward that night, and this time is left out."
            " Choose a time an hour later."
        )
    is_first_of_two = first.utcoffset() != wanted.replace(tzinfo=zone, fold=1).utcoffset()
    return Moment(at, is_first_of_two)
