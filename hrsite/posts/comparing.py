"""Two texts beside each other: which lines and words are new, which are gone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from hrsite.posts.revising import Words
from hrsite.texts.plaintext import to_text

Kind = Literal["same", "gone", "new"]

# Lines that stay the same and are shown around a change, so that it is understood.
AROUND = 1
# Lines of more words (and spaces) than this, or too unlike, are shown as one gone and one new.
MOST_WORDS = 1500
LEAST_ALIKE = 0.4
# So many pairs of lines of one changed stretch are tried for the most alike.
MOST_PAIRS = 400
_WORDS = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Piece:
    """Some words of a line that share a fate."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Line:
    """A line of either text, in pieces; or some lines in a row that are the same, only counted."""

    pieces: tuple[Piece, ...] = ()
    skipped_count: int = 0

    @property
    def kind(self) -> str:
        """same, gone, new; or changed, when it has pieces of more than one kind."""
        kinds = {piece.kind for piece in self.pieces}
        return kinds.pop() if len(kinds) == 1 else "changed" if kinds else "same"


# So wide that a paragraph is one line.
_WIDTH = 1_000_000
_UNDERLINE = re.compile(r"=+|-+")


def lines_of(words: Words) -> list[str]:
    """What an article says, a paragraph, heading or item a line."""
    above = {"Title": words.title, "Summary": words.summary, "Topics": words.topics}
    return lines_under(above | {"Content note": words.content_note}, words.body_html)


def lines_under(above: Mapping[str, str], html: str) -> list[str]:
    """What stands in some named boxes, then a text."""
    lines = [f"{name}: {text}" for name, text in above.items() if text]
    last = ""
    for line in to_text(html, _WIDTH).split("\n"):
        is_underline = _UNDERLINE.fullmatch(line) and len(line) == len(last)
        if line.strip() and not is_underline:
            lines.append(line)
        last = line
    return lines


def compare(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """Every line of both texts in reading order; long stretches without a change are counted."""
    lines: list[Line] = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, old, new).get_opcodes():
        if tag == "equal":
            lines += [Line((Piece("same", line),)) for line in old[i:i_end]]
        else:
            lines += _changed(old[i:i_end], new[j:j_end])
    return list(_folded(lines))


def is_same(lines: Sequence[Line]) -> bool:
    """Do both texts say the same?"""
    return all(line.kind == "same" for line in lines)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    """The two lines that are most alike stand as one; what is before and after them likewise."""
    if len(old) * len(new) > MOST_PAIRS:  # Line beside line, or it would take minutes.
        common = min(len(old), len(new))
        for before, after in zip(old, new, strict=False):
            yield from _changed([before], [after])
        yield from _changed(old[common:], [])
        yield from _changed([], new[common:])
        return
    best = _most_alike(old, new)
    if best is None:
        yield from (Line((Piece("gone", line),)) for line in old)
        yield from (Line((Piece("new", line),)) for line in new)
        return
    i, j = best
    yield from _changed(old[:i], new[:j])
    yield Line(_pieces(old[i], new[j]))
    yield from _changed(old[i + 1 :], new[j + 1 :])


def _most_alike(old: Sequence[str], new: Sequence[str]) -> tuple[int, int] | None:
    """Where the two lines stand that share most of their words; None when no two share enough."""
    if not old or not new:
        return None
    likeness, i, j = max(
        (_likeness(before, after), -i, -j)
        for i, before in enumerate(old)
        for j, after in enumerate(new)
    )
    return (-i, -j) if likeness else None


def _likeness(before: str, after: str) -> float:
    """How much of both is the same, from LEAST_ALIKE to 1; 0 for less, and for very long lines."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return 0
    matcher = _matcher(old, new)
    if matcher.real_quick_ratio() < LEAST_ALIKE or matcher.quick_ratio() < LEAST_ALIKE:
        return 0
    ratio = matcher.ratio()
    return ratio if ratio >= LEAST_ALIKE else 0


def _matcher(old: list[str], new: list[str]) -> SequenceMatcher[str]:
    return SequenceMatcher(str.isspace, old, new, autojunk=False)


def _pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Word by word."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    pieces: list[Piece] = []
    for tag, i, i_end, j, j_end in _matcher(old, new).get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(old[i:i_end])))
            continue
        if i < i_end:
            pieces.append(Piece("gone", "".join(old[i:i_end])))
        if j < j_end:
            pieces.append(Piece("new", "".join(new[j:j_end])))
    return tuple(pieces)


def _folded(lines: Sequence[Line]) -> Iterator[Line]:
    """Keep what is near a change; count the rest."""
    changes = [place for place, line in enumerate(lines) if line.kind != "same"]
    near = {place for change in changes for place in range(change - AROUND, change + AROUND + 1)}
    skipped_count = 0
    for place, line in enumerate(lines):
        if place not in near:
            skipped_count += 1
            continue
        if skipped_count:
            yield Line(skipped_count=skipped_count)
            skipped_count = 0
        yield line
    if skipped_count:
        yield Line(skipped_count=skipped_count)
