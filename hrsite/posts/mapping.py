"""Which articles a sitemap lists, in parts that stay small and cheap however many there are."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.posts.models import Post

# The protocol takes 50,000 in one file; a part of this size is made in a moment.
PART_SIZE = 5_000


class Part(NamedTuple):
    """One part: its number, from 1 on, and when anything in it last changed."""

    number: int
    changed_at: datetime


class Article(NamedTuple):
    """What the sitemap says of an article."""

    slug: str
    changed_at: datetime


def parts(session: Session, now: datetime) -> list[Part]:
    """The parts that hold anything, by row number: an article never moves to another one."""
    number = (Post.id - 1) // PART_SIZE + 1
    rows = session.execute(
        select(number, func.max(Post.updated_at), func.max(Post.published_at))
        .where(Post.published_at <= now)
        .group_by(number)
        .order_by(number)
    )
    return [Part(number, max(saved, dated or saved)) for number, saved, dated in rows]


def articles_of(session: Session, now: datetime, number: int) -> list[Article]:
    """The articles in a part."""
    first = (number - 1) * PART_SIZE + 1
    rows = session.execute(
        select(Post.slug, Post.updated_at, Post.published_at)
        .where(Post.id >= first, Post.id < first + PART_SIZE, Post.published_at <= now)
        .order_by(Post.id)
    )
    return [Article(slug, max(saved, dated or saved)) for slug, saved, dated in rows]
