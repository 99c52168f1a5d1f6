"""Where each picture is used, and what changes there when the picture changes.

Nothing is kept on save: one query per kind of text brings those that show any picture, and their
addresses are read from them, for a whole page of the library at once. So it is never wrong.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, null, select
from sqlalchemy.orm import Session

from hrsite import unsaved
from hrsite.media import mentioning, shelving, storing
from hrsite.media.models import FormerName, Picture
from hrsite.notices.models import SessionNotice
from hrsite.pages import revising
from hrsite.pages.binning import KINDS, Kind, Row, all_of
from hrsite.pages.models import Page
from hrsite.posts import begun
from hrsite.posts import revising as post_revising
from hrsite.posts.models import Post
from hrsite.settings.models import SiteWords
from hrsite.texts.markup import clean
from hrsite.unsaved import UnsavedWords

ANY_PICTURE = "/media/"
ON_TOP, IN_TEXT, UNSAVED, PORTRAIT = "on top", "in the text", "in words not saved yet", "portrait"
_KIND_OF = {table.__tablename__: kind for kind, table in KINDS.items()}


class Use(NamedTuple):
    """One place where a picture is used."""

    kind: str  # article, notice, page or site
    place: str
    title: str = ""
    row_id: int | None = None
    slug: str = ""
    state: str = ""  # A draft, in the bin, or nothing to say.
    own_words: str = ""  # The text describes it in words of its own.
    key: str = ""  # Of a form that was never saved.


def uses(session: Session, pictures: Iterable[Picture]) -> dict[int, list[Use]]:
    """Where each of these pictures is used. Those in the bin and unsaved words count too."""
    shown = {picture.id: picture for picture in pictures}
    names, found = shelving.names_of(session, shown.values()), defaultdict[int, list[Use]](list)
    for topped, use in _on_top(session, list(shown)):
        if topped in shown:
            found[topped].append(use)
    for table in KINDS.values():
        for html, use in _texts(session, table):
            for picture_id in {names[n] for n in mentioning.named_in(html) if n in names}:
                own = _own_words(html, names, shown[picture_id])
                found[picture_id].append(use._replace(own_words=own))
    for boxes, use in _unsaved(session):
        for picture_id in {names[n] for n in mentioning.named_in(boxes) if n in names}:
            found[picture_id].append(use)
    return found


def rename(session: Session, picture: Picture, now: datetime) -> None:
    """The picture has a new name: write it into every text. What articles said before stays."""
    names = shelving.names_of(session, [picture]).keys()
    _rewrite(session, lambda text: mentioning.renamed(text, names, picture.name), now)
    for words in _unsaved_rows(session):
        words.boxes = mentioning.renamed(words.boxes, names, picture.name)


def describe(
    session: Session, picture: Picture, alt: str, is_decorative: bool, now: datetime
) -> None:
    """Other words for a picture, also in the texts that had none but the ones it had.

    Raises AltTextMissing and AltTextTooLong.
    """
    former, alt = picture.alt, "" if is_decorative else storing.alt_text(alt)
    picture.alt, picture.is_decorative = alt, is_decorative
    names = shelving.names_of(session, [picture]).keys()
    _rewrite(session, lambda html: mentioning.redescribed(html, names, former, alt), now)
    for post in _topped_with(session, picture):
        post.updated_at = now


def delete(session: Session, picture: Picture, now: datetime) -> list[str]:
    """Take it out of every place and let go of it; answers the names whose files must go too."""
    names = list(shelving.names_of(session, [picture]))
    _rewrite(session, lambda html: _without(html, names), now)
    for words in _unsaved_rows(session):
        boxes = unsaved.boxes_of(words)
        if named := mentioning.named_in(words.boxes) & {*names}:
            boxes["body"] = mentioning.without(boxes.get("body", ""), named)
            words.boxes = json.dumps(boxes)
    for post in _topped_with(session, picture):
        post.picture, post.updated_at = None, now
    framed = select(SiteWords).where(SiteWords.portrait_id == picture.id)
    for site in session.scalars(framed).unique():
        site.portrait = None
    for former in session.scalars(select(FormerName).where(FormerName.picture_id == picture.id)):
        session.delete(former)
    session.flush()
    session.delete(picture)
    session.flush()
    return names


def _without(html: str, names: Sequence[str]) -> str:
    left = mentioning.without(html, names)
    # A paragraph that held nothing else is empty now.
    return html if left == html else clean(left)


def _rewrite(session: Session, change: Callable[[str], str], now: datetime) -> None:
    """Change texts that show pictures. A form that holds the text of before is stale then."""
    for table in KINDS.values():
        query = all_of(table).where(table.body_html.contains(ANY_PICTURE))
        query = query.order_by(table.id).with_for_update(of=table)
        for row in session.scalars(query.execution_options(populate_existing=True)).all():
            html = change(row.body_html)
            if html == row.body_html:
                continue
            _keep(session, row)
            row.body_html, row.version = html, row.version + 1
            if not isinstance(row, SessionNotice):  # Its date says when she last made sure of it.
                row.updated_at = now
            _keep(session, row)


def _keep(session: Session, row: Row) -> None:
    if isinstance(row, Post):
        post_revising.keep(session, row)
    elif isinstance(row, Page):
        revising.keep(session, row)


def _on_top(session: Session, picture_ids: Sequence[int]) -> Iterator[tuple[int | None, Use]]:
    date = func.coalesce(Post.published_at, Post.unlisted_at)
    columns = (Post.picture_id, Post.id, Post.title, date, Post.deleted_at)
    query = select(*columns).where(Post.picture_id.in_(picture_ids)).order_by(Post.id.desc())
    for picture_id, row_id, title, published_at, deleted_at in session.execute(query):
        state = _state(deleted_at, is_draft=published_at is None)
        yield picture_id, Use("article", ON_TOP, title, row_id, state=state)
    site = select(SiteWords.portrait_id).where(SiteWords.portrait_id.in_(picture_ids))
    for (picture_id,) in session.execute(site):
        yield picture_id, Use("site", PORTRAIT)


def _texts(session: Session, table: Kind) -> Iterator[tuple[str, Use]]:
    # A page has no date, and is never a draft.
    date: Any = null() if table is Page else table.__table__.c.published_at
    if table is Post:  # What went out by email only is no draft.
        date = func.coalesce(Post.published_at, Post.unlisted_at)
    columns = (table.id, table.title, table.slug, table.body_html, table.deleted_at, date)
    query = select(*columns).where(table.body_html.contains(ANY_PICTURE)).order_by(table.id.desc())
    kind = _KIND_OF[table.__tablename__]
    for row_id, title, slug, html, deleted_at, published_at in session.execute(query):
        state = _state(deleted_at, is_draft=table is not Page and published_at is None)
        yield html, Use(kind, IN_TEXT, title, row_id, slug, state)


def _unsaved(session: Session) -> Iterator[tuple[str, Use]]:
    slugs = None
    for words in _unsaved_rows(session, is_read=True):
        kind, slug = _KIND_OF[words.room], ""
        if kind == "page" and words.row_id is not None:
            slugs = slugs or dict(session.execute(select(Page.id, Page.slug)).tuples().all())
            slug = slugs.get(words.row_id, "")
        title = begun.title_of(words)
        yield words.boxes, Use(kind, UNSAVED, title, words.row_id, slug, key=words.key)


def _unsaved_rows(session: Session, is_read: bool = False) -> Sequence[UnsavedWords]:
    query = select(UnsavedWords).where(UnsavedWords.boxes.contains(ANY_PICTURE))
    query = query.where(UnsavedWords.room.in_(_KIND_OF)).order_by(UnsavedWords.key)
    return session.scalars(query if is_read else query.with_for_update()).all()


def _topped_with(session: Session, picture: Picture) -> Sequence[Post]:
    query = select(Post).where(Post.picture_id == picture.id).order_by(Post.id)
    return session.scalars(query.with_for_update(of=Post)).all()


def _own_words(html: str, names: dict[str, int], picture: Picture) -> str:
    its = [name for name, picture_id in names.items() if picture_id == picture.id]
    said = mentioning.words_in(html, its)
    return next((words for words in said if words and words != picture.alt), "")


def _state(deleted_at: datetime | None, *, is_draft: bool) -> str:
    if deleted_at is not None:
        return "In the bin"
    return "A draft" if is_draft else ""
