"""What the public may see of articles, in order: the only spelling of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session, defer

from hrsite.posts.models import Post, Tag, post_tags

PAGE_SIZE = 12


class NoSuchPage(Exception):
    """The place in the list to go on from is not there, or readers may not see it."""


def published(now: datetime) -> Select[Post]:
    """Every article whose date has come, the newest first; of equal dates the later row."""
    # A draft has no date, and in SQL nothing compares with no date.
    return (
        select(Post)
        .where(Post.published_at <= now)
        .order_by(Post.published_at.desc(), Post.id.desc())
    )


def recent(
    session: Session, now: datetime, limit: int, besides: Post | None = None
) -> Sequence[Post]:
    """The newest articles for a list of cards, leaving out the one that is being read."""
    query = _cards(now).limit(limit)
    if besides is not None and besides.id is not None:
        query = query.where(Post.id != besides.id)
    return session.scalars(query).all()


def page_of(
    session: Session,
    now: datetime,
    before: int | None,
    tag: Tag | None = None,
    size: int = PAGE_SIZE,
) -> tuple[Sequence[Post], int | None]:
    """One page of the archive, or of a topic, and the id to go on from when there is more.

    `before` is the id of the last article on the page before this one. Raises NoSuchPage.
    """
    query = _cards(now)
    if tag is not None:
        query = query.join(post_tags).where(post_tags.c.tag_id == tag.id)
    if before is not None:
        # By place and never by OFFSET: the last page costs what the first one does, and an
        # article published meanwhile shows nobody the same card twice.
        date = session.scalar(
            select(Post.published_at).where(Post.id == before, Post.published_at <= now)
        )
        if date is None:
            raise NoSuchPage(before)
        query = query.where(tuple_(Post.published_at, Post.id) < (date, before))
    posts = session.scalars(query.limit(size + 1)).all()
    return posts[:size], posts[size - 1].id if len(posts) > size else None


def by_slug(session: Session, slug: str, now: datetime) -> Post | None:
    """The article at an address, when readers may see it."""
    return session.scalar(published(now).where(Post.slug == slug))


def by_number(session: Session, number: int, now: datetime) -> Post | None:
    """The article with this number, when readers may see it."""
    return session.scalar(published(now).where(Post.id == number))


def in_full(session: Session, now: datetime, limit: int, tag: Tag | None = None) -> Sequence[Post]:
    """The newest articles with their text, of one topic or of all: first page and feeds."""
    query = published(now).limit(limit)
    if tag is not None:
        query = query.join(post_tags).where(post_tags.c.tag_id == tag.id)
    return session.scalars(query).all()


def tags_with_counts(session: Session, now: datetime) -> list[tuple[Tag, int]]:
    """The topics that have something to read, by name, with how many articles each."""
    rows = session.execute(
        select(Tag, func.count())
        .join(post_tags, post_tags.c.tag_id == Tag.id)
        .join(Post, Post.id == post_tags.c.post_id)
        .where(Post.published_at <= now)
        .group_by(Tag.id)
        .order_by(func.lower(Tag.name), Tag.id)
    )
    return [(tag, count) for tag, count in rows]


def tag_by_slug(session: Session, slug: str, now: datetime) -> Tag | None:
    """The topic at an address, when it has anything that readers may see."""
    return session.scalar(
        select(Tag).where(
            Tag.slug == slug,
            select(post_tags.c.post_id)
            .join(Post, Post.id == post_tags.c.post_id)
            .where(post_tags.c.tag_id == Tag.id, Post.published_at <= now)
            .exists(),
        )
    )


def _cards(now: datetime) -> Select[Post]:
    """Published articles without their text: a card shows none of it."""
    return published(now).options(defer(Post.body_html))
