"""How hard a text is to read: long sentences, and the age it is for. Pure.

Sentences of more than 25 words are hard to follow (GOV.UK, "Content design: sentence length"). The
age is the Automated Readability Index (Smith and Senter, 1967), made for English alone.
"""

import re
from collections.abc import Iterator, Sequence

from hrsite.hints.hint import Hint, Place
from hrsite.hints.seen import COVER

MOST_WORDS = 25
MOST_SHOWN = 3
# Fewer words than that say nothing about a text.
FEWEST_WORDS = 100
# Grade 1 is for children of six.
AGE_OF_GRADE_0 = 5
HARD_AGE, YOUNGEST, OLDEST = 14, 6, 22
WORDS_OF_A_SENTENCE_SHOWN = 9

_WORD = re.compile(r"[^\W_]+(?:['’.,:/-][^\W_]+)*")
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’)\]*_]*+(?:(?=\s+[\"'“‘(\[]?[A-Z0-9À-Þ])|(?=\s*$))")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|Dr|Mr|Mrs|Ms|St|No|a\.m|p\.m)|\b[A-Z])\.$", re.IGNORECASE
)


def sentences(prose: str, blocks: Sequence[Place]) -> Iterator[Place]:
    """Where each sentence is. None goes across two blocks."""
    for block in blocks:
        begin = block.start
        for end in _END.finditer(prose, block.start, block.end):
            if _NO_END.search(prose[max(begin, end.end() - 8) : end.end()]):
                continue
            yield Place(begin, end.end())
            begin = end.end()
        if prose[begin : block.end].strip():
            yield Place(begin, block.end)


def sentence_hints(box: str, prose: str, blocks: Sequence[Place]) -> Iterator[Hint]:
    """The longest sentences, in the order of the text."""
    found = []
    for place in sentences(prose, blocks):
        words = _words(prose, place)
        if len(words) > MOST_WORDS:
            found.append((len(words), place, words))
    longest = sorted(found, key=lambda one: one[0], reverse=True)[:MOST_SHOWN]
    for count, place, words in sorted(longest, key=lambda one: one[1].start):
        beginning = f"{' '.join(words[:WORDS_OF_A_SENTENCE_SHOWN])} …"
        why = f"This sentence has {count} words. Two short ones are easier to follow."
        yield Hint("sentence", box, beginning, why, places=(place,))


def reading_age(prose: str, blocks: Sequence[Place]) -> int | None:
    """How old a child must be to follow it; None for a text too short to say."""
    words = _WORD.findall(prose.replace(COVER, " "))
    count = sum(1 for _ in sentences(prose, blocks))
    if len(words) < FEWEST_WORDS or not count:
        return None
    letters = sum(map(len, words))
    grade = 4.71 * letters / len(words) + 0.5 * len(words) / count - 21.43
    return min(OLDEST, max(YOUNGEST, round(grade) + AGE_OF_GRADE_0))


def level_hints(box: str, age: int | None) -> Iterator[Hint]:
    """A word about a text that asks a lot of its readers."""
    if age is not None and age >= HARD_AGE:
        why = (
            f"It reads like a text for people of {age} or more. Shorter words and sentences help"
            " who is tired, frightened, or new to the language."
        )
        yield Hint("level", box, "the whole text", why)


def _words(prose: str, place: Place) -> list[str]:
    return _WORD.findall(prose[place.start : place.end].replace(COVER, " "))
