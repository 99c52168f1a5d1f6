"""How often articles are opened: write the numbers down, and tell them."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Date, bindparam, delete, extract, func, select, text
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of
from hrsite.posts.listing import AnyPost
from hrsite.posts.models import Post
from hrsite.posts.models_viewing import PostViews

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
# Below this a number would tell its reader that somebody is watched.
FEWEST_SHOWN = 50

# Spelt out, because SQLite and PostgreSQL read the same words, and SQLAlchemy's way to say them
# would bring the dialect of the one that is not there.
_ADD = text(
    "INSERT INTO post_views (post_id, day, count) VALUES (:post_id, :day, :count)"
    " ON CONFLICT (post_id, day) DO UPDATE SET count = post_views.count + excluded.count"
).bindparams(bindparam("day", type_=Date))
_FOLD = text(
    "INSERT INTO post_views (post_id, day, count) SELECT post_id, :first, sum(count)"
    " FROM post_views WHERE day > :first AND day < :next GROUP BY post_id"
    " ON CONFLICT (post_id, day) DO UPDATE SET count = post_views.count + excluded.count"
).bindparams(bindparam("first", type_=Date), bindparam("next", type_=Date))


class Views(NamedTuple):
    """How often an article was opened: in the last 7 days, the last 30, and ever."""

    week: int = 0
    month: int = 0
    ever: int = 0


def write_down(session: Session, tally: Mapping[tuple[int, date], int]) -> None:
    """Add the numbers of one process to those of the others, in one statement."""
    there = set(
        session.scalars(select(Post.id).where(is_one_of(Post.id, {post for post, _ in tally})))
    )
    # In one order everywhere, so that two processes never wait for each other in a circle.
    rows = [
        {"post_id": post, "day": day, "count": count}
        for (post, day), count in sorted(tally.items())
        if post in there and count > 0
    ]
    if not rows:
        return
    session.execute(_ADD, rows)


def views_of(session: Session, posts: Iterable[Post], today: date) -> dict[int, Views]:
    """The numbers of some articles, by row number."""
    wanted = [post.id for post in posts]
    rows = session.execute(
        select(
            PostViews.post_id,
            _since(today - WEEK),
            _since(today - MONTH),
            func.sum(PostViews.count),
        )
        .where(is_one_of(PostViews.post_id, wanted))
        .group_by(PostViews.post_id)
    )
    opened = {post: Views(*(int(count or 0) for count in counts)) for post, *counts in rows}
    return {post: opened.get(post, Views()) for post in wanted}


def shown_to_readers(session: Session, post: AnyPost) -> int:
    """A number that stays true for a while and watches nobody: tens, from fifty on; else 0."""
    ever = session.scalar(select(func.sum(PostViews.count)).where(PostViews.post_id == post.id))
    return int(ever) // 10 * 10 if ever and ever >= FEWEST_SHOWN else 0


def fold_old(session: Session, today: date) -> None:
    """Add each month's days to its first day, once no page tells them one by one any more.

    So the rows stay few, and all sums what they were.
    """
    told_from = (today - MONTH).replace(day=1)
    old = (PostViews.day < told_from, extract("day", PostViews.day) != 1)
    while day := session.scalar(select(func.min(PostViews.day)).where(*old)):
        first = day.replace(day=1)
        of_it = {"first": first, "next": (first + MONTH + timedelta(days=1)).replace(day=1)}
        session.execute(_FOLD, of_it)
        session.execute(
            delete(PostViews).where(PostViews.day > first, PostViews.day < of_it["next"])
        )


def _since(day: date) -> ColumnElement[int]:
    return func.sum(PostViews.count).filter(PostViews.day > day)
