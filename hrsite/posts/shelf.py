"""The coach's own view of her articles: what waits, what is dated, what readers see."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, defer

from hrsite.posts import listing
from hrsite.posts.models import Post


def drafts(session: Session, limit: int = 50) -> Sequence[Post]:
    """Articles without a date, the one she worked on last first."""
    return session.scalars(
        select(Post)
        .where(Post.published_at.is_(None), Post.unlisted_at.is_(None), Post.deleted_at.is_(None))
        .options(defer(Post.body_html))
        .order_by(Post.updated_at.desc(), Post.id.desc())
        .limit(limit)
    ).all()


def scheduled(session: Session, now: datetime) -> Sequence[Post]:
    """Articles whose date or letter lies ahead, the next one first."""
    date = func.coalesce(Post.published_at, Post.unlisted_at)
    # On the site already: its letter alone goes later.
    has_letter_ahead = and_(date <= now, Post.send_to_readers, Post.send_at > now)
    moment = case((has_letter_ahead, Post.send_at), else_=date)
    return session.scalars(
        select(Post)
        .where(moment > now, Post.deleted_at.is_(None))
        .options(defer(Post.body_html))
        .order_by(moment, Post.id)
    ).all()


def missed(session: Session) -> Sequence[Post]:
    """What was to go to readers, and had no text when its hour came; the oldest first."""
    return session.scalars(
        select(Post)
        .where(Post.send_at.is_not(None), ~Post.send_to_readers, Post.deleted_at.is_(None))
        .options(defer(Post.body_html))
        .order_by(Post.send_at, Post.id)
    ).all()


def email_only(session: Session, now: datetime, limit: int = 50) -> Sequence[Post]:
    """What went out by email and does not stand on the site, the newest first."""
    return session.scalars(
        select(Post)
        .where(Post.published_at.is_(None), Post.unlisted_at <= now, Post.deleted_at.is_(None))
        .options(defer(Post.body_html))
        .order_by(Post.unlisted_at.desc(), Post.id.desc())
        .limit(limit)
    ).all()


def published(session: Session, now: datetime, limit: int = 50) -> Sequence[Post]:
    """What readers see, the newest first."""
    return listing.recent(session, now, limit)


def out_lately(session: Session, now: datetime, limit: int) -> list[Post]:
    """What went out last, on the site or by email only."""
    found = [*published(session, now, limit), *email_only(session, now, limit)]
    return sorted(found, key=lambda post: (str(post.out_at), post.id), reverse=True)[:limit]
