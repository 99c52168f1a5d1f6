"""What stands on the first page: where to start, the newest article, those before it, topics."""

from collections.abc import Sequence
from typing import NamedTuple

from hrsite.posts import pinning

HOME_COUNT = 6
# Of so many newest articles, the first one and those before it are left when all that is pinned
# is among them.
NEWEST_COUNT = pinning.MOST + 1 + HOME_COUNT


class FirstPage(NamedTuple):
    """The numbers of the articles of the first page."""

    pinned: Sequence[int]
    lead: int | None
    is_newest: bool  # Or does a newer one stand under "Start here"?
    numbers: Sequence[int]


def first_page(pinned: Sequence[int], newest: Sequence[int]) -> FirstPage:
    """Its articles out of those under "Start here" and the newest ones, none of them twice."""
    others = [number for number in newest if number not in pinned]
    if not others:
        return FirstPage(pinned, None, False, [])
    lead, *before = others
    return FirstPage(pinned, lead, lead == newest[0], before[:HOME_COUNT])
