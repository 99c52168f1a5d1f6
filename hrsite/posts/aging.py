"""When what an article says stops being true, and what is said of it then."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, defer

from hrsite.posts.listing import AnyPost
from hrsite.posts.models import Post
from hrsite.ready.pagecache import changes_with_time

# One that held for less than this is told by its day, and not by its month.
SHORT_LIVED = timedelta(days=31)
LONGEST_LIST = 20


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment when a day is over on a clock in `zone`, in UTC: the next midnight.

    Where the clocks go forward at midnight there is none; then it is the moment they do.
    """
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def last_day(moment: datetime, zone: ZoneInfo) -> date:
    """The last day that ends before or at a moment: what was given to `end_of`."""
    return (moment.astimezone(UTC) - timedelta(microseconds=1)).astimezone(zone).date()


def noon(day: date, zone: ZoneInfo) -> datetime:
    """A moment that is this day, wherever the reader's own clock is a few hours off."""
    return datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC)


def is_from_a_day(post: AnyPost) -> bool:
    """Is "from 3 June 2026" said of it, rather than "from June 2026"?"""
    if post.out_at is None or post.current_until is None:
        return False
    return post.current_until - post.out_at < SHORT_LIVED


def to_read_again(session: Session, now: datetime) -> Sequence[Post]:
    """What readers see although it is past its date, and the coach has not looked at since."""
    return session.scalars(
        select(Post)
        .where(
            Post.current_until <= now,
            Post.published_at <= now,
            or_(Post.left_at.is_(None), Post.left_at < Post.current_until),
        )
        .options(defer(Post.body_html))
        .order_by(Post.current_until, Post.id)
        .limit(LONGEST_LIST)
    ).all()


@changes_with_time
def next_aging(session: Session, now: datetime) -> datetime | None:
    """When the next article passes its date, and pages say so by themselves."""
    return session.scalar(select(func.min(Post.current_until)).where(Post.current_until > now))


def still_true(post: Post, until: datetime, now: datetime) -> None:
    """She has read it again, and it holds until then."""
    post.current_until = until
    post.reviewed_at = now
    post.version += 1


def leave(post: Post, now: datetime) -> None:
    """It stays as it is, with its note; she is not asked again."""
    post.left_at = now


def review(post: Post, at: datetime) -> None:
    """She has read it through, and it is right."""
    post.reviewed_at = at
