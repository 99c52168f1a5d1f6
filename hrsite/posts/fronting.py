"""What stands on the first page: where to start, the newest article, those before it, topics."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from hrsite.extensions import Asked
from hrsite.posts import listing, pinning

HOME_COUNT = 6


class FirstPage(NamedTuple):
    """The numbers of the articles of the first page."""

    pinned: Sequence[int]
    lead: int | None
    is_newest: bool  # Or does a newer one stand under "Start here"?
    numbers: Sequence[int]


def first_page(session: Asked, now: datetime) -> FirstPage:
    """Its articles, none of them twice."""
    pinned = pinning.start_here(session, now)
    newest = listing.newest(session, now, len(pinned) + 1 + HOME_COUNT)
    others = [number for number in newest if number not in pinned]
    if not others:
        return FirstPage(pinned, None, False, [])
    lead, *before = others
    return FirstPage(pinned, lead, lead == newest[0], before[:HOME_COUNT])
