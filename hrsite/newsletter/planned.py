"""The letters of session notices that are planned and have not gone: which of them are due."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue
from hrsite.notices import listing, telling
from hrsite.notices.models import SessionNotice


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


def _at() -> ColumnElement[datetime]:
    # It may have been on the site long before.
    return func.coalesce(SessionNotice.send_at, SessionNotice.published_at)


def _waiting(now: datetime) -> Select[SessionNotice]:
    return listing.published(now).where(
        SessionNotice.send_to_readers,
        SessionNotice.cancelled_at.is_(None),
        ~exists().where(Issue.notice_id == SessionNotice.id),
    )
