"""Move a session or call it off: the whole of a notice, or one day of its series."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from hrsite.notices import occurring, planning, publishing
from hrsite.notices.models import ChangedDay, Rhythm, SessionNotice
from hrsite.notices.occurring import Occurrence
from hrsite.notices.planning import Plan, plan_of


class NoSuchDay(Exception):
    """The series has no session on that day, or it is over."""


class NoSense(Exception):
    """It cannot be done to this notice as it stands. The message is for the coach to read."""


def refuse_what_is_over(notice: SessionNotice, now: datetime) -> None:
    """Raise NoSense, unless readers see it and its time lies ahead."""
    if notice.state(now) in ("draft", "scheduled"):
        raise NoSense("Readers do not see it yet. Change its times here, in the boxes.")
    if notice.is_past(now):
        raise NoSense("This session is over. Copy it to next week instead.")
    if notice.rhythm == Rhythm.STANDING:
        raise NoSense("It has no time of its own. Change the words, or take it off the site.")


def ahead(notice: SessionNotice, now: datetime, count: int) -> list[Occurrence]:
    """The sessions of a series that can still be changed."""
    return occurring.some(notice, now, count)


def session_on(notice: SessionNotice, day: date, now: datetime) -> Occurrence:
    """One session of a series that is not over. Raises NoSuchDay."""
    one = occurring.on_day(notice, day)
    if not notice.is_series or one is None or one.ends_at <= now:
        raise NoSuchDay(day)
    return one


def move(notice: SessionNotice, plan: Plan, now: datetime, *, is_mended: bool) -> None:
    """All of it goes to another time; a mistake that is only mended is not told as a move."""
    planning.set_plan(notice, plan, now, is_mended=is_mended)
    _touch(notice, now)


def moved_plan(notice: SessionNotice, day: date, at: time) -> Plan:
    """The same plan, from another day and hour on."""
    old = plan_of(notice)
    return Plan(old.rhythm, day, at, old.length_minutes, old.zone_name, old.last_on)


def move_day(notice: SessionNotice, day: date, to_on: date, to_time: time, now: datetime) -> None:
    """One session of a series goes to another time; back to its own, it has not moved."""
    session_on(notice, day, now)
    change = _change_of(notice, day)
    if (to_on, to_time) == (day, notice.start_time):
        notice.changed_days.remove(change)
    else:
        change.moved_to_on, change.moved_to_time, change.cancelled_at = to_on, to_time, None
    _matters(notice, now)


def cancel(notice: SessionNotice, now: datetime) -> None:
    """All of it is called off; it stays, marked, until its time is past.

    A letter that was planned is so no more: who never heard of it need not hear.
    """
    notice.cancelled_at = now
    publishing.call_off(notice)
    _matters(notice, now)


def cancel_day(notice: SessionNotice, day: date, now: datetime) -> None:
    """One session of a series is called off."""
    session_on(notice, day, now)
    _change_of(notice, day).cancelled_at = now
    _matters(notice, now)


def restore(notice: SessionNotice, now: datetime) -> None:
    """It takes place after all."""
    notice.cancelled_at = None
    _matters(notice, now)


def restore_day(notice: SessionNotice, day: date, now: datetime) -> None:
    """One session of a series takes place after all; if it had moved, at the time it moved to.

    Pressed twice, the second press changes nothing.
    """
    session_on(notice, day, now)
    change = next((one for one in notice.changed_days if one.planned_on == day), None)
    if change is None or change.cancelled_at is None:
        return
    change.cancelled_at = None
    if change.moved_to_on is None:
        notice.changed_days.remove(change)
    _matters(notice, now)


def move_day_back(notice: SessionNotice, day: date, now: datetime) -> None:
    """One session of a series that had moved takes place at its usual time, as the others do."""
    one = session_on(notice, day, now)
    if one.moved_from_at is None:
        return
    if one.moved_from_at <= now:
        raise NoSense(
            "Its usual time has gone by. It stays where it is. You can move or cancel it."
        )
    notice.changed_days.remove(_change_of(notice, day))
    _matters(notice, now)


def still_true(notice: SessionNotice, now: datetime) -> None:
    """She has read it again, and it holds: asked next when that day comes."""
    notice.review_on = planning.review_day(now, ZoneInfo(notice.zone_name))
    _touch(notice, now)


def _change_of(notice: SessionNotice, day: date) -> ChangedDay:
    for change in notice.changed_days:
        if change.planned_on == day:
            return change
    change = ChangedDay(planned_on=day)
    notice.changed_days.append(change)
    return change


def _matters(notice: SessionNotice, now: datetime) -> None:
    planning.settle(notice)
    planning.raise_sequence(notice)
    _touch(notice, now)


def _touch(notice: SessionNotice, now: datetime) -> None:
    notice.updated_at = now
    notice.version += 1
