"""What of a box's text the coach says in her own words, letter for letter at its place. Pure.

All hints work on the text as it stands in the box, Markdown or HTML, so that a suggestion can be
put exactly where the words are. What is no prose (tags, addresses, code) is covered by a sign that
stands in no word; the length never changes. Each pattern reads a letter a few times at
most, whatever the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Literal

from hrsite.hints.hint import Place

Format = Literal["plain", "markdown", "html"]
COVER = "\0"
LONGEST_QUOTE = 400

_QUOTES = re.compile(
    rf"“[^“”]{{1,{LONGEST_QUOTE}}}”|«[^«»]{{1,{LONGEST_QUOTE}}}»|„[^„“”]{{1,{LONGEST_QUOTE}}}[“”]"
    rf"|(?<!\w)‘[^‘\n]{{1,{LONGEST_QUOTE}}}?’(?!\w)"
    rf'|(?<![\w=])"[^"\n]{{1,{LONGEST_QUOTE}}}"(?!\w)'
)
_ADDRESS = re.compile(
    r"<?(?:https?://|www\.|mailto:|tel:)[^\s<>)\]]+>?"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,190}"
)
_CODE = re.compile(r"^(```|~~~).*?(?:^\1|\Z)|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_DESTINATION = re.compile(r"(?<=\])\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_QUOTED_LINES = re.compile(r"^ {0,3}>.*$", re.MULTILINE)
_MARKER = re.compile(r"^[ \t]*(?:#{1,6}|[-*+]|\d{1,4}[.)])(?=[ \t])", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]+)\]\([^()\n]*\)")
_IMAGE = re.compile(r"!\[([^\[\]\n]*)\]\([^()\n]*\)")

_TAG = re.compile(r'<!--(?:.*?-->|.*)|</?([a-zA-Z][a-zA-Z0-9]*)(?:[^<>"]|"[^"]*")*>', re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_QUOTING = re.compile(r"<(/?)(?:blockquote|code|pre|q|cite)\b[^<>]*>", re.IGNORECASE)
_LINK_HTML = re.compile(r"<a\b[^<>]*>((?:(?!<a\b).)*?)</a>", re.DOTALL | re.IGNORECASE)
_ALT = re.compile(r'\balt="([^"]*)"', re.IGNORECASE)
_WITHIN = {"a", "b", "strong", "em", "i", "u", "s", "span", "img", "br", "small", "sub", "sup"}


@dataclass(frozen=True)
class Seen:
    """One box. `prose` and `said` are as long as the text; in `said` quotes are covered too."""

    prose: str
    said: str
    blocks: tuple[Place, ...]
    links: tuple[str, ...] = ()
    # What each picture's description says; nothing, where it has none.
    pictures: tuple[str, ...] = ()


def seen(text: str, format: Format) -> Seen:
    """Read a box."""
    if format == "html":
        return _seen_html(text)
    if format == "markdown":
        return _seen_markdown(text)
    return Seen(text, _covered(text, _QUOTES), (Place(0, len(text)),))


def _seen_markdown(text: str) -> Seen:
    prose = _covered(text, _CODE, _DESTINATION, _ADDRESS, _MARKER)
    return Seen(
        prose,
        _covered(
            _covered_at(prose, (match.span() for match in _QUOTED_LINES.finditer(text))), _QUOTES
        ),
        tuple(_blocks_of_lines(text)),
        tuple(match[1] for match in _LINK.finditer(text)),
        tuple(match[1] for match in _IMAGE.finditer(text)),
    )


def _seen_html(text: str) -> Seen:
    prose = _covered(_TAG.sub(_without_tag, text), _ENTITY, _ADDRESS)
    return Seen(
        prose,
        _covered(_covered_at(prose, _quoted_in_tags(text)), _QUOTES),
        tuple(_blocks_between_tags(text)),
        tuple(_words(match[1]) for match in _LINK_HTML.finditer(text)),
        tuple(_alt(tag[0]) for tag in _TAG.finditer(text) if (tag[1] or "").lower() == "img"),
    )


def _covered(text: str, *patterns: re.Pattern[str]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: COVER * len(match[0]), text)
    return text


def _covered_at(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Cover these places, which follow one another."""
    pieces, done = [], 0
    for start, end in spans:
        pieces += [text[done:start], COVER * (end - start)]
        done = end
    return "".join([*pieces, text[done:]])


def _quoted_in_tags(text: str) -> Iterator[tuple[int, int]]:
    """From where a quote or code begins to where the last one open in it ends."""
    depth = start = 0
    for tag in _QUOTING.finditer(text):
        if not tag[1]:
            start = start if depth else tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                yield start, tag.end()


def _without_tag(tag: re.Match[str]) -> str:
    """Cover a tag, but for the description of a picture, which is the coach's own words."""
    alt = _ALT.search(tag[0]) if (tag[1] or "").lower() == "img" else None
    if alt is None:
        return COVER * len(tag[0])
    return f"{COVER * alt.start(1)}{alt[1]}{COVER * (len(tag[0]) - alt.end(1))}"


def _alt(tag: str) -> str:
    alt = _ALT.search(tag)
    return unescape(alt[1]) if alt else ""


def _words(html: str) -> str:
    """The words of a link; those of a picture in it stand for it."""
    return " ".join(unescape(_TAG.sub(lambda tag: _alt(tag[0]), html)).split())


def _blocks_of_lines(text: str) -> Iterator[Place]:
    """Paragraphs, headings and entries of lists."""
    begin = end = at = 0
    for line in text.splitlines(keepends=True):
        is_heading = line.lstrip().startswith("#")
        if not line.strip() or is_heading or _MARKER.match(line):
            if end > begin:
                yield Place(begin, end)
            begin = at
        end = at = at + len(line)
        if is_heading or not line.strip():
            if line.strip():
                yield Place(begin, end)
            begin = end
    if end > begin:
        yield Place(begin, end)


def _blocks_between_tags(text: str) -> Iterator[Place]:
    begin = 0
    for tag in _TAG.finditer(text):
        if (tag[1] or "").lower() in _WITHIN:
            continue
        if text[begin : tag.start()].strip():
            yield Place(begin, tag.start())
        begin = tag.end()
    if text[begin:].strip():
        yield Place(begin, len(text))
