"""What a reader typed becomes what is wanted: words, phrases, other words for them. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hrsite.posts.marking import Marks
from hrsite.posts.synonyms import Groups
from hrsite.posts.terms import LITTLE, Term, terms_of

LONGEST_QUERY = 300
MOST_WORDS = 12
# So much of a word must be there before words that begin with it are looked for.
SHORTEST_BEGINNING = 3

_PIECE = re.compile(r'(?P<minus>(?:(?<=\s)|(?<=^))-)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))')
_QUOTES = str.maketrans("“”„«»", '"""""')

Phrase = tuple[str, ...]


class Wanted(NamedTuple):
    """One thing to find: any of these phrases. The first one's last word may be a beginning."""

    phrases: tuple[Phrase, ...]
    may_begin: bool = False


@dataclass(frozen=True)
class Query:
    """All that is wanted, and what must not be there."""

    wanted: tuple[Wanted, ...] = ()
    unwanted: tuple[Phrase, ...] = ()
    words: tuple[str, ...] = ()  # As they were typed, for guessing what was meant.
    was_cut: bool = False

    def marks(self) -> Marks:
        """What to mark in a text that was found. A phrase is marked where it stands whole."""
        phrases = {phrase for one in self.wanted for phrase in one.phrases}
        # Of a phrase that may go on ("test str") its last word is still to be typed.
        open_ones = [one.phrases[0] for one in self.wanted if one.may_begin]
        words = {phrase[0] for phrase in phrases if len(phrase) == 1}
        runs = sorted(phrase for phrase in phrases if len(phrase) > 1)
        beginning = next((phrase[0] for phrase in open_ones if len(phrase) == 1), "")
        return Marks(frozenset(words), tuple(runs), beginning)


def read(text: str, groups: Groups, language: str) -> Query:
    """Read a query. Anything at all may be typed; what has no words in it wants nothing."""
    cut = text[:LONGEST_QUERY].translate(_QUOTES)
    bare: list[Term] = []
    wanted: list[Wanted] = []
    unwanted: list[Phrase] = []
    words: list[str] = []
    for piece in _PIECE.finditer(cut):
        terms = list(terms_of(piece["quoted"] or piece["bare"] or "", language))
        phrase = tuple(term.text for term in terms)
        if not phrase:
            continue
        if piece["minus"]:
            unwanted.append(phrase)
        elif piece["quoted"] is not None or _is_of_signs(phrase):
            wanted.append(Wanted((phrase,)))
        else:
            bare += terms
            words += [term.word for term in terms]
    telling = [term for term in bare if term.word not in LITTLE]
    if not telling and not wanted:
        telling = bare
    ends_open = not cut.endswith((" ", '"')) and bool(telling) and telling[-1] is bare[-1]
    wanted = [*_with_others(telling, groups, ends_open), *wanted]
    if not wanted:  # Only things not to find: then they are what is looked for.
        wanted, unwanted = [Wanted((phrase,)) for phrase in unwanted], []
    was_cut = len(text.strip()) > LONGEST_QUERY or len(wanted) > MOST_WORDS
    kept = tuple(dict.fromkeys(wanted[:MOST_WORDS]))
    return Query(kept, tuple(unwanted[:MOST_WORDS]), tuple(words[:MOST_WORDS]), was_cut)


def _with_others(terms: Sequence[Term], groups: Groups, ends_open: bool) -> list[Wanted]:
    """Each word, or each run of words that a group names, with the others of its group."""
    found, place = [], 0
    while place < len(terms):
        run = tuple(term.text for term in terms[place : place + groups.longest])
        while len(run) > 1 and run not in groups.of:
            run = run[:-1]
        place += len(run)
        may_begin = ends_open and place == len(terms) and len(run[-1]) >= SHORTEST_BEGINNING
        others = [phrase for phrase in groups.of.get(run, ()) if phrase != run]
        found.append(Wanted((run, *others), may_begin))
    return found


def _is_of_signs(phrase: Phrase) -> bool:
    """Is it a word of a script without spaces? Its signs then belong together."""
    return len(phrase) > 1 and all(len(term) == 1 and not term.isascii() for term in phrase)
