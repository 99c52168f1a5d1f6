"""Which articles stand under "Start here" on the first page, and in which order."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.orm import Session, defer, lazyload

from hrsite.posts.models import Post
from hrsite.prepared import Question

MOST = 3
_START_HERE = Question(
    select(Post.id)
    .where(Post.pinned_place.is_not(None), Post.published_at <= bindparam("now"))
    .order_by(Post.pinned_place, Post.id)
)


class TooManyPinned(Exception):
    """There is room for three."""


def pinned(session: Session) -> Sequence[Post]:
    """All that the coach has pinned, in order; also what is off the site for now."""
    return session.scalars(
        select(Post)
        .where(Post.pinned_place.is_not(None))
        .options(defer(Post.body_html), lazyload(Post.tags))
        .order_by(Post.pinned_place, Post.id)
    ).all()


def start_here(engine: Engine, now: datetime) -> Sequence[int]:
    """The numbers of those that readers may see.

    Withdrawn articles keep their place and are not shown.
    """
    return _START_HERE.firsts(engine, now=now)


def pin(session: Session, post: Post) -> None:
    """Put an article under the others. Pinned twice it stays where it is. Raises TooManyPinned."""
    others = pinned(session)
    if post in others:
        return
    if len(others) >= MOST:
        raise TooManyPinned
    post.pinned_place = len(others) + 1
    _number(others)


def unpin(session: Session, post: Post) -> None:
    """Take an article away from there; on the site it stays."""
    post.pinned_place = None
    session.flush()
    _number(pinned(session))


def move(session: Session, post: Post, is_up: bool) -> None:
    """One place up or down. At an end, or when it is not pinned, nothing happens."""
    order = list(pinned(session))
    if post in order:
        at = order.index(post)
        order.insert(max(0, at - 1 if is_up else at + 1), order.pop(at))
        _number(order)


def _number(order: Sequence[Post]) -> None:
    for place, post in enumerate(order, 1):
        post.pinned_place = place
