"""A query in PostgreSQL's own language, over what `vectors` wrote down of each article. Pure.

An index of handles knows which words stand side by side. That three stand in one row it can only
guess, so then there are three spellings: what surely has all that is wanted, what may have it, and
what decides. The last one reads what is kept of an article, and only where it is not sure.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from hrsite.posts.queries import Phrase, Query, Wanted
from hrsite.posts.vectors import month, pair, titled

# No article has this handle.
NOWHERE = "'#'"


class Spellings(NamedTuple):
    """One query; the others are for queries with three words in a row alone."""

    sure: str
    maybe: str = ""
    decides: str = ""
    is_of_terms: bool = False  # What decides needs the terms of an article, and not its handles.

    def within(self, first: datetime, last: datetime) -> "Spellings":
        """The same, of the months between two moments alone."""
        numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
        months = _joined(" | ", [month(number) for number in numbers])
        sure, maybe = (one and f"({one}) & {months}" for one in (self.sure, self.maybe))
        return self._replace(sure=sure, maybe=maybe)


# What becomes of a run of three and more: its pairs, and all of it in order.
Long = Callable[[str, str], str]


def spellings(query: Query, *, in_title: bool) -> Spellings:
    """All of a query's spellings."""
    long_unwanted = [phrase for phrase in query.unwanted if _is_long(phrase)]
    long = [one for one in query.wanted if any(map(_is_long, one.phrases))]
    if not long and not long_unwanted:
        return Spellings(_spelt(query, in_title, _by_pairs, _by_pairs))
    sure = _spelt(query, in_title, _not_at_all, _by_pairs)
    maybe = f"({_spelt(query, in_title, _by_pairs, _not_at_all)}) & !({sure})"
    if any(len(one.phrases) > 1 for one in long):
        return Spellings(sure, maybe, _spelt(query, in_title, _wholly, _wholly))
    # The index is right in all else: what is left to see is whether those words are in order.
    rest = Query(tuple(long), tuple(long_unwanted))
    return Spellings(sure, maybe, _spelt(rest, in_title, _in_order, _in_order), is_of_terms=True)


def _is_long(phrase: Phrase) -> bool:
    return len(phrase) > 2


def _by_pairs(pairs: str, _: str) -> str:
    return pairs


def _not_at_all(_: str, __: str) -> str:
    return NOWHERE


def _in_order(_: str, in_order: str) -> str:
    return in_order


def _wholly(pairs: str, in_order: str) -> str:
    return f"({pairs} & {in_order})"


def _spelt(query: Query, in_title: bool, long: Long, long_unwanted: Long) -> str:
    met = [_wanted(one, in_title, long) for one in query.wanted]
    met += [f"!({_phrase(phrase, False, long_unwanted)})" for phrase in query.unwanted]
    return " & ".join(met)


def _wanted(one: Wanted, in_title: bool, long: Long) -> str:
    first = [_phrase(one.phrases[0], in_title, long, ":*")] if one.may_begin else []
    ways = [*first, *(_phrase(phrase, in_title, long) for phrase in one.phrases)]
    return f"({' | '.join(ways)})"


def _phrase(phrase: Phrase, in_title: bool, long: Long, end: str = "") -> str:
    """A word or a run of words is there; `end` follows the last of them."""
    spell: Callable[[str], str] = titled if in_title else str
    runs = phrase if len(phrase) == 1 else [pair(*two) for two in pairwise(phrase)]
    pairs = _joined(" & ", [spell(run) for run in runs], end)
    return long(pairs, _joined(" <-> ", phrase, end)) if _is_long(phrase) else pairs


def _joined(sign: str, handles: Sequence[str], end: str = "") -> str:
    """Handles in quotes. They are letters, digits and signs of ours alone."""
    return "(" + sign.join(f"'{handle}'" for handle in handles) + end + ")"
