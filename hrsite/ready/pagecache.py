"""Which pages may be kept ready, what they depend on, and when they change by themselves.

A view says so itself:

    @blueprint.get("/posts/")
    @pagecache.ready(before=pagecache.NUMBER)
    def archive() -> str:

Such a page is the same for everybody: it follows from its path, the parameters named here, the
database and the clock. It sees no other parameter and no header at all (frontdoor.py), so nothing
else can get into it. Never declare a page with a token in its address, or one that is somebody's.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from flask import Flask, request
from sqlalchemy.orm import Session

# The numbers that name a row, spelt in the one way we spell them.
NUMBER = r"[1-9][0-9]{0,9}"
# A parameter that is there or is not.
YES = "1"
# What a page may see while its answer is never kept: what people look for.
UNKEPT = r"(?!)"
# Each page has a text-only twin, which is kept beside it.
TWIN = "plain"

COUNTS_AS = "hrsite.counts_as"
# The same few pieces stand on every page; more would be a mistake, and is not kept.
MOST_SHARED = 200
# Of a kind of which there may be a hundred thousand, such as the cards of articles.
MOST_OF_A_KIND = 300

Piece = TypeVar("Piece")
Name = TypeVar("Name", bound=Hashable)
View = TypeVar("View", bound=Callable[..., Any])
NextChange = Callable[[Session, datetime], datetime | None]

_next_changes: list[NextChange] = []
# What other pages have found already, while a declared view makes one. Asked thirty times a page,
# so it lies nearer than the request does.
_pieces: ContextVar[dict[Any, Any] | None] = ContextVar("pieces", default=None)


class Declared(NamedTuple):
    """The parameters that belong to a page, each with what it may say."""

    query: tuple[tuple[str, re.Pattern[str]], ...]

    def kept(self, query: str) -> tuple[str, bool]:
        """The part of a query that the page may see, in one spelling; and may it be kept?"""
        if not self.query or not query:
            return "", True
        given: dict[str, str] = {}
        text = query.encode("latin1", "replace").decode("utf-8", "replace")  # PEP 3333's spelling.
        for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
            given.setdefault(name, value)
        seen = [(name, given[name], allowed) for name, allowed in self.query if name in given]
        is_usual = all(allowed.fullmatch(value) for _, value, allowed in seen)
        return urlencode([(name, value) for name, value, _ in seen]), is_usual


def ready(**query: str) -> Callable[[View], View]:
    """Declare a view's page. `query` names its parameters, each with a pattern of its values.

    Another parameter is not seen by the page. Another value is seen, but its answer is not kept.
    """
    query = {TWIN: YES, **query}
    declared = Declared(tuple((name, re.compile(pattern)) for name, pattern in query.items()))

    def declare(view: View) -> View:
        view.ready = declared  # type: ignore[attr-defined]
        return view

    return declare


def declared_by(app: Flask, endpoint: str) -> Declared | None:
    """What the view behind an endpoint has declared; None when its page may not be kept."""
    return getattr(app.view_functions[endpoint], "ready", None)


def count_as(words: str) -> None:
    """Within a declared view: name what a reading of this page counts for, now and when ready.

    The front door tells these words to `FrontDoor.counters` at each reading; no view runs then.
    """
    request.environ[COUNTS_AS] = words


def is_for_all() -> bool:
    """Is this request a declared page's, which sees nobody's headers?"""
    return _pieces.get() is not None


@contextmanager
def sharing(pieces: dict[Any, Any]) -> Iterator[None]:
    """Make a page for all, out of these pieces and with what it will add to them."""
    token = _pieces.set(pieces)
    try:
        yield
    finally:
        _pieces.reset(token)


def shared(name: Hashable, find: Callable[[], Piece]) -> Piece:
    """What many pages show alike, such as the menu: found once, and forgotten with ready pages.

    It follows from its name, the database and the clock, as a page does, and never holds a row:
    other threads read it. Outside a declared view it is found each time.
    """
    pieces = _pieces.get()
    if pieces is None:
        return find()
    if name in pieces:
        known: Piece = pieces[name]
        return known
    piece = find()
    if len(pieces) < MOST_SHARED:
        pieces[name] = piece
    return piece


def shared_each(
    kind: Hashable, names: Iterable[Name], find: Callable[[list[Name]], Mapping[Name, Piece]]
) -> list[Piece]:
    """The same for pieces of one kind: `find` is told of all at once that are not known yet.

    What it does not find is left out.
    """
    known: dict[Name, Piece] = shared(kind, dict)
    wanted = list(names)
    missing = [name for name in wanted if name not in known]
    found = find(missing) if missing else {}
    if len(known) < MOST_OF_A_KIND:
        known.update(found)
    here = {**known, **found} if missing else known
    return [here[name] for name in wanted if name in here]


def changes_with_time(next_change: NextChange) -> NextChange:
    """Register a function that tells the first moment after `now` when a date changes pages.

    A date passing is a change like any other: an article comes out, a session is over.
    """
    _next_changes.append(next_change)
    return next_change


def next_change(session: Session, now: datetime) -> datetime | None:
    """The first moment after `now` when any page will say something else by itself."""
    moments = [find(session, now) for find in _next_changes]
    return min((moment for moment in moments if moment is not None), default=None)
