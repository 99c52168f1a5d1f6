"""Running text: words with marks (strong, em, link), pictures, line breaks, in one normal form.

The same look can be written in many ways (`<b>a</b><b>b</b>`, `<b>a<i>b</b></i>`, a space inside
or outside the bold). Here text is a flat row of runs, each carrying its marks, and `inline`
writes the row back in one way only: link outside strong outside em, neighbours joined, no mark
that begins or ends with a space.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from hrsite.texts.htmltree import Element, tidy_text

# ASCII white space is one space; a no-break space (French, numbers with units) is kept as it is.
_GAP = re.compile(r"[ \t\n\r\f]+")
_SPACE_OR_WORDS = re.compile(r"\s+|\S+(?:\s+\S+)*")


@dataclass(frozen=True, slots=True)
class Marks:
    """What holds for a stretch of text. `href` is an address that has been checked, or empty."""

    href: str = ""
    strong: bool = False
    em: bool = False

    def shared_with(self, other: "Marks") -> "Marks":
        """The marks that go on, from the outermost inward, until the first that differs."""
        if self.href != other.href:
            return Marks()
        if self.strong != other.strong:
            return Marks(self.href)
        return Marks(self.href, self.strong, self.em and other.em)


@dataclass(frozen=True, slots=True)
class Run:
    """Words with the same marks; or one picture or line break, as `element`."""

    text: str
    marks: Marks
    element: Element | None = None

    @property
    def is_break(self) -> bool:
        return self.element is not None and self.element.tag == "br"

    @property
    def is_space(self) -> bool:
        return self.is_break or (self.element is None and not self.text.strip())


def tidy_runs(runs: Sequence[Run]) -> list[Run]:
    """Collapse spaces, trim the ends and around breaks, and take spaces out of the marks' edges."""
    pieces = list(_pieces(runs))
    next_words: list[Run | None] = []
    upcoming: Run | None = None
    for run in reversed(pieces):
        upcoming = upcoming if run.is_space else run
        next_words.append(upcoming)
    tidy: list[Run] = []
    before: Run | None = None
    for run, after in zip(pieces, reversed(next_words), strict=True):
        if not run.is_space:
            before = run
            tidy.append(run)
        elif before and after and (run.is_break or not tidy[-1].is_break):
            if run.is_break and tidy[-1].is_space and not tidy[-1].is_break:
                tidy.pop()
            tidy.append(replace(run, marks=before.marks.shared_with(after.marks)))
    return tidy


def _pieces(runs: Sequence[Run]) -> Iterator[Run]:
    """Text of equal marks joined, in NFC, its spaces collapsed; outer spaces stand apart."""
    gap_before = False
    said = (run for run in runs if run.element or tidy_text(run.text))
    for (marks, is_text), group in groupby(said, key=lambda r: (r.marks, r.element is None)):
        if not is_text:
            yield from group
            gap_before = False
            continue
        text = _GAP.sub(" ", tidy_text("".join(run.text for run in group)))
        if gap_before and text.startswith(" "):
            text = text[1:]
        for match in _SPACE_OR_WORDS.finditer(text):
            yield Run(match[0], marks)
        gap_before = text.endswith(" ") or (gap_before and not text)


def inline(runs: Sequence[Run]) -> list[Element | str]:
    """Tidied runs as elements: `a` holds `strong` holds `em`."""
    nodes: list[Element | str] = []
    for href, linked in groupby(runs, key=lambda r: r.marks.href):
        inside: list[Element | str] = []
        for strong, strengthened in groupby(linked, key=lambda r: r.marks.strong):
            words: list[Element | str] = []
            for em, stressed in groupby(strengthened, key=lambda r: r.marks.em):
                _wrap(words, "em" if em else "", [run.element or run.text for run in stressed])
            _wrap(inside, "strong" if strong else "", words)
        _wrap(nodes, "a" if href else "", inside, {"href": href})
    return nodes


def _wrap(
    into: list[Element | str],
    tag: str,
    children: list[Element | str],
    attributes: dict[str, str] | None = None,
) -> None:
    if tag:
        into.append(Element(tag, attributes or {}, children))
        return
    for child in children:
        if isinstance(child, str) and into and isinstance(into[-1], str):
            into[-1] += child
        else:
            into.append(child)
