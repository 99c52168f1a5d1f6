"""The order of the menu, the bin, and back."""

from datetime import datetime

from sqlalchemy.orm import Session

from hrsite.pages import listing
from hrsite.pages.models import Page


def move(session: Session, page: Page, is_up: bool) -> None:
    """One place up or down. At an end it stays."""
    order = list(listing.shown(session))
    if page in order:
        at = order.index(page)
        order.insert(max(0, at - 1 if is_up else at + 1), order.pop(at))
        for place, one in enumerate(order, 1):
            one.position = place


def throw_away(page: Page, now: datetime) -> None:
    """Into the bin: readers see it no more, and its words are kept."""
    page.deleted_at = now
    page.version += 1


def put_back(session: Session, page: Page) -> None:
    """Out of the bin, to the end of the menu."""
    page.position = next_place(session)
    page.deleted_at = None
    page.version += 1


def next_place(session: Session) -> int:
    """The place after the last one."""
    return max((page.position for page in listing.shown(session)), default=0) + 1
