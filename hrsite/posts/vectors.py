"""PostgreSQL's tsvector, written by us: its own parser would read words otherwise. Pure."""

from collections.abc import Iterable
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


def of_pairs(title: str, *others: str) -> str:
    """What stands side by side in some texts, and what stands in the title, without places."""
    in_title = title.split()
    found = dict.fromkeys(titled(term) for term in in_title)
    found |= dict.fromkeys(titled(pair(*two)) for two in pairwise(in_title))
    for spelling in (title, *others):
        found |= dict.fromkeys(pair(*two) for two in pairwise(spelling.split()))
    octets, said = 0, []
    for one in found:
        octets += len(one.encode()) + 4
        if octets > MOST_OCTETS:
            break
        said.append(f"'{one}'")
    return " ".join(said)


def pair(first: str, second: str) -> str:
    """Two terms side by side; neither has a space."""
    return f"{first} {second}"


def titled(term: str) -> str:
    """A term or a pair that stands in the title."""
    return f"={term}"
