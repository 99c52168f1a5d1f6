"""Which of the articles that were found comes first: the same on every database. Pure.

An article's "heads" say what it is about: its title, summary and topics, and the terms that its
text repeats. To read them costs little, where to weigh every word of every article costs much.
"""

from collections import Counter
from collections.abc import Sequence

from hrsite.posts.queries import LITTLE, Phrase, Wanted

IN_TITLE, IN_SUMMARY, IN_TOPICS, IN_TEXT = 8.0, 2.5, 2.5, 1.0
# What each doubling of a term in the text adds, up to eight times in so many words.
MORE_OFTEN, MOST_OFTEN, WORDS = 0.6, 3, 600
# A word of which there is only the beginning weighs less than the same word whole.
BEGUN = 0.8
# What its title says first, or by itself, an article is about.
ALL_OF_TITLE = 2.0
NEWEST_WEIGHS_MORE = 0.3


def heads_of(title: str, summary: str, topics: str, body: str) -> str:
    """A line of terms for each: title, summary, topics, and what the text has 2, 4 and 8 times."""
    terms = body.split()
    scale = max(1.0, len(terms) / WORDS)
    levels: list[list[str]] = [[] for _ in range(MOST_OFTEN)]
    for term, number in Counter(terms).items():
        level = min(MOST_OFTEN, int(number / scale).bit_length() - 1)
        if level > 0 and term not in LITTLE:
            levels[level - 1].append(term)
    lines = (title, summary, topics, *map(" ".join, levels))
    return "\n".join(f" {line} " for line in lines)


def worth(heads: str, wanted: Sequence[tuple[Wanted, float]]) -> float:
    """What an article has to say on what is wanted; each with its weight, all of it found there."""
    lines = heads.split("\n")
    if len(lines) < 3 + MOST_OFTEN:  # Not written down anew yet.
        return 0.0
    return sum(weight * _worth_of(lines, one) for one, weight in wanted)


def weights(wanted: Sequence[Wanted], found: Sequence[int]) -> list[tuple[Wanted, float]]:
    """The rarer a thing is among what was found, the more it weighs."""
    most = max(found, default=0)
    return [
        (one, 1 + (most / number if number else 0.0) ** 0.5)
        for one, number in zip(wanted, found, strict=True)
    ]


def of_age(years: float) -> float:
    """How much more an article of today weighs than one from long ago."""
    return 1 + NEWEST_WEIGHS_MORE / (1 + max(0.0, years))


def _worth_of(lines: Sequence[str], wanted: Wanted) -> float:
    first, *others = (_in(lines, f" {' '.join(phrase)} ") for phrase in wanted.phrases)
    begun = BEGUN * _in(lines, f" {' '.join(wanted.phrases[0])}") if wanted.may_begin else 0.0
    return max(first, begun, *others)


def _in(lines: Sequence[str], words: str) -> float:
    title, summary, topics, *levels = lines
    found = IN_TEXT
    if words in title:
        found += IN_TITLE
    if words in summary:
        found += IN_SUMMARY
    if words in topics:
        found += IN_TOPICS
    for level, line in enumerate(levels, 1):
        if words in line:
            return found + level * MORE_OFTEN
    return found


def is_in_title(heads: str, wanted: Sequence[Wanted]) -> bool:
    """Does the title alone have all of it?"""
    title = heads.partition("\n")[0]

    def has(phrase: Phrase, may_begin: bool) -> bool:
        return f" {' '.join(phrase)}{'' if may_begin else ' '}" in title

    return all(
        any(has(phrase, one.may_begin and not place) for place, phrase in enumerate(one.phrases))
        for one in wanted
    )
