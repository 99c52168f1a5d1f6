"""What stands on the first page: where to start, the newest article, those before it, topics."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from hrsite.posts import listing, pinning
from hrsite.posts.models import Post

HOME_COUNT = 6


class FirstPage(NamedTuple):
    """The articles of the first page."""

    pinned: Sequence[Post]
    lead: Post | None
    posts: Sequence[Post]


def first_page(session: Session, now: datetime) -> FirstPage:
    """Its articles, none of them twice."""
    pinned = pinning.start_here(session, now)
    newest = listing.in_full(session, now, 1, besides=pinned)
    before = listing.recent(session, now, HOME_COUNT, besides=[*pinned, *newest])
    return FirstPage(pinned, newest[0], before) if newest else FirstPage(pinned, None, [])
