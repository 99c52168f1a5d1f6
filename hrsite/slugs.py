"""A title becomes the last part of an address."""

import re

SLUG_SHAPE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 80


def slug_of(text: str, taken: set[str], fallback: str) -> str:
    """An address part for a title, unlike any that is taken. A title of emoji gets `fallback`."""
    from slugify import slugify  # Loads tables of every script; only writing needs them.

    wanted = slugify(text, max_length=LONGEST_SLUG, word_boundary=True) or fallback
    numbers = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbers) if slug not in taken)


def is_slug_shaped(text: str) -> bool:
    """May this be a slug at all? Saves asking the database about nonsense."""
    return len(text) <= 120 and SLUG_SHAPE.fullmatch(text) is not None
