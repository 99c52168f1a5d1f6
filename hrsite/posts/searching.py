"""Words become articles: one way in, whichever database stands behind it.

It ranks inside the newest matches alone, those in titles and those anywhere, so that a word that
stands in a hundred thousand articles costs what a rare one does. What was asked is written nowhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Session, lazyload, load_only

from hrsite.columns import is_one_of, number_list
from hrsite.posts import guessing, matching, ranking, synonyms
from hrsite.posts.indexing import ID_BITS, language, place_of, post_of
from hrsite.posts.marking import Piece, marked, piece_with
from hrsite.posts.models import Post
from hrsite.posts.queries import Query, read
from hrsite.posts.ranking import Scale
from hrsite.posts.terms import in_one_line

PAGE_SIZE = 10
# With so many titles among the newest matches, an older title is one of many.
ENOUGH_TITLES = 100
SECONDS_A_YEAR = 365.25 * 86_400
# A result shows neither its picture nor its topics, and little of the rest.
FOR_RESULTS = (
    load_only(Post.title, Post.slug, Post.summary, Post.body_html, Post.language,
              Post.published_at, Post.current_until),
    lazyload(Post.picture),
    lazyload(Post.tags),
)  # fmt: skip


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
    is_of_meant: bool = False  # Nothing has what was typed: these have what was meant.


# What each place in the index is worth for what was asked.
Worths = dict[int, float]


def search(session: Session, typed: str, now: datetime, page: int = 1) -> Found:
    """The articles readers may see that have these words, the best ones first."""
    tongue = language()
    groups = synonyms.groups_of(synonyms.lines(session).text, tongue)
    query = read(typed, groups, tongue)
    if not query.wanted:
        return Found(is_empty=True)
    worths, has_every_word = _with_all(session, query, now), True
    meant, is_of_meant = "", False
    if not worths:
        meant = guessing.meant(
            session, query.words, groups.words,
            lambda words: bool(_newest(session, read(words, groups, tongue), now, 1)),
        )  # fmt: skip
        if len(query.wanted) > 1:
            worths, has_every_word = _with_some(session, query, now), False
    if meant and not worths:
        query, has_every_word, is_of_meant = read(f"{meant} ", groups, tongue), True, True
        worths = _with_all(session, query, now)
    places = _ranked(session, worths, now)
    start = (page - 1) * PAGE_SIZE
    shown = places[start : start + PAGE_SIZE]
    return Found(
        results=_results(session, shown, query, now),
        total=len(places),
        page=page,
        has_more=len(places) > start + PAGE_SIZE,
        is_all=len(places) < matching.most_of(query),
        has_every_word=has_every_word,
        was_cut=query.was_cut,
        meant=meant,
        is_of_meant=is_of_meant,
    )


def _newest(
    session: Session, query: Query, now: datetime, most: int, *, in_title: bool = False
) -> dict[int, str]:
    bounds = matching.Bounds(place_of(now), most)
    return matching.newest(session, query, bounds, language(), in_title=in_title)


def _with_all(session: Session, query: Query, now: datetime) -> Worths:
    """What has all that is wanted: the newest matches, and the newest in titles."""
    scale = Scale([(one, 1.0) for one in query.wanted])
    most = matching.most_of(query)
    found = _newest(session, query, now, most)
    # Titles are an index of their own, which cannot tell what the text must not have.
    if len(found) == most and not query.unwanted:
        titles = sum(map(scale.is_in_title, found.values()))
        if titles < ENOUGH_TITLES:
            found |= _newest(session, query, now, ENOUGH_TITLES, in_title=True)
    return {place: scale.worth(heads) for place, heads in found.items()}


def _with_some(session: Session, query: Query, now: datetime) -> Worths:
    """What has some of it. What is rare weighs more, and what nothing has weighs nothing."""
    ways = [(one, replace(query, wanted=(one,))) for one in query.wanted]
    found = [_newest(session, way, now, matching.most_of(way)) for _, way in ways]
    weighed = ranking.weights(query.wanted, [len(places) for places in found])
    worths: Worths = {}
    for one, places in zip(weighed, found, strict=True):
        scale = Scale([one])
        for place, heads in places.items():
            worths[place] = worths.get(place, 0.0) + scale.worth(heads)
    return worths


def _ranked(session: Session, worths: Worths, now: datetime) -> list[int]:
    """Places in the index, the best first: current before outdated, titles before text."""
    if not worths:
        return []
    outdated, here = _outdated(session, worths, now), place_of(now)

    def order(place: int) -> tuple[bool, float, int]:
        years = ((here - place) >> ID_BITS) / SECONDS_A_YEAR
        return post_of(place) in outdated, -worths[place] * ranking.of_age(years), -place

    return sorted(worths, key=order)


def _outdated(session: Session, places: Iterable[int], now: datetime) -> set[int]:
    numbers = number_list(map(post_of, places))
    return set(session.scalars(_OUTDATED, {"numbers": numbers, "now": now}))


_THESE = is_one_of(Post.id, bindparam("numbers", type_=String))
_OUTDATED = select(Post.id).where(_THESE, Post.current_until <= bindparam("now"))
_SHOWN = select(Post).where(_THESE, Post.published_at <= bindparam("now")).options(*FOR_RESULTS)


def _results(session: Session, places: Sequence[int], query: Query, now: datetime) -> list[Result]:
    ids = [post_of(place) for place in places]
    # Asked once more of the articles themselves: what readers may not see is never shown.
    posts = session.scalars(_SHOWN, {"numbers": number_list(ids), "now": now})
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
