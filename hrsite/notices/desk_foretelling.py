"""What will happen to a session, in a sentence to look over before it does."""

from datetime import date, datetime

from hrsite import clock, furniture
from hrsite.notices import changing, desk_writing, occurring, wording
from hrsite.notices.changing import NoSuchDay
from hrsite.notices.forms import ALL, CancelForm, MoveForm
from hrsite.notices.models import SessionNotice
from hrsite.notices.occurring import Occurrence


def day_of(form: MoveForm | CancelForm) -> date | None:
    """The one day of a series that is meant; None for all of it."""
    chosen = str(form.which.data or ALL)
    if chosen == ALL:
        return None
    day = day_in(chosen)
    if day is None:
        raise NoSuchDay(chosen)
    return day


def day_in(text: str) -> date | None:
    """A day that a form or a link names; None when it names none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def moving(form: MoveForm, notice: SessionNotice) -> str:
    """What will happen, in a sentence. Raises WrongTimes, NoSuchDay."""
    now, zone, day = clock.now(), notice.zone_name, day_of(form)
    to = desk_writing.moment_for(form.time, form.date.data, form.time.data, zone)
    if to.at <= now:
        form.date.errors = ["That is over already. Choose a time that lies ahead."]
        raise desk_writing.WrongTimes
    new = furniture.near_moment(to.at, zone)
    if day is not None:
        one = changing.session_on(notice, day, now)
        if abs(to.at - (one.moved_from_at or one.starts_at)) > occurring.FURTHEST_MOVE:
            form.date.errors = [f"{_too_far(one, zone)} Cancel this one instead."]
            raise desk_writing.WrongTimes
        old = furniture.near_moment(one.starts_at, zone)
        return f"The session of {old} moves to {new}. All others stay as they are."
    if notice.is_series:
        _refuse_past_its_last_day(form, notice)
        said = f"From {new} on, it takes place at this hour every week, and no more {_old(notice)}."
        if _has_changed_days(notice, now):
            said += " Single days that you moved or cancelled are forgotten."
        return said
    return f"It moves from {furniture.near_moment(_starts(notice), zone)} to {new}."


def cancelling(form: CancelForm, notice: SessionNotice) -> str:
    """The same of a session that is called off. Raises NoSuchDay."""
    day, zone = day_of(form), notice.zone_name
    if day is not None:
        one = changing.session_on(notice, day, clock.now())
        when = furniture.near_moment(one.starts_at, zone)
        return f"The session of {when} is cancelled. All others stay as they are."
    if notice.is_series:
        return f"All sessions are cancelled from now on. It takes place no more {_old(notice)}."
    return f"The session of {furniture.near_moment(_starts(notice), zone)} is cancelled."


def _refuse_past_its_last_day(form: MoveForm, notice: SessionNotice) -> None:
    """A series that begins after its last day has no session at all."""
    if notice.last_on is not None and form.date.data > notice.last_on:
        form.date.errors = [
            f"Its last day is {furniture.calendar_day(notice.last_on)}. Choose an earlier day, or"
            " change the last day first, in the boxes of the notice."
        ]
        raise desk_writing.WrongTimes


def _too_far(one: Occurrence, zone: str) -> str:
    if one.moved_from_at is None:
        return "That is more than 60 days away."
    # Moved twice, it is still the one of its first day.
    first = furniture.near_moment(one.moved_from_at, zone)
    return f"That is more than 60 days away from {first}, when it was to be first."


def _has_changed_days(notice: SessionNotice, now: datetime) -> bool:
    """Has any of its sessions that are not over a fate of its own?"""
    days = (occurring.on_day(notice, change.planned_on) for change in notice.changed_days)
    return any(one is not None and one.ends_at > now for one in days)


def _old(notice: SessionNotice) -> str:
    return wording.every(notice).partition(",")[0]


def _starts(notice: SessionNotice) -> datetime:
    return notice.starts_at or clock.now()
