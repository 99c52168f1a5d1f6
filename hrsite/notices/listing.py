"""What the public may see of session notices: the only spelling of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from hrsite.notices.models import SessionNotice
from hrsite.pagecache import changes_with_time

MOST_UPCOMING = 50
MOST_PAST = 30


def published(now: datetime) -> Select[SessionNotice]:
    """Every notice that has been published, whether its session is over or not."""
    return select(SessionNotice).where(SessionNotice.published_at <= now)


@changes_with_time
def next_change(session: Session, now: datetime) -> datetime | None:
    """When the next scheduled notice comes out, or the next session is over."""
    dates = (SessionNotice.published_at, SessionNotice.ends_at)
    moments = [session.scalar(select(func.min(date)).where(date > now)) for date in dates]
    return min((moment for moment in moments if moment is not None), default=None)


def upcoming(session: Session, now: datetime) -> Sequence[SessionNotice]:
    """What is true now: the next session first; what holds until further notice last.

    The bar on every page shows the first of them.
    """
    return session.scalars(
        published(now)
        .where(or_(SessionNotice.ends_at.is_(None), SessionNotice.ends_at > now))
        .order_by(SessionNotice.starts_at.asc().nulls_last(), SessionNotice.id.desc())
        .limit(MOST_UPCOMING)
    ).all()


def past(session: Session, now: datetime) -> Sequence[SessionNotice]:
    """Notices of sessions that are over, the latest first."""
    return session.scalars(
        published(now)
        .where(SessionNotice.ends_at <= now)
        .order_by(SessionNotice.starts_at.desc(), SessionNotice.id.desc())
        .limit(MOST_PAST)
    ).all()


def by_slug(session: Session, slug: str, now: datetime) -> SessionNotice | None:
    """The notice at an address, when readers may see it."""
    return session.scalar(published(now).where(SessionNotice.slug == slug))


def by_number(session: Session, number: int, now: datetime) -> SessionNotice | None:
    """The notice with this number, when readers may see it."""
    return session.scalar(published(now).where(SessionNotice.id == number))


def drafts(session: Session) -> Sequence[SessionNotice]:
    """For the desk alone: notices that readers cannot see, the newest work first."""
    return session.scalars(
        select(SessionNotice)
        .where(SessionNotice.published_at.is_(None), SessionNotice.deleted_at.is_(None))
        .order_by(SessionNotice.updated_at.desc(), SessionNotice.id.desc())
        .limit(MOST_UPCOMING)
    ).all()
