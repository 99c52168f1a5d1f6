"""Which pages may be kept ready, and which words of their address belong to them.

A view says so itself:

    @blueprint.get("/posts/")
    @pagecache.ready(before=pagecache.NUMBER)
    def archive() -> str:

Such a page is the same for everybody: it follows from its path, the parameters named here, the
database and the clock. It sees no other parameter and no header at all, so nothing else can get
into it. Never declare a page with a token in its address, or one that belongs to somebody.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from flask import Flask, request

# The numbers that name a row, spelt in the one way we spell them.
NUMBER = r"[1-9][0-9]{0,9}"
# A parameter that is there or is not.
YES = "1"

COUNTS_AS = "hrsite.counts_as"

View = TypeVar("View", bound=Callable[..., Any])


class Declared(NamedTuple):
    """The parameters that belong to a page, each with what it may say."""

    query: tuple[tuple[str, re.Pattern[str]], ...]


def ready(**query: str) -> Callable[[View], View]:
    """Declare a view's page. `query` names its parameters, each with a pattern of its values.

    Another parameter is not seen by the page. Another value is seen, but its answer is not kept.
    """
    declared = Declared(tuple((name, re.compile(pattern)) for name, pattern in query.items()))

    def declare(view: View) -> View:
        view.ready = declared  # type: ignore[attr-defined]
        return view

    return declare


def declared_by(app: Flask, endpoint: str) -> Declared | None:
    """What the view behind an endpoint has declared; None when its page may not be kept."""
    return getattr(app.view_functions[endpoint], "ready", None)


def count_as(words: str) -> None:
    """Within a declared view: name what a reading of this page counts for, now and when ready."""
    request.environ[COUNTS_AS] = words
