"""The coach's own view of her articles: what waits, what is dated, what readers see."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from hrsite.posts import listing
from hrsite.posts.models import Post


def drafts(session: Session, limit: int = 50) -> Sequence[Post]:
    """Articles without a date, the one she worked on last first."""
    return session.scalars(
        select(Post)
        .where(Post.published_at.is_(None), Post.deleted_at.is_(None))
        .options(defer(Post.body_html))
        .order_by(Post.updated_at.desc(), Post.id.desc())
        .limit(limit)
    ).all()


def scheduled(session: Session, now: datetime) -> Sequence[Post]:
    """Articles whose date lies ahead, the next one first."""
    return session.scalars(
        select(Post)
        .where(Post.published_at > now)
        .options(defer(Post.body_html))
        .order_by(Post.published_at, Post.id)
    ).all()


def published(session: Session, now: datetime, limit: int = 50) -> Sequence[Post]:
    """What readers see, the newest first."""
    return listing.recent(session, now, limit)
