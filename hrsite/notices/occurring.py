"""When sessions take place: each one a notice tells of, from its wall time, rule and changed days.

Pure. A series keeps its wall time when the clocks change. In the hour that spring leaves out a
session begins as much later as the clocks go forward; in the hour that autumn repeats, at the first
of the two (both as RFC 5545 has it). A day that a whole zone left out has no session.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hrsite.notices.models import ChangedDay, SessionNotice
from hrsite.posts.timing import LATEST_YEAR

WEEK = timedelta(days=7)
# Nobody moves a session by more than this; so far around a moment changed days are looked for.
FURTHEST_MOVE = timedelta(days=60)


@dataclass(frozen=True)
class Occurrence:
    """One session: when it is, and what became of it."""

    # The day by the rule, by which calendars know it.
    planned_on: date
    starts_at: datetime
    ends_at: datetime
    is_cancelled: bool = False
    # When it was to begin, if it has moved.
    moved_from_at: datetime | None = None

    @property
    def state(self) -> str:
        """One word: cancelled, moved or on."""
        if self.is_cancelled:
            return "cancelled"
        return "on" if self.moved_from_at is None else "moved"


def moment_on_wall(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """When a clock on that wall shows this, in UTC; in a left-out hour as much later."""
    return datetime.combine(day, clock_time.replace(fold=0), tzinfo=zone).astimezone(UTC)


def occurrences(
    notice: SessionNotice, since: datetime, *, told_only: bool = True
) -> Iterator[Occurrence]:
    """Its sessions that are not over at `since`, in the order of their planned days.

    A series without an end has no last one: take as many as you need. Of a series that was called
    off the next ones are told, and no more, unless all are asked for.
    """
    for one in _ruled(notice, since):
        is_told = not (notice.cancelled_at and notice.ends_at and one.starts_at >= notice.ends_at)
        if told_only and not is_told:
            return
        yield one


def some(notice: SessionNotice, since: datetime, count: int) -> list[Occurrence]:
    """The next few, the earliest first."""
    # One that was moved may come after its neighbours.
    near = list(islice(occurrences(notice, since), count + len(notice.changed_days)))
    return sorted(near, key=lambda one: (one.starts_at, one.planned_on))[:count]


def next_of(notice: SessionNotice, since: datetime) -> Occurrence | None:
    """The next session that takes place: one that is running counts, one called off does not."""
    if notice.cancelled_at is not None:
        return None
    near = some(notice, since, 1 + len(notice.changed_days))
    return next((one for one in near if not one.is_cancelled), None)


def last_of(notice: SessionNotice) -> Occurrence | None:
    """The last session of all that takes place; None when none does, or a series has no end."""
    last_on = notice.last_on if notice.is_series else notice.first_on
    if last_on is None:
        return None
    # Of so many planned days at the end one at least is as the rule has it.
    weeks = 2 + len(notice.changed_days)
    midnight = datetime.combine(last_on - weeks * WEEK, time(), UTC)
    found = [one for one in _ruled(notice, midnight - FURTHEST_MOVE) if not one.is_cancelled]
    return max(found, key=lambda one: one.starts_at, default=None)


def on_day(notice: SessionNotice, planned_on: date) -> Occurrence | None:
    """The session of this planned day, if the rule has one then."""
    midnight = datetime.combine(planned_on, time(), UTC) - FURTHEST_MOVE
    for one in occurrences(notice, midnight):
        if one.planned_on >= planned_on:
            return one if one.planned_on == planned_on else None
    return None


def span(notice: SessionNotice) -> tuple[datetime | None, datetime | None]:
    """When the first of all begins, and when the last of all is over, if there is a last."""
    if notice.first_on is None or notice.start_time is None:
        return None, None
    first = moment_on_wall(notice.first_on, notice.start_time, ZoneInfo(notice.zone_name))
    if notice.is_series and notice.cancelled_at is not None:
        # Who comes every other week should read it too.
        last_ones = list(islice(_ruled(notice, notice.cancelled_at), 2))
    elif not notice.is_series:
        last_ones = list(_ruled(notice, first))
    elif notice.last_on is None:
        return first, None
    else:
        midnight = datetime.combine(notice.last_on - WEEK, time(), UTC)
        last_ones = list(_ruled(notice, midnight - FURTHEST_MOVE))
    return first, max((one.ends_at for one in last_ones), default=first)


def _ruled(notice: SessionNotice, since: datetime) -> Iterator[Occurrence]:
    if notice.first_on is None or notice.start_time is None:
        return
    zone = ZoneInfo(notice.zone_name)
    changed = {change.planned_on: change for change in notice.changed_days}
    for day in _planned(notice, since, zone):
        one = _on(notice, day, zone, changed.get(day))
        if one is not None and one.ends_at > since:
            yield one


def _planned(notice: SessionNotice, since: datetime, zone: ZoneInfo) -> Iterator[date]:
    first = notice.first_on
    if first is None:
        return
    if not notice.is_series:
        yield first
        return
    # One that began before may still run, or have been moved to later.
    reached = (since.astimezone(zone) - FURTHEST_MOVE).date() - WEEK
    weeks = max(0, (reached - first).days // 7)
    day = first + weeks * WEEK
    while day.year <= LATEST_YEAR and (notice.last_on is None or day <= notice.last_on):
        yield day
        day += WEEK


def _on(
    notice: SessionNotice, day: date, zone: ZoneInfo, change: ChangedDay | None
) -> Occurrence | None:
    if notice.start_time is None:
        return None
    length = timedelta(minutes=notice.length_minutes or 0)
    planned_at = moment_on_wall(day, notice.start_time, zone)
    if planned_at.astimezone(zone).date() != day:
        return None
    starts_at, moved_from_at = planned_at, None
    if not notice.is_series:
        moved_from_at = notice.moved_from_at
    elif change is not None and change.moved_to_on and change.moved_to_time:
        starts_at, moved_from_at = (
            moment_on_wall(change.moved_to_on, change.moved_to_time, zone),
            planned_at,
        )
    is_cancelled = change is not None and change.cancelled_at is not None
    is_cancelled = is_cancelled or notice.cancelled_at is not None
    return Occurrence(day, starts_at, starts_at + length, is_cancelled, moved_from_at)
