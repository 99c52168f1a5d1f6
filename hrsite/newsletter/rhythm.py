"""When digests are due, and how long a pause lasts, on the coach's own calendar. Pure."""

import calendar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def weekly_moment(now: datetime, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The latest such weekday and hour that has come, in UTC.

    It is the hour on the clock, summer and winter. An hour that the clocks leave out comes as
    they are put forward, and one that comes twice is the first.
    """
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - weekday) % 7)
    moment = _at(day, hour, zone)
    return moment if moment <= now else _at(day - WEEK, hour, zone)


def monthly_moment(now: datetime, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """The latest weekly moment that is the first one of its month."""
    moment = weekly_moment(now, weekday, hour, zone)
    day = moment.astimezone(zone).date()
    while day.day > WEEK.days:
        day -= WEEK
    return _at(day, hour, zone)


def months_later(now: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The same day and time so many months on; the last day of a month that is too short."""
    local = now.astimezone(zone)
    count = local.year * 12 + local.month - 1 + months
    year, month = count // 12, count % 12 + 1
    day = min(local.day, calendar.monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(UTC)


def last_minute(day: date, zone: ZoneInfo) -> datetime:
    """When a day ends, in UTC: still on that day, as people are told it."""
    return datetime.combine(day, time(23, 59), tzinfo=zone).astimezone(UTC)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
