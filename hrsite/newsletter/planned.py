"""The letters of session notices that are planned and have not gone: due, or too late to go."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.newsletter.models import Issue
from hrsite.notices import listing, occurring, telling
from hrsite.notices.models import SessionNotice

# So long the desk asks about a letter that did not go.
LOST_IS_NEWS = timedelta(days=30)


def due(session: Session, now: datetime) -> list[int]:
    """The notices whose letter is to go now, the one that waits longest first."""
    not_over = or_(SessionNotice.ends_at.is_(None), SessionNotice.ends_at > now)
    waiting = _waiting(now).where(not_over, _at() <= now)
    found = session.scalars(waiting.order_by(_at(), SessionNotice.id))
    return [notice.id for notice in found if not telling.is_too_late(notice, now)]


def is_due(notice: SessionNotice, now: datetime) -> bool:
    """Is this to go to readers now, if it has not gone?"""
    is_seen = notice.published_at is not None and notice.published_at <= now
    is_planned = notice.send_to_readers and is_seen and planned_at(notice, now) <= now
    return is_planned and not telling.is_too_late(notice, now)


def planned_at(notice: SessionNotice, now: datetime) -> datetime:
    """When its letter is to go, or was."""
    return notice.send_at or notice.published_at or now


def waits(session: Session, notice: SessionNotice) -> bool:
    """Is there a letter planned that has not been written?"""
    written = select(Issue.id).where(Issue.notice_id == notice.id)
    return notice.send_to_readers and session.scalar(written) is None


def is_lost(notice: SessionNotice, now: datetime) -> bool:
    """Can its letter, which is planned and not written, not go any more as it was planned?"""
    return telling.is_too_late(notice, max(planned_at(notice, now), now))


def lost(session: Session, now: datetime) -> list[SessionNotice]:
    """The notices whose letter was planned and can go no more, as far as that is news."""
    waiting = _waiting(now).where(_at() > now - LOST_IS_NEWS).order_by(_at(), SessionNotice.id)
    return [notice for notice in session.scalars(waiting) if is_lost(notice, now)]


def lost_words(notice: SessionNotice, now: datetime) -> str:
    """What became of such a letter, to follow its name."""
    at = planned_at(notice, now)
    said = f"was to go out on {furniture.moment(at)}"
    if at <= now:
        return f"{said}, and did not. Nobody has got it, and it is too late for it now."
    last = occurring.last_of(notice)
    if last is None:
        return f"{said}. It does not: none of its sessions takes place."
    what = "the last session" if notice.is_series else "the session"
    begins = furniture.near_moment(last.starts_at, notice.zone_name)
    return f"{said}. That is too late: {what} begins on {begins}."


def _at() -> ColumnElement[datetime]:
    # It may have been on the site long before.
    return func.coalesce(SessionNotice.send_at, SessionNotice.published_at)


def _waiting(now: datetime) -> Select[SessionNotice]:
    return listing.published(now).where(
        SessionNotice.send_to_readers,
        SessionNotice.cancelled_at.is_(None),
        ~exists().where(Issue.notice_id == SessionNotice.id),
    )
