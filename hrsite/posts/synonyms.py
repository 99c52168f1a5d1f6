"""Words for one thing (Narcan, naloxone): the coach's lines, and what stands in for what."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.posts.models import SynonymWords
from hrsite.posts.terms import LITTLE, terms_of
from hrsite.texts.markup import tidy_text

# Until she saves her own: facts of pharmacy, for her to check.
OURS = Path(__file__).with_name("synonyms.txt")
MOST_LINES, MOST_IN_A_LINE, MOST_WORDS = 200, 12, 4

Phrase = tuple[str, ...]


class StaleSynonyms(Exception):
    """They were saved elsewhere since this form was opened. `theirs` is how they stand now."""

    def __init__(self, theirs: SynonymWords) -> None:
        super().__init__(theirs.version)
        self.theirs = theirs


@dataclass(frozen=True)
class Groups:
    """For each phrase the phrases that mean the same, itself among them."""

    of: dict[Phrase, tuple[Phrase, ...]] = field(default_factory=dict)
    longest: int = 1
    words: frozenset[str] = frozenset()


def lines(session: Session) -> SynonymWords:
    """The coach's lines; ours while she has saved none."""
    kept = session.scalar(_THE_LINES)
    return kept or SynonymWords(text=_ours(), version=0)


_THE_LINES = select(SynonymWords)


@functools.cache
def _ours() -> str:
    return OURS.read_text(encoding="utf-8")


# Every search asks for the same ones, until she saves others.
@functools.lru_cache(maxsize=2)
def groups_of(text: str, language: str) -> Groups:
    """The groups of lines such as "Narcan, naloxone"."""
    of: dict[Phrase, tuple[Phrase, ...]] = {}
    words: set[str] = set()
    for line in text.splitlines():
        read = [list(terms_of(part, language)) for part in _parts(line)]
        phrases = tuple(dict.fromkeys(tuple(term.text for term in part) for part in read if part))
        words |= {term.word for part in read for term in part}
        for phrase in phrases:
            of[phrase] = phrases
        for part in read:  # Whoever types "want to die" is heard without the little word.
            telling = tuple(term.text for term in part if term.word not in LITTLE)
            if telling:
                of.setdefault(telling, phrases)
    return Groups(of, max(map(len, of), default=1), frozenset(words))


def faults_of(text: str, language: str) -> list[str]:
    """What is wrong with some lines, each in a sentence that names the line."""
    faults, seen = [], dict[Phrase, int]()
    filled = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(filled) > MOST_LINES:
        return [f"There can be {MOST_LINES} lines at most. These are {len(filled)}."]
    for number, line in filled:
        parts = [tuple(t.text for t in terms_of(part, language)) for part in _parts(line)]
        faults += [f"Line {number} {fault}" for fault in _faults_in(parts)]
        for phrase in dict.fromkeys(part for part in parts if part):
            if phrase in seen:
                faults.append(
                    f"Lines {seen[phrase]} and {number} share a word. Put them in one line."
                )
            seen[phrase] = number
    return faults


def save(session: Session, text: str, version: int, now: datetime) -> SynonymWords:
    """Keep her lines. Raises StaleSynonyms; then nothing is written."""
    kept = session.scalar(
        select(SynonymWords).with_for_update().execution_options(populate_existing=True)
    )
    if kept is None:
        kept = SynonymWords(id=1, version=0)
    elif kept.version != version:
        raise StaleSynonyms(kept)
    tidy = (" ".join(line.split()) for line in tidy_text(text).splitlines())
    kept.text = "\n".join(line for line in tidy if line)
    kept.updated_at = now
    kept.version += 1
    session.add(kept)
    session.flush()
    return kept


def _parts(line: str) -> list[str]:
    return [part for part in line.replace("=", ",").replace(";", ",").split(",") if part.strip()]


def _faults_in(parts: Iterable[Phrase]) -> list[str]:
    phrases = list(parts)
    if len(set(phrases)) < 2:
        return ["needs two different words at least, with a comma between them."]
    if not all(phrases):
        return ["has a part without letters or digits."]
    if len(phrases) > MOST_IN_A_LINE:
        return [f"has more than {MOST_IN_A_LINE} parts."]
    if max(map(len, phrases)) > MOST_WORDS:
        return [f"has a part of more than {MOST_WORDS} words."]
    return []
