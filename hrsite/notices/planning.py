"""When a session is, set anew and worked out. `changing` calls off, and changes single days.

Each deed that a calendar must learn of raises the notice's `sequence` by one.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hrsite.notices import occurring
from hrsite.notices.models import Rhythm, SessionNotice

# "Until further notice" is easily forgotten: after so long the desk asks whether it is still true.
REVIEW_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Plan:
    """When a session is, on a wall clock. Without anything it holds until further notice."""

    rhythm: Rhythm = Rhythm.STANDING
    first_on: date | None = None
    start_time: time | None = None
    length_minutes: int | None = None
    zone_name: str = "UTC"
    last_on: date | None = None
    review_on: date | None = None


def plan_of(notice: SessionNotice) -> Plan:
    """When it is, as it stands."""
    return Plan(
        notice.rhythm,
        notice.first_on,
        notice.start_time,
        notice.length_minutes,
        notice.zone_name,
        notice.last_on,
        notice.review_on,
    )


def set_plan(notice: SessionNotice, plan: Plan, now: datetime, *, is_mended: bool = False) -> None:
    """Give it this plan. What readers have seen counts as moved, unless a mistake is mended."""
    former, before = plan_of(notice), _told(notice, now)
    notice.rhythm = plan.rhythm
    notice.first_on, notice.start_time = plan.first_on, plan.start_time
    notice.length_minutes, notice.zone_name = plan.length_minutes, plan.zone_name
    notice.last_on, notice.review_on = plan.last_on, plan.review_on
    if plan.rhythm == Rhythm.STANDING:
        notice.first_on = notice.start_time = notice.length_minutes = notice.last_on = None
        if notice.review_on is None:
            notice.review_on = review_day(now, ZoneInfo(plan.zone_name))
    else:
        notice.review_on = None
    if plan.rhythm != Rhythm.WEEKLY:
        notice.last_on = None
    if _rule(plan_of(notice)) != _rule(former):
        # They are days of another rule.
        notice.changed_days.clear()
    settle(notice)
    if not is_mended:
        _note_move(notice, former, before)
    if _is_shifted(former, plan_of(notice)):
        raise_sequence(notice)


def settle(notice: SessionNotice) -> None:
    """Work its two moments out anew."""
    notice.starts_at, notice.ends_at = occurring.span(notice)


def raise_sequence(notice: SessionNotice) -> None:
    """Calendars take what comes now for newer."""
    if notice.sequence is not None and notice.version:
        notice.sequence += 1


def review_day(now: datetime, zone: ZoneInfo) -> date:
    """When to ask next whether something is still true."""
    return (now + REVIEW_AFTER).astimezone(zone).date()


def _rule(plan: Plan) -> tuple[object, ...]:
    return plan.rhythm, plan.first_on and plan.first_on.weekday(), plan.start_time, plan.zone_name


def _is_shifted(former: Plan, plan: Plan) -> bool:
    return _when(former) != _when(plan)


def _when(plan: Plan) -> tuple[object, ...]:
    length = plan.length_minutes
    return plan.rhythm, plan.first_on, plan.start_time, length, plan.zone_name, plan.last_on


def _told(notice: SessionNotice, now: datetime) -> datetime | None:
    """When the next session begins by what readers have seen; None when they have seen nothing."""
    if notice.published_at is None or notice.published_at > now:
        return None
    if not notice.is_series:
        return notice.starts_at
    coming = occurring.next_of(notice, now)
    return None if coming is None else coming.moved_from_at or coming.starts_at


def _note_move(notice: SessionNotice, former: Plan, before: datetime | None) -> None:
    plan = plan_of(notice)
    if before is None and not _is_shifted(former, plan):
        return  # Off the site for a while: from when it moved is as true as before.
    if before is None or plan.rhythm != former.rhythm:
        notice.moved_from_at = None
    elif plan.rhythm == Rhythm.WEEKLY and _rule(plan) != _rule(former):
        notice.moved_from_at = before
    elif plan.rhythm == Rhythm.ONCE and notice.starts_at != before:
        # Moved twice, it is told from where it was first; moved back, it has not moved.
        first = notice.moved_from_at or before
        notice.moved_from_at = None if first == notice.starts_at else first
