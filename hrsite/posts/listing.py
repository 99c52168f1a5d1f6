"""What the public may see of articles, in order: the only spelling of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session, defer, lazyload

from hrsite import clock
from hrsite.pagecache import changes_with_time
from hrsite.posts.keeping import months_counted
from hrsite.posts.models import MonthCount, Post, Tag, post_tags
from hrsite.posts.months import Month

PAGE_SIZE = 12
# A card shows neither the text nor the topics.
FOR_CARDS = (defer(Post.body_html), lazyload(Post.tags))


class NoSuchPage(Exception):
    """The place in the list to go on from is not there, or readers may not see it."""


class Place(NamedTuple):
    """A page goes on downwards from the article `before`, or ends upwards of `after`."""

    before: int | None = None
    after: int | None = None


FIRST_PAGE = Place()


class ListPage(NamedTuple):
    """One page of a list, and the places of its neighbours; no place at all is the first page."""

    posts: Sequence[Post]
    older: Place | None
    newer: Place | None


def published(now: datetime) -> Select[Post]:
    """Every article whose date has come, the newest first; of equal dates the later row."""
    # A draft has no date, and in SQL nothing compares with no date.
    return (
        select(Post)
        .where(Post.published_at <= now)
        .order_by(Post.published_at.desc(), Post.id.desc())
    )


@changes_with_time
def next_publishing(session: Session, now: datetime) -> datetime | None:
    """When the next scheduled article comes out."""
    return session.scalar(select(func.min(Post.published_at)).where(Post.published_at > now))


def recent(
    session: Session, now: datetime, limit: int, besides: Sequence[Post] = ()
) -> Sequence[Post]:
    """The newest articles for a list of cards, leaving out those the page shows already."""
    query = _without(published(now), besides)
    return session.scalars(query.options(*FOR_CARDS).limit(limit)).all()


def _without(query: Select[Post], besides: Sequence[Post]) -> Select[Post]:
    known = [post.id for post in besides if post.id is not None]
    return query.where(Post.id.not_in(known)) if known else query


def page_of(
    session: Session,
    now: datetime,
    place: Place = FIRST_PAGE,
    within: Tag | Month | None = None,
    size: int = PAGE_SIZE,
) -> ListPage:
    """One page of the archive, of a topic or of a month. Raises NoSuchPage."""
    # By place and never by OFFSET: the last page costs what the first one does, and an article
    # published meanwhile shows nobody the same card twice.
    shelf = _Shelf(session, now, within)
    if place.after is not None:
        found = shelf.newer_than(place.after, size)
        posts, has_newer, has_older = found[:size][::-1], len(found) > size, True
    else:
        found = shelf.older_than(place.before, size)
        posts, has_newer, has_older = found[:size], place.before is not None, len(found) > size
    if not posts:
        if place != FIRST_PAGE:
            raise NoSuchPage(place)
        return ListPage([], None, None)
    newer = None
    if has_newer:
        # The page before this one is the first page, when what is newer fits on it.
        above = len(shelf.ids_newer_than(posts[0].id, size))
        newer = FIRST_PAGE if above <= size else Place(after=posts[0].id)
    return ListPage(posts, Place(before=posts[-1].id) if has_older else None, newer)


def by_slug(session: Session, slug: str, now: datetime) -> Post | None:
    """The article at an address, when readers may see it."""
    return session.scalar(published(now).where(Post.slug == slug).order_by(None))


def by_number(session: Session, number: int, now: datetime) -> Post | None:
    """The article with this number, when readers may see it."""
    return session.scalar(published(now).where(Post.id == number).order_by(None))


def unlisted(session: Session, token: str, now: datetime) -> Post | None:
    """The article that this secret in a letter leads to, when it may be read."""
    post = session.scalar(select(Post).where(Post.unlisted_token == token))
    return post if post is not None and post.is_unlisted(now) else None


def in_full(
    session: Session,
    now: datetime,
    limit: int,
    tag: Tag | None = None,
    besides: Sequence[Post] = (),
) -> Sequence[Post]:
    """The newest articles with their text, of one topic or of all: first page and feeds."""
    query = _without(published(now), besides).limit(limit)
    if tag is not None:
        query = query.join(post_tags).where(post_tags.c.tag_id == tag.id)
    return session.scalars(query).all()


def addresses(session: Session, now: datetime, limit: int) -> dict[str, str]:
    """Slug and title of the newest articles, to guess which one somebody meant."""
    query = published(now).with_only_columns(Post.slug, Post.title).limit(limit)
    return {row.slug: row.title for row in session.execute(query)}


def tags_with_counts(session: Session, now: datetime) -> list[tuple[Tag, int]]:
    """The topics that have something to read, by name, with how many articles each."""
    ahead = (
        select(func.count())
        .where(post_tags.c.tag_id == Tag.id, post_tags.c.published_at > now)
        .scalar_subquery()
    )
    rows = session.execute(select(Tag, Tag.dated_count - ahead))
    found = [(tag, count) for tag, count in rows if count > 0]
    return sorted(found, key=lambda row: (row[0].name.casefold(), row[0].id))


def tag_by_slug(session: Session, slug: str, now: datetime) -> Tag | None:
    """The topic at an address, when it has anything that readers may see."""
    seen = select(post_tags.c.post_id).where(
        post_tags.c.tag_id == Tag.id, post_tags.c.published_at <= now
    )
    return session.scalar(select(Tag).where(Tag.slug == slug, seen.exists()))


def months_with_counts(session: Session, now: datetime) -> dict[int, list[tuple[Month, int]]]:
    """The months that have something to read, the newest first, under their years."""
    zone = clock.zone()
    rows = session.execute(
        select(MonthCount.month, MonthCount.dated_count).where(MonthCount.zone == zone.key)
    )
    # Nothing is kept for this zone yet: the setting is new, and no article was saved since.
    numbers = {row.month: row.dated_count for row in rows} or months_counted(session.connection())
    for date in session.scalars(select(Post.published_at).where(Post.published_at > now)):
        key = Month.of(date, zone).key if date else ""
        numbers[key] = numbers.get(key, 0) - 1
    years: dict[int, list[tuple[Month, int]]] = {}
    for key in sorted((key for key, number in numbers.items() if number > 0), reverse=True):
        month = Month.read(key)
        years.setdefault(month.year, []).append((month, numbers[key]))
    return years


class _Shelf:
    """All articles readers may see, or those of one topic or month, from either end."""

    def __init__(self, session: Session, now: datetime, within: Tag | Month | None) -> None:
        self.session, self.now = session, now
        self.date: ColumnElement[datetime | None] | Any = Post.published_at
        self.number: ColumnElement[int] | Any = Post.id
        self.query = select(Post).options(*FOR_CARDS)
        self.tag = within if isinstance(within, Tag) else None
        self.month = within if isinstance(within, Month) else None
        if self.tag is not None:
            # The order and the bound are those of the rows that join, which have an index for it.
            self.date, self.number = post_tags.c.published_at, post_tags.c.post_id
            self.query = self.query.join(post_tags).where(post_tags.c.tag_id == self.tag.id)
        self.until: Any = self.date <= now
        if self.month is not None and (ends_at := self.month.ends_at(clock.zone())) <= now:
            self.until = self.date < ends_at

    def older_than(self, before: int | None, size: int) -> Sequence[Post]:
        """So many, and one more if there is one, the newest first."""
        # One bound alone: of two, SQLite may walk the index by the wrong one.
        query = self.query.where(self.until if before is None else self._key < self._of(before))
        if self.month is not None:
            query = query.where(self.date >= self.month.begins_at(clock.zone()))
        query = query.order_by(self.date.desc(), self.number.desc())
        return self.session.scalars(query.limit(size + 1)).all()

    def newer_than(self, after: int, size: int) -> Sequence[Post]:
        """So many, and one more if there is one, the oldest first."""
        return self.session.scalars(self._upwards(self.query, after, size)).all()

    def ids_newer_than(self, after: int, size: int) -> Sequence[int]:
        """Their ids alone, out of the index."""
        rows = select(self.number)
        if self.tag is not None:
            rows = rows.where(post_tags.c.tag_id == self.tag.id)
        return self.session.scalars(self._upwards(rows, after, size)).all()

    def _upwards(self, query: Select[Any], after: int, size: int) -> Select[Any]:
        query = query.where(self._key > self._of(after), self.until)
        return query.order_by(self.date, self.number).limit(size + 1)

    @property
    def _key(self) -> Any:
        return tuple_(self.date, self.number)

    def _of(self, post_id: int) -> tuple[datetime, int]:
        """An article's place in the order, when readers may see it."""
        date = self.session.scalar(
            select(Post.published_at).where(Post.id == post_id, Post.published_at <= self.now)
        )
        if date is None or (self.month is not None and Month.of(date, clock.zone()) != self.month):
            raise NoSuchPage(post_id)
        return date, post_id
