"""Reads any HTML into a small tree, in one pass: no input is too deep or too broken for it.

Real HTML parsers build trees whose cost grows with the square of the depth, so a hostile text of
50,000 nested tags would hold a worker for seconds. This reader looks at every character once and
goes no deeper than `DEEPEST`; deeper tags are dropped and their words kept. It need not agree
with browsers about nonsense, because what it reads is written out afresh and checked by nh3 (see
`cleaning`).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

DEEPEST = 100
# fmt: off
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
    "track", "wbr",
})
# Elements whose content is not words, up to their own closing tag.
NOT_WORDS = frozenset({
    "script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp", "xml",
})
# Elements that stand on their own lines. Each closes a paragraph left open before it.
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1",
    "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "main",
    "menu", "nav", "ol", "p", "pre", "search", "section", "summary", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "ul",
})
# fmt: on
# tag -> (what its start closes, where looking for that stops). HTML lets authors leave these ends
# out.
_IMPLIED_ENDS = {
    "li": ({"li"}, {"ul", "ol", "menu"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tr": ({"tr", "caption"}, {"table"}),
    "thead": ({"thead", "tbody", "tfoot", "caption"}, {"table"}),
    "tbody": ({"thead", "tbody", "tfoot", "caption"}, {"table"}),
    "tfoot": ({"thead", "tbody", "tfoot", "caption"}, {"table"}),
}
_CELLS = {"td", "th", "caption", "table"}

# Possessive quantifiers, and a last branch that takes all the rest: no input makes this start
# twice.
_PIECE = re.compile(
    r"<!--(?:-?>|.*?--!?>|.*)"
    r"|<(?:[!?]|/(?=[^a-zA-Z]))[^>]*+>?"
    r"|<(?P<end>/?)(?P<tag>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+'|(?![\"'])))*+)>"
    r"|<(?=/?[a-zA-Z]).*",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(
    r"([^\s=/>\"'][^\s=/>]*+)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s>\"']++)))?"
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
# C0 but tab and newline, DEL, C1; the two overrides that turn text round; noncharacters.
_UNSAID = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ufdd0-\ufdef\ufffe\uffff]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(slots=True)
class Element:
    """One element: its name in lower case, its attributes, and what it holds in reading order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    def elements(self) -> "Iterator[Element]":
        """The child elements, without the text between them."""
        return (child for child in self.children if isinstance(child, Element))

    def words(self) -> str:
        """All text inside, in reading order."""
        return "".join(c if isinstance(c, str) else c.words() for c in self.children)


def tidy_text(text: str) -> str:
    r"""Plain text that every database, mail and page can hold.

    Line ends become \n; NUL, control characters but \n and \t, noncharacters and the
    bidirectional overrides U+202D and U+202E go; lone surrogates become U+FFFD; the rest is put
    in NFC (Unicode Annex 15). For plain text: in HTML source NFC could join a `>` with an accent
    after it.
    """
    text = _UNSAID.sub("", _LINE_ENDS.sub("\n", text))
    return unicodedata.normalize("NFC", _LONE_SURROGATE.sub("\ufffd", text))


def read(html: str) -> Element:
    """The tree of any text at all. Never raises; time grows in step with the length."""
    builder = _Builder()
    position = 0
    while match := _PIECE.search(html, position):
        builder.text(html[position : match.start()])
        position = match.end()
        tag = (match["tag"] or "").lower()
        if not tag:
            continue
        if match["end"]:
            builder.end(tag)
        elif tag in NOT_WORDS:
            close = re.compile(rf"</{tag}(?=[\s/>])[^>]*+>?", re.IGNORECASE).search(html, position)
            position = close.end() if close else len(html)
        else:
            builder.start(tag, match["rest"])
    builder.text(html[position:])
    return builder.root


class _Builder:
    """Puts tags and text together into one tree."""

    def __init__(self) -> None:
        self.root = Element("#root")
        self.open = [self.root]
        self.too_deep: Counter[str] = Counter()

    def text(self, source: str) -> None:
        if source:
            self.open[-1].children.append(unescape(source))

    def start(self, tag: str, rest: str) -> None:
        if tag in BLOCKS:
            self._close({"p"}, _CELLS)
        if tag in _IMPLIED_ENDS:
            self._close(*_IMPLIED_ENDS[tag])
        if tag in VOID:
            self.open[-1].children.append(Element(tag, _attributes(rest)))
        elif len(self.open) > DEEPEST:
            self.too_deep[tag] += 1
            self.open[-1].children.append(" " if tag in BLOCKS else "")
        else:
            element = Element(tag, _attributes(rest))
            self.open[-1].children.append(element)
            self.open.append(element)

    def end(self, tag: str) -> None:
        if tag == "br":  # browsers read </br> as <br>
            self.open[-1].children.append(Element("br"))
        elif self.too_deep[tag]:
            self.too_deep[tag] -= 1
        else:
            self._close({tag}, set() if tag in _CELLS or tag == "tr" else {"td", "th"})

    def _close(self, tags: set[str], stop_at: set[str]) -> None:
        """Close the nearest open element of these names, and all inside it."""
        for depth in range(len(self.open) - 1, 0, -1):
            if self.open[depth].tag in tags:
                del self.open[depth:]
                return
            if self.open[depth].tag in stop_at:
                return


def _attributes(source: str) -> dict[str, str]:
    """Names in lower case; of two with one name the first counts, as in browsers."""
    attributes: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        value = match[2] or match[3] or match[4] or ""
        # Only references that end in ";": `?a=1&copy=2` is an address, not a copyright sign.
        value = _REFERENCE.sub(lambda reference: unescape(reference[0]), value)
        attributes.setdefault(match[1].lower(), tidy_text(value))
    return attributes
