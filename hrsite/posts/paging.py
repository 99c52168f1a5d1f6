"""Goes through the articles readers may see a page at a time: all of them, a topic's, a month's."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Engine, Integer, bindparam, select, tuple_

from hrsite import clock
from hrsite.columns import UTCDateTime
from hrsite.posts.listing import ListedTag
from hrsite.posts.models import Post, post_tags
from hrsite.posts.months import Month
from hrsite.prepared import Question

PAGE_SIZE = 12
# Dates are kept to the microsecond.
JUST_BEFORE = timedelta(microseconds=1)


class NoSuchPage(Exception):
    """The place in the list to go on from is not there, or readers may not see it."""


class Place(NamedTuple):
    """A page goes on downwards from the article `before`, or ends upwards of `after`."""

    before: int | None = None
    after: int | None = None


FIRST_PAGE = Place()


class ListPage(NamedTuple):
    """The numbers of the articles on a page, and the places of its neighbours.

    No place at all is the first page.
    """

    numbers: Sequence[int]
    older: Place | None
    newer: Place | None


def page_of(
    engine: Engine,
    now: datetime,
    place: Place = FIRST_PAGE,
    within: ListedTag | Month | None = None,
    size: int = PAGE_SIZE,
) -> ListPage:
    """One page of the archive, of a topic or of a month. Raises NoSuchPage."""
    # By place and never by OFFSET: the last page costs what the first one does, and an article
    # published meanwhile shows nobody the same card twice.
    row = _Row(engine, now, within, size + 1)
    if place.after is not None:
        found = row.newer_than(place.after)
        numbers, has_newer, has_older = found[:size][::-1], len(found) > size, True
    else:
        found = row.newest() if place.before is None else row.older_than(place.before)
        numbers, has_newer, has_older = found[:size], place.before is not None, len(found) > size
    if not numbers:
        if place != FIRST_PAGE:
            raise NoSuchPage(place)
        return ListPage([], None, None)
    newer = None
    if has_newer:
        # The page before this one is the first page, when what is newer fits on it.
        above = len(row.newer_than(numbers[0]))
        newer = FIRST_PAGE if above <= size else Place(after=numbers[0])
    return ListPage(numbers, Place(before=numbers[-1]) if has_older else None, newer)


# Which articles a row is of, and from where it is walked.
Of = Literal["all", "tag", "month"]
Way = Literal["newest", "older", "newer"]


class _Row:
    """The articles in order, `most` at a time: one more than a page tells whether it goes on."""

    def __init__(
        self, engine: Engine, now: datetime, within: ListedTag | Month | None, most: int
    ) -> None:
        self.engine, self.now, self.within = engine, now, within
        self.values: dict[str, Any] = {"until": now, "most": most}
        self.of: Of = "all"
        if isinstance(within, ListedTag):
            self.of = "tag"
            self.values["tag"] = within.id
        elif within is not None:
            self.of, zone = "month", clock.zone()
            self.values["since"] = within.begins_at(zone)
            self.values["until"] = min(now, within.ends_at(zone) - JUST_BEFORE)

    def newest(self) -> Sequence[int]:
        """The newest first."""
        return self._walk("newest")

    def older_than(self, number: int) -> Sequence[int]:
        """The newest first. Raises NoSuchPage."""
        return self._walk("older", number)

    def newer_than(self, number: int) -> Sequence[int]:
        """The oldest first. Raises NoSuchPage."""
        return self._walk("newer", number)

    def _walk(self, way: Way, number: int | None = None) -> Sequence[int]:
        place = {} if number is None else {"date": self._date_of(number), "number": number}
        return _question(self.of, way).firsts(self.engine, **self.values, **place)

    def _date_of(self, number: int) -> datetime:
        """Where an article has its place, when readers may see it."""
        dates: list[datetime] = _DATE_OF.firsts(self.engine, number=number, now=self.now)
        if not dates or (
            isinstance(self.within, Month) and Month.of(dates[0], clock.zone()) != self.within
        ):
            raise NoSuchPage(number)
        return dates[0]


_DATE_OF = Question(
    select(Post.published_at).where(
        Post.id == bindparam("number"), Post.published_at <= bindparam("now")
    )
)


@cache
def _question(of: Of, way: Way) -> Question:
    """Spelt once: that takes as long as the answer."""
    date: ColumnElement[Any] | Any = Post.published_at
    number: ColumnElement[int] | Any = Post.id
    if of == "tag":
        # The order and the bound are those of the rows that join, which have an index for it.
        date, number = post_tags.c.published_at, post_tags.c.post_id
    query = select(number).limit(bindparam("most"))
    until = date <= bindparam("until")
    here = tuple_(date, number)
    place = tuple_(bindparam("date", type_=UTCDateTime), bindparam("number", type_=Integer))
    if of == "tag":
        query = query.where(post_tags.c.tag_id == bindparam("tag"))
    if way == "newer":
        return Question(query.where(here > place, until).order_by(date, number))
    # One bound alone: of two, SQLite may walk the index by the wrong one.
    query = query.where(until if way == "newest" else here < place)
    if of == "month":
        query = query.where(date >= bindparam("since"))
    return Question(query.order_by(date.desc(), number.desc()))
