"""The newest articles that have what is wanted, from FTS5 or from tsvector.

Neither weighs a word: that would cost most of a search, for SQLite reads the whole index to know
how rare a word is. Nor does PostgreSQL look into what it keeps of each article: what stands side by
side, and what stands in titles, is in an index of its own.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite.posts.queries import Phrase, Query, Wanted
from hrsite.posts.terms import terms_of
from hrsite.posts.vectors import pair, titled

SQLITE, SQLITE_TITLES = (
    f"SELECT place, heads FROM (SELECT rowid AS place FROM {table}"  # noqa: S608 - our own words
    f" WHERE {table} MATCH :query AND rowid < :until ORDER BY rowid DESC LIMIT :most)"
    " JOIN search_entries USING (place)"
    for table in ("search_index", "search_titles")
)
# So many matches are ranked; fewer of a run of words, which costs FTS5 more than a word does.
MOST, MOST_OF_RUNS = 500, 200
# FTS5 keeps beginnings of three letters; longer ones it would gather from every word so begun.
KEPT_BEGINNING, MOST_BEGUN, MOST_READ = 3, 200, 4_000
# How many of the newest articles PostgreSQL looks at, to see whether a thing is common and then to
# find it. `place + 0` has no index: so the terms' own is taken.
SOME, IS_COMMON, MANY = 100, 0.25, 4_000
COMMON = (
    "SELECT count(*) FROM (SELECT terms, pairs FROM search_entries WHERE place < :until"
    " ORDER BY place DESC LIMIT :some) AS newest WHERE {0}"
)
FROM_THE_NEWEST = (
    "SELECT place, heads FROM (SELECT place, heads, terms, pairs FROM search_entries"
    " WHERE place < :until ORDER BY place DESC LIMIT :many) AS newest"
    " WHERE {0} ORDER BY place DESC LIMIT :most"
)
FROM_THE_INDEX = (
    "SELECT place, heads FROM search_entries WHERE {0}"
    " AND place < :until ORDER BY place + 0 DESC LIMIT :most"
)


@dataclass(frozen=True)
class Bounds:
    """Matches before this place in the index, and so many at most."""

    until: int
    most: int


def newest(
    session: Session, query: Query, bounds: Bounds, language: str, *, in_title: bool = False
) -> dict[int, str]:
    """The places of the newest articles that have all that is wanted, with their heads."""
    values: dict[str, Any] = {"until": bounds.until, "most": bounds.most}
    if session.get_bind().dialect.name == "postgresql":
        return _newest_in_postgresql(session, query, values, in_title)
    values["query"] = _fts5(session, query, language)
    statement = SQLITE_TITLES if in_title else SQLITE
    rows = session.execute(text(statement), values).all()
    return {place: heads for place, heads in rows}  # noqa: C416 - a Row is no pair to mypy


def most_of(query: Query) -> int:
    """How many matches are worth looking at."""
    return MOST_OF_RUNS if any(_is_of_runs(one.phrases) for one in query.wanted) else MOST


def _fts5(session: Session, query: Query, language: str) -> str:
    """FTS5's own language. Terms are letters and digits alone, and stand in quotes."""

    def one(wanted: Wanted) -> str:
        first, *others = wanted.phrases
        ways = [_quoted(first), *map(_quoted, others)]
        if wanted.may_begin:
            ways += _begun(session, first, language)
        return f"({' OR '.join(ways)})"

    said = " AND ".join(map(one, query.wanted))
    unwanted = " OR ".join(map(_quoted, query.unwanted))
    return f"({said}) NOT ({unwanted})" if unwanted else f"({said})"


def _begun(session: Session, phrase: Phrase, language: str) -> Iterable[str]:
    """What goes on from a phrase whose last word is only begun."""
    beginning = phrase[-1]
    if len(phrase) > 1 or len(beginning) <= KEPT_BEGINNING or not beginning.isalpha():
        return [f"{_quoted(phrase)} *"]
    # An ending may be written otherwise than its stem: happy, happi.
    bounds = {"from": beginning[:-1], "to": beginning[:-1] + "\U0010ffff", "most": MOST_READ}
    alike = "SELECT word FROM search_vocabulary WHERE word >= :from AND word < :to LIMIT :most"
    words = session.execute(text(alike), bounds).scalars().all()
    stems = {term.text for word in words for term in terms_of(word, language)}
    longer = sorted(stem for stem in stems if stem.startswith(beginning))
    if len(words) == MOST_READ or len(longer) > MOST_BEGUN:
        return [f"{_quoted(phrase)} *"]
    return [_quoted((stem,)) for stem in longer]


def _quoted(phrase: Phrase) -> str:
    return f'"{" ".join(phrase)}"'


class _Conditions:
    """Conditions on columns of PostgreSQL, and their values by name."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}

    def has(self, column: str, said: str) -> str:
        """This column, a tsvector, has what this tsquery says."""
        name = f"said_{len(self.values)}"
        self.values[name] = said
        return f"{column} @@ CAST(:{name} AS tsquery)"

    def phrase(self, phrase: Phrase, in_title: bool, may_begin: bool = False) -> str:
        """A word or a run of words is there."""
        spell: Callable[[str], str] = titled if in_title else str
        column = "pairs" if in_title or len(phrase) > 1 else "terms"
        words = [phrase[0]] if len(phrase) == 1 else [pair(*two) for two in pairwise(phrase)]
        ends = ["" for _ in words[1:]] + [":*" if may_begin else ""]
        said = " & ".join(f"'{spell(w)}'{end}" for w, end in zip(words, ends, strict=True))
        if len(phrase) < 3:
            return self.has(column, said)
        ends = ["" for _ in phrase[1:]] + [":*" if may_begin else ""]
        in_order = " <-> ".join(f"'{w}'{end}" for w, end in zip(phrase, ends, strict=True))
        return f"({self.has(column, said)} AND {self.has('terms', in_order)})"

    def wanted(self, one: Wanted, in_title: bool, besides: str = "") -> str:
        """Any of its phrases is there; single words are asked for together.

        `besides` is what must hold too: only in one question does the index answer both.
        """
        first = one.phrases[0]
        ways = [self.phrase(first, in_title, may_begin=True)] if one.may_begin else []
        spell: Callable[[str], str] = titled if in_title else str
        words = [f"'{spell(phrase[0])}'" for phrase in one.phrases if len(phrase) == 1]
        if words:
            said = f"({' | '.join(words)}){besides}"
            ways.append(self.has("pairs" if in_title else "terms", said))
        ways += [self.phrase(phrase, in_title) for phrase in one.phrases if len(phrase) > 1]
        return f"({' OR '.join(ways)})"


def _newest_in_postgresql(
    session: Session, query: Query, values: dict[str, Any], in_title: bool
) -> dict[int, str]:
    """From the newest article on, where many have it; else out of the index of terms.

    Left to itself PostgreSQL takes what it has not counted for common, and reads every article.
    """
    conditions = _Conditions()
    # One of these in the same question as the unwanted words spares reading every article.
    has_plain = not in_title and any(_is_plain(one) for one in query.wanted)
    spared = [phrase for phrase in query.unwanted if has_plain and len(phrase) == 1]
    besides = "".join(f" & !'{word}'" for (word,) in spared)
    met = [conditions.wanted(one, in_title, besides) for one in query.wanted]
    others = [phrase for phrase in query.unwanted if phrase not in spared]
    met += [f"NOT {conditions.phrase(phrase, False)}" for phrase in others]
    values = values | conditions.values | {"some": SOME, "many": MANY}
    where = " AND ".join(met)
    is_rare = in_title or any(_is_of_runs(one.phrases) for one in query.wanted)
    if not is_rare:
        common = session.scalar(text(COMMON.format(where)), values) or 0
        if common >= SOME * IS_COMMON:
            rows = session.execute(text(FROM_THE_NEWEST.format(where)), values).all()
            if len(rows) == values["most"]:
                return {place: heads for place, heads in rows}  # noqa: C416
    rows = session.execute(text(FROM_THE_INDEX.format(where)), values).all()
    return {place: heads for place, heads in rows}  # noqa: C416


def _is_plain(wanted: Wanted) -> bool:
    return not wanted.may_begin and all(len(phrase) == 1 for phrase in wanted.phrases)


def _is_of_runs(phrases: Sequence[Phrase]) -> bool:
    return all(len(phrase) > 1 for phrase in phrases)
