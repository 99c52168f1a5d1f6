"""What a reader meant who mistyped a word: a word of the articles that is a slip or two away."""

import string
from collections.abc import Callable, Collection, Iterable

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

SHORTEST = 4
MOST_MENDED = 3
MOST_TRIED = 4
MOST_READ = 2_000
# A short word that is two slips away is another word.
SHORTEST_OF_TWO = 7


def meant(
    session: Session,
    words: Iterable[str],
    others: Collection[str],
    finds: Callable[[str], bool],
) -> str:
    """The query with its unknown words mended, when that finds something; else nothing."""
    asked = list(words)
    known = _known(session, asked) | {word for word in asked if word in others}
    unknown = [word for word in dict.fromkeys(asked) if word not in known and len(word) >= SHORTEST]
    if not unknown or len(unknown) > MOST_MENDED:
        return ""
    choices = {word: near(word, _candidates(session, word, others)) for word in unknown}
    for rank in range(MOST_TRIED):
        mended = [_choice(choices, word, rank) for word in asked]
        if mended != asked and finds(" ".join(mended)):
            return " ".join(mended)
    return ""


def near(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidates a slip or two away, the nearest first."""
    found = []
    most = 2 if len(word) >= SHORTEST_OF_TWO else 1
    letters = set(word)
    for other in candidates:
        if len(letters.symmetric_difference(other)) > 2 * most:
            continue  # Each slip takes a letter away and brings another at most.
        slips = distance(word, other, most)
        if 0 < slips <= most:
            found.append((slips, abs(len(other) - len(word)), other))
    return [other for _, _, other in sorted(found)]


def distance(one: str, other: str, most: int) -> int:
    """How many slips apart: a letter too many, missing, wrong, or two in each other's place."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def one_slip_away(word: str) -> set[str]:
    """Every spelling that is one slip away."""
    halves = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = string.ascii_lowercase
    return {
        *(a + b[1:] for a, b in halves if b),
        *(a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1),
        *(a + letter + b[1:] for a, b in halves if b for letter in letters),
        *(a + letter + b for a, b in halves for letter in letters),
    } - {word}


def _choice(choices: dict[str, list[str]], word: str, rank: int) -> str:
    found = choices.get(word)
    return found[min(rank, len(found) - 1)] if found else word


def _candidates(session: Session, word: str, others: Collection[str]) -> set[str]:
    """Known words a slip away, those that begin alike, and the coach's own other words."""
    alike = text(
        "SELECT word FROM search_vocabulary WHERE word >= :from AND word < :to"
        " AND length(word) BETWEEN :least AND :most LIMIT :limit"
    )
    bounds = {
        "from": word[:3], "to": word[:3] + "\U0010ffff", "least": len(word) - 2,
        "most": len(word) + 2, "limit": MOST_READ,
    }  # fmt: skip
    begun = session.execute(alike, bounds).scalars()
    return {*_known(session, one_slip_away(word)), *begun, *others}


def _known(session: Session, words: Iterable[str]) -> set[str]:
    asked = sorted(set(words))
    if not asked:
        return set()
    listed = text("SELECT word FROM search_vocabulary WHERE word IN :words").bindparams(
        bindparam("words", expanding=True)
    )
    return set(session.execute(listed, {"words": asked}).scalars())
