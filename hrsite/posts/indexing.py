"""The search index: every article with a date, written down in the same flush that changes it.

A place in the index is the date and the number of an article in one number, so that the newest
matches are the last ones and what lies ahead is behind all of them. Its tables are made by a
migration alone: SQLite's FTS5 and PostgreSQL's tsvector have no common model.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import Connection, event, inspect, select, text
from sqlalchemy.orm import Session

from hrsite.columns import is_one_of
from hrsite.posts import ranking, vectors
from hrsite.posts.models import Post, Tag, post_tags
from hrsite.posts.terms import plain, terms_of

# Raised when the same text would be written down otherwise: then all are written anew.
EDITION = 2
AT_ONCE = 200
ID_BITS = 30
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LOOKED_AT = ("title", "summary", "body_html", "published_at", "tags")


class Text(NamedTuple):
    """What is searched of one article, spelt in terms."""

    post_id: int
    place: int
    title: str
    summary: str
    topics: str
    body: str
    words: frozenset[str]


def language() -> str:
    """Whose endings are cut off words."""
    return str(current_app.config["SITE_LANGUAGE"])


def place_of(moment: datetime, post_id: int = 0) -> int:
    """Where an article of this moment stands; without a number, where that second begins."""
    return ((moment - EPOCH) // timedelta(seconds=1) << ID_BITS) | post_id


def moment_of(place: int) -> datetime:
    """The second of the article that stands there."""
    return EPOCH + timedelta(seconds=place >> ID_BITS)


def post_of(place: int) -> int:
    """The number of the article that stands there."""
    return place & ((1 << ID_BITS) - 1)


def write(connection: Connection, post_ids: Iterable[int]) -> None:
    """Write some articles down as they are now; those without a date are taken out."""
    ids = list(post_ids)
    for post_id in ids:
        connection.execute(text("DELETE FROM search_entries WHERE post_id = :it"), {"it": post_id})
    add(connection, _texts(connection, ids))


def add(connection: Connection, texts: Iterable[Text]) -> None:
    """Write down articles that are in the index no more, or not yet."""
    is_sqlite = connection.dialect.name == "sqlite"
    rows = [_row(one, is_sqlite) for one in texts]
    if not rows:
        return
    for statement in SQLITE if is_sqlite else POSTGRESQL:
        connection.execute(text(statement), rows)
    # In one order always: two who write at once would else wait for each other.
    words = sorted({word for row in rows for word in row["words"] if word.isalpha()})
    connection.execute(
        text("INSERT INTO search_vocabulary (word) VALUES (:word) ON CONFLICT DO NOTHING"),
        [{"word": word} for word in words],
    ) if words else None


def forget_all(session: Session) -> None:
    """Mark every entry as out of date; each is found until it is written anew."""
    session.execute(text("UPDATE search_entries SET made_by = ''"))
    session.execute(text("DELETE FROM search_vocabulary"))


def out_of_date(session: Session, after: int = 0) -> Sequence[int]:
    """Some articles that are not written down, or were by another edition of this file."""
    found = session.execute(
        text(
            "SELECT posts.id FROM posts LEFT JOIN search_entries ON post_id = posts.id"
            " WHERE posts.id > :after AND published_at IS NOT NULL"
            " AND (post_id IS NULL OR made_by <> :it) ORDER BY posts.id LIMIT :limit"
        ),
        {"after": after, "it": _edition(), "limit": AT_ONCE},
    )
    return found.scalars().all()


SQLITE = (
    "INSERT INTO search_entries (post_id, place, made_by, heads)"
    " VALUES (:post_id, :place, :made_by, :heads)",
    "INSERT INTO search_index (rowid, title, summary, topics, body)"
    " VALUES (:place, :title, :summary, :topics, :body)",
    "INSERT INTO search_titles (rowid, title) VALUES (:place, :title)",
)
POSTGRESQL = (
    "INSERT INTO search_entries (post_id, place, made_by, heads, terms, handles) VALUES (:post_id,"
    " :place, :made_by, :heads, CAST(:of_terms AS tsvector), CAST(:of_handles AS tsvector))"
    # Two processes may catch up at the same moment.
    " ON CONFLICT (post_id) DO UPDATE SET place = excluded.place, made_by = excluded.made_by,"
    " heads = excluded.heads, terms = excluded.terms, handles = excluded.handles",
)


def _row(one: Text, is_sqlite: bool) -> dict[str, Any]:
    parts = (one.title, one.summary, one.topics, one.body)
    row = one._asdict() | {"made_by": _edition(), "heads": ranking.heads_of(*parts)}
    if is_sqlite:
        return row
    handles = vectors.of_handles(moment_of(one.place), *parts)
    return row | {"of_terms": vectors.of_terms(parts), "of_handles": handles}


def _edition() -> str:
    return f"{EDITION}/{language()}"[:40]


def _texts(connection: Connection, ids: list[int]) -> list[Text]:
    topics: dict[int, list[str]] = {}
    named = select(post_tags.c.post_id, Tag.name).join(Tag, Tag.id == post_tags.c.tag_id)
    for post_id, name in connection.execute(named.where(is_one_of(post_tags.c.post_id, ids))):
        topics.setdefault(post_id, []).append(name)
    rows = connection.execute(
        select(Post.id, Post.published_at, Post.title, Post.summary, Post.body_html).where(
            is_one_of(Post.id, ids), Post.published_at.is_not(None)
        )
    )
    return [
        text_of(row.id, row.published_at, row.title, row.summary, row.body_html,
                sorted(topics.get(row.id, [])))
        for row in rows
    ]  # fmt: skip


def text_of(
    post_id: int, date: datetime, title: str, summary: str, body_html: str, topics: list[str]
) -> Text:
    """One article, spelt in terms."""
    tongue = language()
    parts = [title, summary, " . ".join(topics), plain(body_html)]
    read = [list(terms_of(part, tongue)) for part in parts]
    words = {term.word for terms in read for term in terms}
    spellings = [" ".join(term.text for term in terms) for terms in read]
    return Text(post_id, place_of(date, post_id), spellings[0], spellings[1], spellings[2],
                spellings[3], frozenset(words))  # fmt: skip


@event.listens_for(Session, "after_flush")
def _after_flush(session: Session, context: Any) -> None:
    changed = {row.id for row in {*session.new, *session.dirty} if _reads_otherwise(row)}
    renamed = [row.id for row in session.dirty if isinstance(row, Tag) and _is_changed(row, "name")]
    if renamed:
        of_them = select(post_tags.c.post_id).where(is_one_of(post_tags.c.tag_id, renamed))
        changed |= set(session.connection().execute(of_them).scalars())
    if changed:
        write(session.connection(), sorted(changed))


def _reads_otherwise(row: Any) -> bool:
    return isinstance(row, Post) and any(_is_changed(row, name) for name in LOOKED_AT)


def _is_changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())
