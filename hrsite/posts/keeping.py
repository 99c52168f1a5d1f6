"""What is kept beside articles so that no list has to sort or count: it changes with each flush.

A topic's page is read in the order of the date that each of its rows repeats, and the numbers
beside topics and months are kept. Numbers take in dates that lie ahead, because no row changes
when such a date comes: whoever shows them takes off what is still ahead (`listing`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, event, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.columns import is_one_of
from hrsite.posts.models import MonthCount, Post, Tag, post_tags
from hrsite.posts.months import Month

BEFORE = "posts_before_flush"
# Any number: on PostgreSQL, who counts waits for whoever else is counting.
COUNTING = 7_264_102


@dataclass
class Standing:
    """Dates and topics of some articles, as the database has them at one moment."""

    dates: dict[int, datetime | None] = field(default_factory=dict)
    topics: dict[int, set[int]] = field(default_factory=dict)


def recount(session: Session) -> None:
    """Copy every date and count everything anew: after an import, or a change of the zone."""
    connection = session.connection()
    _one_at_a_time(connection)
    own = select(Post.published_at).where(Post.id == post_tags.c.post_id).scalar_subquery()
    connection.execute(
        update(post_tags)
        .where(post_tags.c.published_at.is_distinct_from(own))
        .values(published_at=own)
    )
    _count_topics(connection, session.scalars(select(Tag.id)).all())
    _count_all_months(connection)


def months_counted(connection: Connection) -> dict[str, int]:
    """How many articles each month has, those that lie ahead too, from the dates' own index."""
    zone, numbers = clock.zone(), dict[str, int]()
    first = select(func.min(Post.published_at))
    date = connection.scalar(first)
    while date is not None:
        month = Month.of(date, zone)
        numbers[month.key] = _number_in(connection, month)
        date = connection.scalar(first.where(Post.published_at >= month.ends_at(zone)))
    return numbers


@event.listens_for(Session, "before_flush")
def _before_flush(session: Session, context: Any, instances: Any) -> None:
    changed = [
        row.id
        for row in {*session.dirty, *session.deleted}
        if isinstance(row, Post) and (row in session.deleted or has_moved(row))
    ]
    session.info[BEFORE] = _standing(session.connection(), changed) if changed else Standing()


@event.listens_for(Session, "after_flush")
def _after_flush(session: Session, context: Any) -> None:
    before: Standing = session.info.pop(BEFORE, Standing())
    new = {row.id for row in session.new if isinstance(row, Post) and has_moved(row)}
    if not new and not before.dates:
        return
    connection = session.connection()
    after = _standing(connection, new | set(before.dates))
    for post_id, date in after.dates.items():
        connection.execute(
            update(post_tags).where(post_tags.c.post_id == post_id).values(published_at=date)
        )
    _one_at_a_time(connection)
    _count_topics(connection, _topics_touched(before, after))
    _count_months(connection, _months_touched(before, after))


def has_moved(post: Post) -> bool:
    """Has its date or have its topics changed since it was read?"""
    state = inspect(post).attrs
    return bool(state.published_at.history.has_changes() or state.tags.history.has_changes())


def _standing(connection: Connection, post_ids: Iterable[int]) -> Standing:
    ids, standing = list(post_ids), Standing()
    dated = select(Post.id, Post.published_at).where(is_one_of(Post.id, ids))
    for post_id, date in connection.execute(dated):
        standing.dates[post_id] = date
    rows = select(post_tags.c.post_id, post_tags.c.tag_id)
    for post_id, tag_id in connection.execute(rows.where(is_one_of(post_tags.c.post_id, ids))):
        standing.topics.setdefault(post_id, set()).add(tag_id)
    return standing


def _topics_touched(before: Standing, after: Standing) -> set[int]:
    touched: set[int] = set()
    for post_id in {*before.dates, *after.dates}:
        old, new = before.topics.get(post_id, set()), after.topics.get(post_id, set())
        had_date, has_date = before.dates.get(post_id), after.dates.get(post_id)
        touched |= old ^ new if (had_date is None) == (has_date is None) else old | new
    return touched


def _months_touched(before: Standing, after: Standing) -> set[Month]:
    zone = clock.zone()
    dates = [*before.dates.values(), *after.dates.values()]
    return {Month.of(date, zone) for date in dates if date is not None}


def _one_at_a_time(connection: Connection) -> None:
    # Two who count at once would each miss the other's article. SQLite has one writer anyway.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:it)"), {"it": COUNTING})


def _count_topics(connection: Connection, tag_ids: Iterable[int]) -> None:
    # Counted, and not added up: whatever went wrong before is right again.
    number = (
        select(func.count())
        .where(post_tags.c.tag_id == Tag.id, post_tags.c.published_at.is_not(None))
        .scalar_subquery()
    )
    for tag_id in sorted(tag_ids):
        connection.execute(update(Tag).where(Tag.id == tag_id).values(dated_count=number))


def _count_months(connection: Connection, months: Iterable[Month]) -> None:
    zone, wanted = clock.zone(), sorted(months)
    kept = select(MonthCount.month).where(MonthCount.zone == zone.key).limit(1)
    if not wanted:
        return
    if connection.scalar(kept) is None:  # The first article, or the zone is another now.
        _count_all_months(connection)
        return
    for month in wanted:
        _write_month(connection, zone.key, month.key, _number_in(connection, month))


def _number_in(connection: Connection, month: Month) -> int:
    begins_at, ends_at = month.begins_at(clock.zone()), month.ends_at(clock.zone())
    dated = select(func.count()).where(Post.published_at >= begins_at, Post.published_at < ends_at)
    return connection.scalar(dated) or 0


def _count_all_months(connection: Connection) -> None:
    connection.execute(delete(MonthCount))
    for key, number in months_counted(connection).items():
        _write_month(connection, clock.zone().key, key, number)


def _write_month(connection: Connection, zone: str, month: str, number: int) -> None:
    here = (MonthCount.zone == zone, MonthCount.month == month)
    connection.execute(delete(MonthCount).where(*here))
    if number:
        row = {"zone": zone, "month": month, "dated_count": number}
        connection.execute(insert(MonthCount).values(row))
