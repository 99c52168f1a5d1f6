"""Which article somebody may have meant whose address has a letter wrong. Pure, and quick."""

from collections.abc import Iterable

# How much two addresses must share, from 0 to 1; below this a guess is a lottery.
ALIKE = 0.34
LONGEST = 120


def nearest(wanted: str, slugs: Iterable[str], most: int = 3) -> list[str]:
    """The slugs most like the last part of an address, the likeliest first."""
    pieces = _pieces(wanted[:LONGEST])
    if len(pieces) < 4:
        return []
    scored = ((_alike(pieces, _pieces(slug)), slug) for slug in slugs)
    return [slug for score, slug in sorted(scored, reverse=True) if score >= ALIKE][:most]


def _pieces(text: str) -> set[str]:
    """Every three letters that stand side by side in a word, its edges counted as letters."""
    words = text.casefold().replace("_", "-").replace(" ", "-").split("-")
    return {f" {word} "[at : at + 3] for word in words if word for at in range(len(word))}


def _alike(some: set[str], others: set[str]) -> float:
    return len(some & others) / (len(some | others) or 1)
