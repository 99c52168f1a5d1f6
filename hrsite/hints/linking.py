"""Links that do not say where they lead, and pictures that do not say what they show. Pure.

WCAG 2.2, 2.4.4 (link purpose) and 1.1.1 (text alternatives).
"""

import re
from collections.abc import Iterable, Iterator

from hrsite.hints.hint import Hint

_EMPTY_WORDS = frozenset(
    {
        "click", "click here", "click this", "click this link", "details", "find out more", "go",
        "go here", "here", "learn more", "link", "more", "more info", "more information", "read",
        "read more", "read this", "see here", "see more", "this", "this article", "this link",
        "this page", "this website", "website",
    }
)  # fmt: skip
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def link_hints(box: str, links: Iterable[str]) -> Iterator[Hint]:
    """Links whose words mean nothing when a screen reader lists them."""
    for words in links:
        bare = " ".join(re.sub(r"[*_`>»→.…!:]+", " ", words).split())
        if bare.casefold() in _EMPTY_WORDS:
            why = "Some people hear links alone, one after the other. Say where this one leads."
            yield Hint("link", box, bare, why)
        elif _ADDRESS.fullmatch(words.strip()):
            why = "An address is read out letter by letter. Say in words where it leads."
            yield Hint("link", box, words.strip(), why)


def picture_hints(box: str, pictures: Iterable[str]) -> Iterator[Hint]:
    """One hint for all pictures in a text without a description."""
    count = sum(not alt.strip() for alt in pictures)
    if count:
        found = "a picture" if count == 1 else f"{count} pictures"
        why = (
            "There is no description. Say what it shows for who cannot see it, or leave it so"
            " if it only decorates."
        )
        yield Hint("picture", box, found, why)
