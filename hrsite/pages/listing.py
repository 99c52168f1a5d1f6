"""Which pages there are."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.pages.models import Page

# The pages that have an address; the coach cannot make others yet.
KNOWN_SLUGS = {"about": "About"}


def by_slug(session: Session, slug: str) -> Page | None:
    """The page of this name, if it was ever written."""
    return session.scalar(select(Page).where(Page.slug == slug))


def in_menu(session: Session) -> Sequence[Page]:
    """The pages that the menu names."""
    return session.scalars(select(Page).where(Page.slug.in_(KNOWN_SLUGS)).order_by(Page.slug)).all()
