"""Which of the articles that were found comes first: the same on every database. Pure.

An article's "heads" say what it is about: its title, summary and topics, and the terms that its
text repeats. To read them costs little, where to weigh every word of every article costs much.
"""

from collections import Counter
from collections.abc import Sequence

from hrsite.posts.queries import Wanted
from hrsite.posts.terms import LITTLE

IN_TITLE, IN_SUMMARY, IN_TOPICS, IN_TEXT = 8.0, 2.5, 2.5, 1.0
# What each doubling of a term in the text adds, up to eight times in so many words.
MORE_OFTEN, MOST_OFTEN, WORDS = 0.6, 3, 600
# A word of which there is only the beginning weighs less than the same word whole.
BEGUN = 0.8
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


class Scale:
    """What an article has to say on what is wanted, each thing with its weight."""

    def __init__(self, wanted: Sequence[tuple[Wanted, float]]) -> None:
        self._ways = [(weight, _ways_to(one)) for one, weight in wanted]

    def worth(self, heads: str) -> float:
        """Of an article that has all of it somewhere."""
        total = 0.0
        for weight, ways in self._ways:
            best = IN_TEXT
            for words, share in ways:
                if words in heads:  # Rarely: most articles that have a word are not about it.
                    best = max(best, share * _in(heads, words))
            total += weight * best
        return total

    def is_in_title(self, heads: str) -> bool:
        """Does the title alone have all of it?"""
        title = heads[: heads.index("\n")]
        for _, ways in self._ways:
            for words, _ in ways:
                if words in title:
                    break
            else:
                return False
        return True


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


def _ways_to(wanted: Wanted) -> list[tuple[str, float]]:
    """What to look for in heads, and how much of its worth it keeps."""
    ways = [(f" {' '.join(phrase)} ", 1.0) for phrase in wanted.phrases]
    return [*ways, (f" {' '.join(wanted.phrases[0])}", BEGUN)] if wanted.may_begin else ways


def _in(heads: str, words: str) -> float:
    title, summary, topics, *levels = heads.split("\n")
    found = IN_TEXT
    if words in title:
        found += IN_TITLE
    if words in summary:
        found += IN_SUMMARY
    if words in topics:
        found += IN_TOPICS
    often = (level for level, line in enumerate(levels, 1) if words in line)
    return found + MORE_OFTEN * max(often, default=0)
