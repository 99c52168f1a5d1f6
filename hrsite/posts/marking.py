"""Where in a text the matches are, and the piece of it that has the most of them. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from hrsite.posts.terms import Term, terms_of

WORDS_SHOWN = 32
WORDS_BEFORE = 8
WORDS_READ = 160

Marks = tuple[frozenset[str], str]


class Piece(NamedTuple):
    """A piece of text, and whether it is to be marked. Escaping is for whoever shows it."""

    text: str
    is_match: bool


def marked(text: str, marks: Marks, language: str) -> list[Piece]:
    """The whole text, in pieces."""
    return _pieces(text, list(terms_of(text, language)), marks)


def piece_with(text: str, marks: Marks, language: str) -> list[Piece]:
    """Some thirty words around the most different matches, in pieces; nothing without a match."""
    terms, hits, is_whole = _read(text, marks, language)
    if not hits:
        return []
    start = max(0, _best(terms, hits) - WORDS_BEFORE)
    some = terms[start : start + WORDS_SHOWN]
    begin, end = some[0].start if start else 0, some[-1].end
    is_end = is_whole and start + WORDS_SHOWN >= len(terms)
    shown = text[begin:] if is_end else text[begin:end]
    moved = [Term(t.text, t.word, t.start - begin, t.end - begin) for t in some]
    pieces = _pieces(shown, moved, marks)
    before = [Piece("… ", False)] if begin else []
    return [*before, *pieces, *([] if is_end else [Piece(" …", False)])]


def _read(text: str, marks: Marks, language: str) -> tuple[list[Term], list[int], bool]:
    """The terms, the places of matches among them, and whether the text was read to its end.

    Some way after the first match nothing better is looked for.
    """
    terms, hits = list[Term](), list[int]()
    for term in terms_of(text, language):
        if hits and len(terms) > hits[0] + WORDS_READ:
            return terms, hits, False
        if _is_match(term, marks):
            hits.append(len(terms))
        terms.append(term)
    return terms, hits, True


def _best(terms: Sequence[Term], hits: Sequence[int]) -> int:
    """The match from which on the most different ones follow soon; of equals the first."""

    def worth(place: int) -> tuple[int, int, int]:
        end = place + WORDS_SHOWN - WORDS_BEFORE
        near = [terms[hit].text for hit in hits if place <= hit < end]
        return len(set(near)), len(near), -place

    return max(hits, key=worth)


def _is_match(term: Term, marks: Marks) -> bool:
    wanted, beginning = marks
    return term.text in wanted or (beginning != "" and term.text.startswith(beginning))


def _pieces(text: str, terms: Sequence[Term], marks: Marks) -> list[Piece]:
    pieces, done = [], 0
    for term in terms:
        if not _is_match(term, marks):
            continue
        if term.start > done:
            pieces.append(Piece(text[done : term.start], False))
        pieces.append(Piece(text[term.start : term.end], True))
        done = term.end
    return [piece for piece in [*pieces, Piece(text[done:], False)] if piece.text]
