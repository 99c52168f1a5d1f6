"""Words become articles: one way in, whichever database stands behind it.

It ranks inside the newest matches alone, those in titles and those anywhere, so that a word that
stands in a hundred thousand articles costs what a rare one does. What was asked is written nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hrsite.posts import guessing, listing, synonyms
from hrsite.posts.indexing import ID_BITS, language, place_of, post_of
from hrsite.posts.marking import Piece, marked, piece_with
from hrsite.posts.models import Post
from hrsite.posts.queries import Phrase, Query, Wanted, read
from hrsite.posts.terms import in_one_line

PAGE_SIZE = 10
MOST_RANKED = 500
SECONDS_A_YEAR = 365.25 * 86_400
# How much more an article of today weighs than one from long ago.
NEWEST_WEIGHS_MORE = 0.3

Score = tuple[int, int, float, int]


class Asked(NamedTuple):
    """The newest matches: anywhere with their scores, and in titles alone."""

    anywhere: str
    titles: str


SQLITE = Asked(
    "SELECT rowid AS place, -bm25(search_index, 12.0, 5.0, 5.0, 1.0) AS score FROM search_index"
    " WHERE search_index MATCH :query AND rowid < :until ORDER BY rowid DESC LIMIT :most",
    "SELECT rowid AS place FROM search_index"
    " WHERE search_index MATCH :query AND rowid < :until ORDER BY rowid DESC LIMIT :most",
)
POSTGRESQL = Asked(
    "SELECT place, ts_rank('{0.1, 0.4, 0.4, 1.0}', terms, CAST(:query AS tsquery), 1) AS score"
    " FROM (SELECT place, terms FROM search_entries WHERE terms @@ CAST(:query AS tsquery)"
    " AND place < :until ORDER BY place DESC LIMIT :most) AS newest",
    "SELECT place FROM search_entries WHERE terms @@ CAST(:query AS tsquery)"
    " AND place < :until ORDER BY place DESC LIMIT :most",
)


@dataclass(frozen=True)
class Result:
    """One article that was found, with its matches marked."""

    post: Post
    title: Sequence[Piece]
    words: Sequence[Piece]


@dataclass(frozen=True)
class Found:
    """A page of what was found."""

    results: Sequence[Result] = ()
    total: int = 0
    page: int = 1
    has_more: bool = False
    is_all: bool = True  # Or are there older matches that were not looked at?
    has_every_word: bool = True
    was_cut: bool = False
    is_empty: bool = False  # There was nothing to look for.
    meant: str = ""
    unmatched: list[str] = field(default_factory=list)


def search(session: Session, typed: str, now: datetime, page: int = 1) -> Found:
    """The articles readers may see that have these words, the best ones first."""
    tongue = language()
    groups = synonyms.groups_of(synonyms.lines(session).text, tongue)
    query = read(typed, groups, tongue)
    if not query.wanted:
        return Found(is_empty=True)
    places, has_every_word = _ranked(session, query, now, every=True), True
    meant = ""
    if not places:
        meant = guessing.meant(
            session, query.words, groups.words,
            lambda words: bool(_ranked(session, read(words, groups, tongue), now, every=True)),
        )  # fmt: skip
        if len(query.wanted) > 1:
            places, has_every_word = _ranked(session, query, now, every=False), False
    start = (page - 1) * PAGE_SIZE
    shown = places[start : start + PAGE_SIZE]
    return Found(
        results=_results(session, shown, query, now),
        total=len(places),
        page=page,
        has_more=len(places) > start + PAGE_SIZE,
        is_all=len(places) < MOST_RANKED,
        has_every_word=has_every_word,
        was_cut=query.was_cut,
        meant=meant,
    )


def _ranked(session: Session, query: Query, now: datetime, *, every: bool) -> list[int]:
    """Places in the index, the best first: current before outdated, title before text."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    spell, asked = (_sqlite, SQLITE) if is_sqlite else (_postgresql, POSTGRESQL)
    bounds = {"until": place_of(now), "most": MOST_RANKED}

    def found(statement: str, in_title: bool) -> Any:
        values = {"query": spell(query, every, in_title), **bounds}
        return session.execute(text(statement), values)

    scores = {row.place: row.score for row in found(asked.anywhere, False)}
    # Titles older than those too, without a score: to weigh a word costs most of a search.
    titles = {row.place for row in found(asked.titles, True)} if every and scores else set()
    scores = dict.fromkeys(titles, 0.0) | scores
    outdated, here = _outdated(session, now) if scores else set(), place_of(now)

    def order(place: int) -> Score:
        years = max(0, (here - place) >> ID_BITS) / SECONDS_A_YEAR
        weight = 1 + NEWEST_WEIGHS_MORE / (1 + years)
        is_old = post_of(place) in outdated
        return (is_old, place not in titles, -scores[place] * weight, -place)

    return sorted(scores, key=order)


def _outdated(session: Session, now: datetime) -> set[int]:
    return set(session.scalars(select(Post.id).where(Post.current_until <= now)))


def _results(session: Session, places: Sequence[int], query: Query, now: datetime) -> list[Result]:
    ids = [post_of(place) for place in places]
    # Asked once more of the articles themselves: what readers may not see is never shown.
    posts = session.scalars(listing.published(now).where(Post.id.in_(ids)).order_by(None))
    by_id = {post.id: post for post in posts}
    tongue, marks = language(), query.marks()
    return [
        Result(
            post,
            marked(post.title, marks, tongue),
            piece_with(in_one_line(post.body_html), marks, tongue)
            or marked(post.summary, marks, tongue),
        )
        for post in (by_id.get(post_id) for post_id in ids)
        if post is not None
    ]


def _sqlite(query: Query, every: bool, in_title: bool) -> str:
    """FTS5's own language. Terms are letters and digits alone, and stand in quotes."""

    def one(wanted: Wanted) -> str:
        first, *others = (_quoted(phrase) for phrase in wanted.phrases)
        ways = [f"{first} *" if wanted.may_begin else first, *others]
        return f"({' OR '.join(ways)})"

    said = (" AND " if every else " OR ").join(one(wanted) for wanted in query.wanted)
    said = f"{{title}} : ({said})" if in_title else f"({said})"
    unwanted = " OR ".join(_quoted(phrase) for phrase in query.unwanted)
    return f"{said} NOT ({unwanted})" if unwanted else said


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'


def _postgresql(query: Query, every: bool, in_title: bool) -> str:
    """The language of tsquery, with the same terms in its own quotes."""
    title = "A" if in_title else ""

    def phrase_of(phrase: Phrase, weight: str, may_begin: bool = False) -> str:
        ends = [f":{weight}" if weight else ""] * len(phrase)
        if may_begin:
            ends[-1] = f":*{weight}"
        parts = [f"'{term}'{end}" for term, end in zip(phrase, ends, strict=True)]
        return f"({' <-> '.join(parts)})"

    def one(wanted: Wanted) -> str:
        ways = [phrase_of(phrase, title) for phrase in wanted.phrases]
        if wanted.may_begin:
            ways.append(phrase_of(wanted.phrases[0], title, may_begin=True))
        return f"({' | '.join(ways)})"

    said = (" & " if every else " | ").join(one(wanted) for wanted in query.wanted)
    unwanted = " | ".join(phrase_of(phrase, "") for phrase in query.unwanted)
    return f"({said}) & !({unwanted})" if unwanted else said
