"""What the public may see of session notices: the only spelling of it.

Statements of pages are spelt out once: to spell one takes longer than its answer does.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BindParameter, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from hrsite.columns import UTCDateTime
from hrsite.notices import occurring
from hrsite.notices.models import MOVE_IS_NEWS, SessionNotice
from hrsite.ready.pagecache import changes_with_time

MOST_UPCOMING = 50
MOST_PAST = 30
# So near, a changed session is told of before all others.
NEWS_FIRST = timedelta(days=2)
LAST = datetime.max.replace(tzinfo=UTC)


def published(now: datetime | BindParameter[datetime]) -> Select[SessionNotice]:
    """Every notice that has been published, whether its session is over or not."""
    return select(SessionNotice).where(SessionNotice.published_at <= now)


_NOW: BindParameter[datetime] = bindparam("now", type_=UTCDateTime)


@changes_with_time
def next_change(session: Session, now: datetime) -> datetime | None:
    """When the next notice comes out, a session is over, or another one is the most urgent."""
    dates = (SessionNotice.published_at, SessionNotice.ends_at)
    moments = [session.scalar(select(func.min(date)).where(date > now)) for date in dates]
    for notice in upcoming(session, now):
        moments += _turns(notice, now)
    return min((moment for moment in moments if moment and moment > now), default=None)


def upcoming(session: Session, now: datetime) -> Sequence[SessionNotice]:
    """What is true now: the next session first; what holds until further notice last."""
    found = session.scalars(_UPCOMING, {"now": now}).all()
    return sorted(found, key=lambda notice: _first_at(notice, now) or LAST)


_UPCOMING = (
    published(_NOW)
    .where(or_(SessionNotice.ends_at.is_(None), SessionNotice.ends_at > _NOW))
    .order_by(SessionNotice.id.desc())
    .limit(MOST_UPCOMING)
)


def most_urgent_first(notices: Sequence[SessionNotice], now: datetime) -> list[SessionNotice]:
    """For the bar: nobody should come to a session that is elsewhere, or not at all."""

    def is_less_urgent(notice: SessionNotice) -> bool:
        news_at = _news_at(notice, now)
        return news_at is None or news_at - now > NEWS_FIRST

    return sorted(notices, key=is_less_urgent)


def past(session: Session, now: datetime) -> Sequence[SessionNotice]:
    """Notices of sessions that are over, the latest first."""
    return session.scalars(_PAST, {"now": now}).all()


_PAST = (
    published(_NOW)
    # One that was called off never took place.
    .where(SessionNotice.ends_at <= _NOW, SessionNotice.cancelled_at.is_(None))
    .order_by(SessionNotice.ends_at.desc(), SessionNotice.id.desc())
    .limit(MOST_PAST)
)


def by_slug(session: Session, slug: str, now: datetime) -> SessionNotice | None:
    """The notice at an address, when readers may see it."""
    return session.scalar(_BY_SLUG, {"now": now, "slug": slug})


_BY_SLUG = published(_NOW).where(SessionNotice.slug == bindparam("slug"))


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


def called_off(session: Session, now: datetime) -> Sequence[SessionNotice]:
    """For the desk alone: what was cancelled, and its time is past."""
    return session.scalars(
        published(now)
        .where(SessionNotice.ends_at <= now, SessionNotice.cancelled_at.is_not(None))
        .order_by(SessionNotice.ends_at.desc(), SessionNotice.id.desc())
        .limit(MOST_PAST)
    ).all()


def to_review(session: Session, today: date) -> Sequence[SessionNotice]:
    """For the desk alone: what holds until further notice, and its day of review has come."""
    return session.scalars(
        select(SessionNotice)
        .where(SessionNotice.published_at.is_not(None), SessionNotice.review_on <= today)
        .order_by(SessionNotice.review_on, SessionNotice.id)
        .limit(MOST_UPCOMING)
    ).all()


def _first_at(notice: SessionNotice, now: datetime) -> datetime | None:
    """When the session begins that is told first."""
    if not notice.is_series:
        return notice.starts_at
    return next((one.starts_at for one in occurring.some(notice, now, 1)), notice.starts_at)


def _news_at(notice: SessionNotice, now: datetime) -> datetime | None:
    """By when somebody should know that it has changed; None when nothing has."""
    first = next(iter(occurring.some(notice, now, 1)), None)
    if first is None or (first.state == "on" and not notice.is_moved(now)):
        return None
    former = first.moved_from_at or notice.moved_from_at or first.starts_at
    return min(former, first.starts_at) if former > now else first.starts_at


def _turns(notice: SessionNotice, now: datetime) -> list[datetime]:
    """The moments when something else is true of it, or it is more urgent than before."""
    first = next(iter(occurring.some(notice, now, 1)), None)
    moved_from_at, news_at = notice.moved_from_at, _news_at(notice, now)
    turns: list[datetime | None] = [
        notice.starts_at,
        moved_from_at,
        moved_from_at and moved_from_at + MOVE_IS_NEWS,
        news_at and news_at - NEWS_FIRST,
        None if first is None else first.ends_at,
        None if first is None else first.moved_from_at,
    ]
    return [turn for turn in turns if turn is not None]
