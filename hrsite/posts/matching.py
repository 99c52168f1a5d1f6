"""The newest articles that have what is wanted, from FTS5 or from tsvector.

Neither weighs a word: that would cost most of a search, for SQLite reads the whole index to know
how rare a word is. Nor does PostgreSQL look into what it keeps of each article: words, what stands
side by side, what stands in titles, and months are in one index, which answers by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite.posts.indexing import moment_of
from hrsite.posts.queries import Phrase, Query, Wanted
from hrsite.posts.terms import terms_of
from hrsite.posts.tsqueries import Spellings, spellings

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
SURE = (
    "SELECT place, heads FROM search_entries"
    " WHERE handles @@ CAST(:sure AS tsquery) AND place + 0 < :until"
)
UNSURE = (
    "SELECT place, heads FROM search_entries"
    " WHERE handles @@ CAST(:maybe AS tsquery) AND place + 0 < :until"
    " AND ({0}) @@ CAST(:decides AS tsquery)"
)
POSTGRESQL = "SELECT place, heads FROM ({0}) AS found ORDER BY place + 0 DESC LIMIT :most"
# Its index knows no order: what is common is looked for among so many of the newest articles
# first, in whole months, and in more of them when these have too few. Long months are many.
FIRST_MANY, LAST_MANY, MOST_DAYS = 1_000, 20_000, 3_700
# PostgreSQL knows not what it costs to read what it keeps of each article, a hundred times what
# its index does; and left to itself it may read every one of them. `place + 0` has no index.
BY_INDEX = (
    "SELECT (SELECT place FROM search_entries WHERE place < :until"
    " ORDER BY place DESC OFFSET :many LIMIT 1),"
    " set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
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
    if session.get_bind().dialect.name == "postgresql":
        return _newest_in_postgresql(session, query, bounds, in_title)
    values = {"until": bounds.until, "most": bounds.most, "query": _fts5(session, query, language)}
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


def _newest_in_postgresql(
    session: Session, query: Query, bounds: Bounds, in_title: bool
) -> dict[int, str]:
    """From among the newest months, if they have enough; else from all of them."""
    said, many = spellings(query, in_title=in_title), FIRST_MANY
    last = moment_of(bounds.until)
    while many <= LAST_MANY:
        before = session.scalar(text(BY_INDEX), {"until": bounds.until, "many": many})
        if before is None or (last - moment_of(before)).days > MOST_DAYS:
            break
        found = _found(session, said.within(moment_of(before), last), bounds)
        if len(found) == bounds.most:
            return found
        many = 2 * many * bounds.most // len(found) if found else LAST_MANY + 1
    return _found(session, said, bounds)


def _found(session: Session, said: Spellings, bounds: Bounds) -> dict[int, str]:
    values = said._asdict() | {"until": bounds.until, "most": bounds.most}
    unsure = f" UNION ALL {UNSURE.format('terms' if said.is_of_terms else 'terms || handles')}"
    statement = POSTGRESQL.format(SURE + unsure if said.maybe else SURE)
    rows = session.execute(text(statement), values).all()
    return {place: heads for place, heads in rows}  # noqa: C416 - a Row is no pair to mypy


def _is_of_runs(phrases: Sequence[Phrase]) -> bool:
    return all(len(phrase) > 1 for phrase in phrases)
