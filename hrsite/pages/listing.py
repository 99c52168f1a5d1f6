"""Which pages there are."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from hrsite.pages.models import Page
from hrsite.slugs import is_slug_shaped

# Pages that the desk asks for until they are written.
KNOWN_SLUGS = {"about": "About"}


def by_slug(session: Session, slug: str) -> Page | None:
    """The page at this address, when readers may see it."""
    page = kept(session, slug)
    return page if page is not None and page.deleted_at is None else None


def kept(session: Session, slug: str) -> Page | None:
    """The page of this name, if it was ever written; in the bin or not."""
    # Nonsense is not even asked for: PostgreSQL takes a NUL for a fault.
    if not is_slug_shaped(slug):
        return None
    return session.scalar(_KEPT, {"slug": slug})


# Spelt out once: that takes longer than the answer does.
_KEPT = select(Page).where(Page.slug == bindparam("slug"))


def shown(session: Session) -> Sequence[Page]:
    """All that readers may see, without their words, in the order of the menu."""
    return session.scalars(
        select(Page)
        .where(Page.deleted_at.is_(None))
        .options(defer(Page.body_html))
        .order_by(Page.position, Page.id)
    ).all()


def in_menu(session: Session) -> list[Page]:
    """The pages that the menu names."""
    return [page for page in shown(session) if page.is_in_menu]
