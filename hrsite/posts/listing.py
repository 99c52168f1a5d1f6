"""What the public may see of articles, in order: the only spelling of it.

A list is the numbers of its articles. Statements of pages that are made often are spelt out once:
to spell one takes as long as its answer does.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Engine, Select, String, bindparam, func, select
from sqlalchemy.orm import Session, defer, lazyload

from hrsite import clock
from hrsite.columns import is_one_of, number_list
from hrsite.described import ShownPicture
from hrsite.media.models import Picture
from hrsite.posts.keeping import months_counted
from hrsite.posts.models import MonthCount, Post, Tag, is_over, post_tags
from hrsite.posts.months import Month
from hrsite.prepared import Question
from hrsite.ready.pagecache import changes_with_time

# A card shows neither the text nor the topics.
FOR_CARDS = (defer(Post.body_html), lazyload(Post.tags))


class ListedTag(NamedTuple):
    """What a list says of a tag, which readers know as a topic."""

    id: int
    name: str
    slug: str


class ShownPost(NamedTuple):
    """What an article's page says of it, under the names that a Post has for it."""

    id: int
    slug: str
    title: str
    summary: str
    body_html: str
    language: str
    author_name: str
    content_note: str
    published_at: datetime
    updated_at: datetime
    reviewed_at: datetime | None
    current_until: datetime | None
    picture: ShownPicture | None
    tags: Sequence[ListedTag]

    @property
    def is_email_only(self) -> bool:
        """Never: it stands on the site."""
        return False

    @property
    def out_at(self) -> datetime:
        """Its date."""
        return self.published_at

    def is_past_its_date(self, now: datetime) -> bool:
        """Was what it says true until a moment that is over?"""
        return is_over(self.current_until, now)


AnyPost = Post | ShownPost


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


def recent(session: Session, now: datetime, limit: int) -> Sequence[Post]:
    """The newest articles, without their text."""
    return session.scalars(published(now).options(*FOR_CARDS).limit(limit)).all()


def newest(engine: Engine, now: datetime, limit: int) -> Sequence[int]:
    """The numbers of the newest articles."""
    return _NEWEST.firsts(engine, now=now, limit=limit)


_NEWEST = Question(
    select(Post.id)
    .where(Post.published_at <= bindparam("now"))
    .order_by(Post.published_at.desc(), Post.id.desc())
    .limit(bindparam("limit"))
)


def numbered(
    session: Session, now: datetime, numbers: Iterable[int], *, in_full: bool = False
) -> Sequence[Post]:
    """The articles with these numbers that readers may see, in any order: for cards."""
    query = _NUMBERED_IN_FULL if in_full else _NUMBERED
    return session.scalars(query, {"now": now, "numbers": number_list(numbers)}).all()


_NUMBERED_IN_FULL = (
    select(Post)
    .where(
        is_one_of(Post.id, bindparam("numbers", type_=String)),
        Post.published_at <= bindparam("now"),
    )
    .options(lazyload(Post.tags))
)
_NUMBERED = _NUMBERED_IN_FULL.options(defer(Post.body_html))


def by_slug(engine: Engine, slug: str, now: datetime) -> ShownPost | None:
    """The article at an address, when readers may see it."""
    rows = _BY_SLUG.rows(engine, now=now, slug=slug)
    if not rows:
        return None
    of_post, of_picture = rows[0][:_PICTURE_FROM], rows[0][_PICTURE_FROM:_TAG_FROM]
    picture = ShownPicture(*of_picture) if of_picture[0] else None
    tags = [ListedTag(*row[_TAG_FROM:]) for row in rows if row[_TAG_FROM] is not None]
    return ShownPost._make([*of_post, picture, tags])


# The columns of a ShownPost, of its picture and of a tag, each in the order of its fields.
_OF_POST = [getattr(Post, name) for name in ShownPost._fields[:-2]]
_OF_PICTURE = [Picture.name, Picture.alt, Picture.width, Picture.height]
_OF_TAG = [Tag.id, Tag.name, Tag.slug]
_PICTURE_FROM = len(_OF_POST)
_TAG_FROM = _PICTURE_FROM + len(_OF_PICTURE)
# With its topics, a row for each: for one article a second statement costs more than these joins.
# One by one, for SQLite walks through a whole table to join a join.
_BY_SLUG = Question(
    select(*_OF_POST, *_OF_PICTURE, *_OF_TAG)
    .outerjoin(Picture, Picture.id == Post.picture_id)
    .outerjoin(post_tags, post_tags.c.post_id == Post.id)
    .outerjoin(Tag, Tag.id == post_tags.c.tag_id)
    .where(Post.slug == bindparam("slug"), Post.published_at <= bindparam("now"))
    .order_by(Tag.name)
)


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
) -> Sequence[Post]:
    """The newest articles with their text, of one topic or of all: for feeds."""
    query = published(now).limit(limit)
    if tag is not None:
        query = query.join(post_tags).where(post_tags.c.tag_id == tag.id)
    return session.scalars(query).all()


def addresses(session: Session, now: datetime, limit: int) -> dict[str, str]:
    """Slug and title of the newest articles, to guess which one somebody meant."""
    query = published(now).with_only_columns(Post.slug, Post.title).limit(limit)
    return {row.slug: row.title for row in session.execute(query)}


def tags_with_counts(session: Session, now: datetime) -> list[tuple[ListedTag, int]]:
    """The topics that have something to read, by name, with how many articles each."""
    ahead = (
        select(func.count())
        .where(post_tags.c.tag_id == Tag.id, post_tags.c.published_at > now)
        .scalar_subquery()
    )
    rows = session.execute(select(Tag.id, Tag.name, Tag.slug, Tag.dated_count - ahead))
    found = [
        (ListedTag(number, name, slug), count) for number, name, slug, count in rows if count > 0
    ]
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
