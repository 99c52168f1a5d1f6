"""Where in a text the matches are, and the piece of it that has the most of them. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from hrsite.posts.terms import Term, bare_terms, terms_of

WORDS_SHOWN = 32
WORDS_BEFORE = 8
WORDS_READ = 96
# However long its words are; and no letter carries more marks than this in earnest.
LONGEST_SHOWN, MOST_MARKS = 600, 30

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
    terms = list(terms_of(text, language))
    return _pieces(text, 0, len(text), [terms[hit] for hit in _hits(terms, marks)])


def piece_with(text: str, marks: Marks, language: str) -> list[Piece]:
    """Some thirty words around the most different matches, in pieces; nothing without a match."""
    first = _first_word(text, marks, language)
    if first is None:
        return []
    terms = list(islice(terms_of(text, language, first), WORDS_SHOWN + WORDS_READ))
    is_whole = len(terms) < WORDS_SHOWN + WORDS_READ
    hits = _hits(terms, marks)
    start = _start(text, terms, _best(terms, hits), is_whole)
    stop = min(start + WORDS_SHOWN, len(terms))
    begin = _before(text, terms[start].start) if start or first else 0
    end = len(text) if is_whole and stop == len(terms) else terms[stop - 1].end
    end = _after(text, min(end, begin + LONGEST_SHOWN))
    pieces = _pieces(text, begin, end, [terms[hit] for hit in hits if start <= hit < stop])
    before = [Piece("… ", False)] if begin else []
    return [*before, *pieces, *([Piece(" …", False)] if end < len(text) else [])]


def _first_word(text: str, marks: Marks, language: str) -> int | None:
    """Where to begin reading: some words before the first match, 0 for the first word of all.

    None without a match. Some way after the first one nothing better is looked for.
    """
    ends = {run[-1] for run in marks.runs}
    longest = max(map(len, marks.runs), default=1)
    terms, starts = list[str](), list[int]()
    for term, start in bare_terms(text, language):
        terms.append(term)
        starts.append(start)
        is_match = term in marks.words or (marks.beginning and term.startswith(marks.beginning))
        if not is_match and term in ends:
            last = tuple(terms[-longest:])
            is_match = any(last[-len(run) :] == run for run in marks.runs)
        if is_match:
            return starts[-WORDS_SHOWN] if len(starts) > WORDS_SHOWN else 0
    return None


def _hits(terms: Sequence[Term], marks: Marks) -> list[int]:
    """The places of what is to be marked. Of a run all its words, and nowhere else."""
    hits = {place for place, term in enumerate(terms) if _is_match(term, marks)}
    for run in marks.runs:
        for place, term in enumerate(terms):
            if term.text == run[0] and _stands(terms, place, run):
                hits |= set(range(place, place + len(run)))
    return sorted(hits)


def _stands(terms: Sequence[Term], place: int, run: Sequence[str]) -> bool:
    there = terms[place : place + len(run)] if place >= 0 else ()
    return len(there) == len(run) and all(
        t.text == word for t, word in zip(there, run, strict=True)
    )


def _is_match(term: Term, marks: Marks) -> bool:
    begins = marks.beginning != "" and term.text.startswith(marks.beginning)
    return begins or term.text in marks.words


def _best(terms: Sequence[Term], hits: Sequence[int]) -> int:
    """The match from which on the most different ones follow soon; of equals the first."""

    def worth(place: int) -> tuple[int, int, int]:
        end = place + WORDS_SHOWN - WORDS_BEFORE
        near = [terms[hit].text for hit in hits if place <= hit < end]
        return len(set(near)), len(near), -place

    return max(hits, key=worth)


def _start(text: str, terms: Sequence[Term], match: int, is_whole: bool) -> int:
    """The word to begin with: where a sentence does, if that is not far before the match."""
    first = match - WORDS_BEFORE
    if is_whole:  # At the end of a text there is room for more before.
        first = min(first, len(terms) - WORDS_SHOWN)
    first = max(0, first)
    if terms[match].end - terms[first].start > LONGEST_SHOWN:
        return match
    places = range(first, match + 1)
    return next((place for place in places if _begins(text, terms, place)), first)


def _begins(text: str, terms: Sequence[Term], place: int) -> bool:
    """Does a sentence or an entry begin with this word? After "e.g." none does."""
    if place == 0:
        return True
    stop = _STOPS.search(text, terms[place - 1].end, terms[place].start)
    return stop is not None and ("·" in stop[0] or not text[terms[place].start].islower())


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


def _pieces(text: str, begin: int, end: int, matches: Sequence[Term]) -> list[Piece]:
    pieces, done = [], begin
    for term in matches:
        if not done <= term.start < end:
            continue
        pieces.append(Piece(text[done : term.start], False))
        done = min(end, _after(text, term.end))
        pieces.append(Piece(text[term.start : done], True))
    return [piece for piece in [*pieces, Piece(text[done:end], False)] if piece.text]
