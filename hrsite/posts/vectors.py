"""PostgreSQL's tsvector, written by us: its own parser would read words otherwise. Pure."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

# PostgreSQL keeps no more places of a word than this, and no larger row than a megabyte.
LAST_POSITION, MOST_OCTETS = 16_383, 700_000


def of_terms(parts: Iterable[str]) -> str:
    """Every term of some texts with its places. No phrase goes on from one text into the next."""
    places: dict[str, list[str]] = {}
    position = 0
    for spelling in parts:
        for term in spelling.split():
            position += 1
            if position <= LAST_POSITION:
                places.setdefault(term, []).append(str(position))
            else:
                places.setdefault(term, [str(LAST_POSITION)])
        position += 1
    octets, said = 0, []
    for term, found in places.items():
        octets += len(term.encode()) + 4 + 2 * len(found)
        if octets > MOST_OCTETS:
            break
        said.append(f"'{term}':{','.join(found)}")
    return " ".join(said)


def of_handles(date: datetime, title: str, *others: str) -> str:
    """What an article is found by, without places.

    Its month, its words, what stands in its title, and what stands side by side in any of it.
    """
    in_title, texts = title.split(), [text.split() for text in (title, *others)]
    found = {month(date.year * 12 + date.month - 1): None}
    found |= dict.fromkeys(titled(term) for term in in_title)
    found |= dict.fromkeys(titled(pair(*two)) for two in pairwise(in_title))
    for terms in texts:
        found |= dict.fromkeys(terms)
    for terms in texts:
        found |= dict.fromkeys(pair(*two) for two in pairwise(terms))
    octets, said = 0, []
    for one in found:
        octets += len(one.encode()) + 4
        if octets > MOST_OCTETS:
            break
        said.append(f"'{one}'")
    return " ".join(said)


# No term has any of these signs, or a space: so none of them is taken for the beginning of another.
def pair(first: str, second: str) -> str:
    """Two terms side by side."""
    return f"+{first} {second}"


def titled(handle: str) -> str:
    """A term or a pair that stands in the title."""
    return f"={handle}"


def month(number: int) -> str:
    """The article is of this month; they are counted from the year nought."""
    return f"#{number}"
