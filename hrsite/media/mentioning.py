"""Pictures as texts name them: found, named anew, described anew, taken out. Pure.

A text is HTML as `markup.clean` writes it; unsaved words may be Markdown.
"""

import re
from collections.abc import Collection
from html import escape, unescape

from hrsite.media import storing

_ADDRESS = re.compile(r"/media/([A-Za-z0-9_-]{22})(?:-small|-[1-9][0-9]{1,3})?\.(?:webp|jpg)")
_SHOWN = re.compile(rf'<img src="{_ADDRESS.pattern}" alt="([^"]*)">')
_FIGURE = re.compile(r"<figure>.*?</figure>", re.DOTALL)
_IN_MARKDOWN = re.compile(
    rf'!\[(?:[^\]\\]|\\.)*\]\({_ADDRESS.pattern}(?:\s+"(?:[^"\\]|\\.)*")?\)', re.DOTALL
)

Names = Collection[str]


def named_in(text: str) -> set[str]:
    """The names of all pictures that a text shows, in HTML, Markdown or JSON of them."""
    return set(_ADDRESS.findall(text))


def words_in(html: str, names: Names) -> list[str]:
    """How a text describes a picture, each time it shows it."""
    return [unescape(alt) for name, alt in _SHOWN.findall(html) if name in names]


def renamed(text: str, names: Names, name: str) -> str:
    """The text with the picture under its new name."""
    new = storing.url_path(name)
    return _ADDRESS.sub(lambda one: new if one[1] in names else one[0], text)


def redescribed(html: str, names: Names, former: str, alt: str) -> str:
    """The text with the new description, where it said the former one or nothing."""

    def described(one: re.Match[str]) -> str:
        if one[1] not in names or unescape(one[2]) not in ("", former):
            return one[0]
        return f'{one[0].split(" alt=", 1)[0]} alt="{escape(alt)}">'

    return _SHOWN.sub(described, html)


def without(text: str, names: Names) -> str:
    """The text without the picture. A figure that has no other goes with the words below it."""

    def bare(html: str) -> str:
        return _SHOWN.sub(lambda one: "" if one[1] in names else one[0], html)

    def figure(one: re.Match[str]) -> str:
        left = bare(one[0])
        return left if left == one[0] or "<img" in left else ""

    html = bare(_FIGURE.sub(figure, text))
    return _IN_MARKDOWN.sub(lambda one: "" if one[1] in names else one[0], html)
