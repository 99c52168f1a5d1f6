"""Which addresses a page of the coach's may have: plain ones that nothing else answers."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from hrsite.pages.models import Page
from hrsite.redirects import moving
from hrsite.slugs import LONGEST_SLUG, is_slug_shaped, slug_of

# Rooms that are to come: a page of this name would stand in their way one day.
TO_COME = frozenset(
    {"admin", "api", "bookings", "comments", "desk", "events", "export", "feed", "help", "import"}
    | {"login", "logout", "media", "new", "note", "old", "rss", "search", "session", "sitemap"}
)


class BadAddress(ValueError):
    """A page cannot have this address. The message is for the coach to read."""


def reserved(rules: Iterable[Rule]) -> set[str]:
    """The first words of every address the site answers itself; those belong to no page."""
    firsts = (rule.rule.strip("/").partition("/")[0] for rule in rules)
    return {first for first in firsts if first and not first.startswith("<")} | TO_COME


def address_for(session: Session, title: str, taken: set[str]) -> str:
    """An address for a new page: after its title, and unlike any other."""
    return slug_of(title, taken | set(session.scalars(select(Page.slug))), "page")


def check(session: Session, wanted: str, own: str, taken: set[str]) -> str:
    """The address the coach has typed, for the page that has `own` now. Raises BadAddress."""
    slug = wanted.strip().strip("/").lower()
    if slug == own:
        return slug
    if len(slug) > LONGEST_SLUG or not is_slug_shaped(slug):
        raise BadAddress(
            f"Use small letters, digits and single dashes, {LONGEST_SLUG} at most: what-to-expect"
        )
    if slug in taken:
        raise BadAddress(f"The site itself uses /{slug}. Please choose another.")
    if session.scalar(select(Page.id).where(Page.slug == slug)) is not None:
        raise BadAddress(f"Another page has /{slug}, perhaps one in the bin. Choose another.")
    return slug


def rename(session: Session, page: Page, slug: str, now: datetime) -> None:
    """Put a page at an address; the one it had leads there from now on."""
    old, page.slug = page.slug, slug
    moving.free(session, f"/{slug}")
    if old != slug:
        moving.lead(session, f"/{old}", f"/{slug}", now)
