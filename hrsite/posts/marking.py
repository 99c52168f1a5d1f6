"""Where in a text the matches are, and the piece of it that has the most of them. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from hrsite.posts.terms import Spot, spots_of

WORDS_SHOWN = 32
WORDS_BEFORE = 8
WORDS_READ = 96
# However long its words are; and no letter carries more marks than this in earnest.
LONGEST_SHOWN, MOST_MARKS = 600, 30
BEGIN: Final = 1  # In a Spot.
END: Final = 2

# After one of these (and brackets or quotes behind it) a sentence or a thought has ended.
_STOPS = re.compile(r"[.!?…:;·。！？；：؟؛۔।॥]+[)\]\"'”’»›]*[\s\u200e\u200f]+")
# What may stand before the first word of a sentence: it opens what is closed further on.
_OPENING = frozenset("([\"'“‘«‹¿¡„")
# They join what stands on both sides, as in Persian, Hindi and families of emoji.
_JOINERS = "\u200c\u200d"


class Marks(NamedTuple):
    """What to mark: single terms, runs of terms, and how a word may begin ("" for none does)."""

    words: frozenset[str]
    runs: tuple[tuple[str, ...], ...] = ()
    beginning: str = ""


class Piece(NamedTuple):
    """A piece of text, and whether it is to be marked. Escaping is for whoever shows it."""

    text: str
    is_match: bool


def marked(text: str, marks: Marks, language: str) -> list[Piece]:
    """The whole text, in pieces."""
    terms = list(spots_of(text, language))
    return _pieces(text, 0, len(text), [terms[hit] for hit in _hits(terms, marks)])


def piece_with(text: str, marks: Marks, language: str) -> list[Piece]:
    """Some thirty words around the most different matches, in pieces; nothing without a match."""
    reading = spots_of(text, language)
    before = _until_match(reading, marks)
    if not before:
        return []
    near = before[-WORDS_SHOWN:]
    terms = [*near, *islice(reading, WORDS_SHOWN + WORDS_READ - len(near))]
    is_whole = len(terms) < WORDS_SHOWN + WORDS_READ
    hits = _hits(terms, marks)
    start = _start(text, terms, _best(terms, hits), is_whole)
    stop = min(start + WORDS_SHOWN, len(terms))
    begin = _before(text, terms[start][BEGIN]) if start or len(before) > len(near) else 0
    end = len(text) if is_whole and stop == len(terms) else terms[stop - 1][END]
    end = _after(text, min(end, begin + LONGEST_SHOWN))
    pieces = _pieces(text, begin, end, [terms[hit] for hit in hits if start <= hit < stop])
    lead = [Piece("… ", False)] if begin else []
    return [*lead, *pieces, *([Piece(" …", False)] if end < len(text) else [])]


def _until_match(reading: Iterator[Spot], marks: Marks) -> list[Spot]:
    """The terms up to the first match, itself the last one; none without a match.

    Some way after the first one nothing better is looked for, and nothing is read.
    """
    telling = marks.words.union(run[-1] for run in marks.runs)
    seen = list[Spot]()
    for spot in reading:
        seen.append(spot)
        term = spot[0]
        if term in telling and (term in marks.words or _ends_with(seen, marks.runs)):
            return seen
        if marks.beginning and term.startswith(marks.beginning):
            return seen
    return []


def _ends_with(terms: Sequence[Spot], runs: Iterable[Sequence[str]]) -> bool:
    return any(_stands(terms, len(terms) - len(run), run) for run in runs)


def _hits(terms: Sequence[Spot], marks: Marks) -> list[int]:
    """The places of what is to be marked. Of a run all its words, and nowhere else."""
    words, beginning = marks.words, marks.beginning
    hits = {place for place, (term, _, _) in enumerate(terms) if term in words}
    if beginning:
        hits |= {p for p, (term, _, _) in enumerate(terms) if term.startswith(beginning)}
    for run in marks.runs:
        for place, (term, _, _) in enumerate(terms):
            if term == run[0] and _stands(terms, place, run):
                hits |= set(range(place, place + len(run)))
    return sorted(hits)


def _stands(terms: Sequence[Spot], place: int, run: Sequence[str]) -> bool:
    there = terms[place : place + len(run)] if place >= 0 else ()
    return [term for term, _, _ in there] == list(run)


def _best(terms: Sequence[Spot], hits: Sequence[int]) -> int:
    """The match from which on the most different ones follow soon; of equals the first."""

    def worth(place: int) -> tuple[int, int, int]:
        end = place + WORDS_SHOWN - WORDS_BEFORE
        near = [terms[hit][0] for hit in hits if place <= hit < end]
        return len(set(near)), len(near), -place

    return max(hits, key=worth)


def _start(text: str, terms: Sequence[Spot], match: int, is_whole: bool) -> int:
    """The word to begin with: where a sentence does, if that is not far before the match."""
    first = match - WORDS_BEFORE
    if is_whole:  # At the end of a text there is room for more before.
        first = min(first, len(terms) - WORDS_SHOWN)
    first = max(0, first)
    if terms[match][END] - terms[first][BEGIN] > LONGEST_SHOWN:
        return match
    places = range(first, match + 1)
    return next((place for place in places if _begins(text, terms, place)), first)


def _begins(text: str, terms: Sequence[Spot], place: int) -> bool:
    """Does a sentence or an entry begin with this word? After "e.g." none does."""
    if place == 0:
        return True
    begin = terms[place][BEGIN]
    stop = _STOPS.search(text, terms[place - 1][END], begin)
    return stop is not None and ("·" in stop[0] or not text[begin].islower())


def _before(text: str, begin: int) -> int:
    """The same place, or a little before: an opening quote belongs to it, and what is joined."""
    while begin > 0 and (text[begin - 1] in _OPENING or text[begin - 1] in _JOINERS):
        begin -= 1
    return begin


def _after(text: str, end: int) -> int:
    """The same place, or a little behind: never between a letter and its marks."""
    last = min(len(text), end + MOST_MARKS)
    while 0 < end < last and (_is_mark(text[end]) or text[end - 1] == "\u200d"):
        end += 1
    return end


def _is_mark(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign)[0] == "M"


def _pieces(text: str, begin: int, end: int, matches: Sequence[Spot]) -> list[Piece]:
    pieces, done = [], begin
    for _, here, behind in matches:
        if not done <= here < end:
            continue
        pieces.append(Piece(text[done:here], False))
        done = min(end, _after(text, behind))
        pieces.append(Piece(text[here:done], True))
    return [piece for piece in [*pieces, Piece(text[done:end], False)] if piece.text]
