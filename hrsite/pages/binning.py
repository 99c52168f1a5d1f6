"""The bin: articles, notices and pages go in, come back, and go for good."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import structlog
from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import earlier, unsaved
from hrsite.binning import LASTS
from hrsite.hints import keeping
from hrsite.newsletter import following, holding
from hrsite.newsletter.models import Issue, issue_articles
from hrsite.notices import publishing as notice_publishing
from hrsite.notices.models import SessionNotice
from hrsite.pages import ordering
from hrsite.pages.models import Page
from hrsite.posts import publishing as post_publishing
from hrsite.posts.models import Post

log = structlog.get_logger(__name__)

Row = Post | SessionNotice | Page
Kind = type[Post] | type[SessionNotice] | type[Page]

KINDS: dict[str, Kind] = {"article": Post, "notice": SessionNotice, "page": Page}

# Where a letter's record names an article or a notice. Reminders and news of a change do too.
_NAMED_IN = {
    Post: (Issue.post_id, issue_articles.c.post_id),
    SessionNotice: (Issue.notice_id, Issue.about_id),
}


class Lying(NamedTuple):
    """One thing in the bin."""

    kind: str
    row: Row
    # A letter names it: it stays with the record of that.
    is_kept: bool

    @property
    def was_seen(self) -> bool:
        """Did readers see it, so that it can be put back for them?"""
        return was_seen(self.row)


class Kept(Exception):
    """A letter names it, so it stays with the record of that."""


def hold(session: Session, kind: str, row_id: int) -> Row | None:
    """The thing as it stands, closed to other writers until the transaction ends."""
    table = KINDS[kind]
    query = all_of(table).where(table.id == row_id).with_for_update(of=table)
    return session.scalar(query.execution_options(populate_existing=True))


def was_seen(row: Row) -> bool:
    """Can it be put back for readers? A page always is for them."""
    if isinstance(row, Page) or row.was_published_at is not None:
        return True
    return isinstance(row, Post) and row.unlisted_at is not None


def throw_away(session: Session, row: Row, now: datetime) -> str:
    """Into the bin; says what became of its letter."""
    if isinstance(row, Page):
        ordering.throw_away(row, now)
        return ""
    if isinstance(row, SessionNotice):
        notice_publishing.throw_away(row, now)
        return following.taken_off(session, row, now)
    said = holding.take_back(session, row, now)
    post_publishing.throw_away(row, now)
    return said


def put_back(session: Session, row: Row, is_for_readers: bool) -> None:
    """Out of the bin, as a draft or where readers see it."""
    if isinstance(row, Page):
        ordering.put_back(session, row)
    elif isinstance(row, Post):
        post_publishing.put_back(row, is_for_readers)
    else:
        notice_publishing.put_back(row, is_for_readers)


def delete(session: Session, row: Row) -> None:
    """For good. Raises Kept."""
    if is_kept(session, row):
        raise Kept(row.id)
    _delete(session, row)
    session.flush()


def is_kept(session: Session, row: Row) -> bool:
    """Does a letter name it? A plain one's link to its number must never lead to another."""
    named = select(type(row).id).where(type(row).id == row.id, _is_named(type(row)))
    return session.scalar(named) is not None


def lying(session: Session) -> list[Lying]:
    """All that is in the bin, what went in last first."""
    found = [
        Lying(kind, row, is_kept(session, row))
        for kind, table in KINDS.items()
        for row in session.scalars(all_of(table).where(table.deleted_at.is_not(None)))
    ]
    return sorted(found, key=lambda one: (str(one.row.deleted_at), one.row.id), reverse=True)


def empty(session: Session, now: datetime) -> int:
    """Let go of what has lain there long enough. How many that were."""
    rows = [row for kind in KINDS.values() for row in _over(session, kind, now)]
    return sum(_is_let_go(session, row) for row in rows)


def _is_let_go(session: Session, row: Row) -> bool:
    """Let go of one; one that must stay after all keeps no other back."""
    table, row_id = row.__tablename__, row.id
    try:
        with session.begin_nested():
            _delete(session, row)
    except IntegrityError as trouble:
        log.error("not_let_go", table=table, row=row_id, exc_info=trouble)
        return False
    return True


def _delete(session: Session, row: Row) -> None:
    for kept_with_it in (unsaved, earlier, keeping):
        kept_with_it.forget_of(session, row.__tablename__, row.id)
    session.delete(row)


def all_of(table: Kind) -> Select[Row]:
    """Every row of one kind, to be narrowed."""
    query: Select[Row] = select(table)
    return query


def _over(session: Session, table: Kind, now: datetime) -> Sequence[Row]:
    query = all_of(table).where(table.deleted_at <= now - LASTS, ~_is_named(table))
    return session.scalars(query.with_for_update(of=table)).all()


def _is_named(table: Kind) -> ColumnElement[bool]:
    columns = _NAMED_IN.get(table, ())
    return or_(false(), *(exists().where(column == table.id) for column in columns))
