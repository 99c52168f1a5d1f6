"""A press that came when the desk had closed: in which words it may be repeated, or where it was.

Nothing is ever repeated by itself. A door says of its deed what its button is called then; of what
it says nothing of, words that were typed may be sent once more, and without any she goes back to
the page and presses there.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from hrsite.cookies import DESK

Pairs = list[tuple[str, str]]


class Press(NamedTuple):
    """What the one button says, and what it sends."""

    words: str
    pairs: Pairs
    # Has she typed something that would be lost with them?
    has_words: bool = False


# What to offer instead of the same press; None: she is led back to its page.
Deed = Callable[[Pairs], Press | None]
View = Callable[..., Any]
# What a form sends beside its words: which button, and where to go afterwards.
NO_WORDS = ("act", "back")
_deeds: dict[View, Deed] = {}


def named(words: str) -> Callable[[View], View]:
    """For a view that needs no words of hers: its button says what it does."""
    return by(lambda pairs: Press(words, pairs))


def only_on_its_page(view: View) -> View:
    """For a view whose button is pressed where one sees what it does, or not at all."""
    return by(lambda _: None)(view)


def by(deed: Deed) -> Callable[[View], View]:
    """For a view whose buttons differ."""

    def tell(view: View) -> View:
        _deeds[view] = deed
        return view

    return tell


def what_she_wrote(pairs: Pairs, words: str = "Send what I wrote") -> Press:
    """Her words, sent once more."""
    return Press(words, pairs, has_words=True)


def looked_over(pairs: Pairs, *acts: str) -> Press | None:
    """A deed that is looked over first is looked over again; None when this is none of these."""
    if dict(pairs).get("act") not in (*acts, "review"):
        return None
    return Press("Look it over", [*(pair for pair in pairs if pair[0] != "act"), ("act", "review")])


def press_of(wanted: str | None, pairs: Pairs) -> Press | None:
    """What may be offered of a press on this path; None when she is to press on its page."""
    pressed = _match(wanted, "POST")
    view = current_app.view_functions.get(pressed.endpoint) if pressed else None
    if view in _deeds:
        return _deeds[view](pairs)
    is_typed = any(name not in NO_WORDS for name, _ in pairs)
    return what_she_wrote(pairs) if view is not None and is_typed else None


def page_of(wanted: str | None) -> str | None:
    """The page on which such a press is made: this path, or the nearest one above that is a page.

    None when that is the desk's first page.
    """
    path, pressed = wanted or "", _match(wanted, "POST")
    while pressed and path not in ("", DESK):
        page = _match(path, "GET")
        # One that takes what the button did not have is about something else.
        if page and page.values.keys() <= pressed.values.keys():
            return path
        path = urlsplit(path).path.rpartition("/")[0]
    return None


class _Match(NamedTuple):
    endpoint: str
    values: Mapping[str, Any]


def _match(wanted: str | None, method: str) -> _Match | None:
    if wanted is None:
        return None
    rules, path = current_app.url_map.bind("localhost"), urlsplit(wanted).path
    try:
        return _Match(*rules.match(path, method=method))
    except RequestRedirect as elsewhere:  # The same with a stroke at its end.
        return _match(urlsplit(elsewhere.new_url).path, method)
    except HTTPException:
        return None
