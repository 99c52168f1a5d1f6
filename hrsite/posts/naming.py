"""The last part of an address for something with a title, kept free of collisions."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from hrsite.slugs import slug_of

# What was never published has a slug that no address can have: with this sign in front. It keeps
# the place free, may still follow its title, and no mistake elsewhere can open it to readers.
DRAFT_SIGN = "~"


def draft_slug(
    session: Session,
    column: InstrumentedAttribute[str],
    title: str,
    fallback: str,
    own: str = "",
    besides: Collection[str] = (),
) -> str:
    """A slug for something unpublished, unlike every other in `column` but `own`, and `besides`."""
    wanted = slug_of(title, set(), fallback)
    alike = or_(column.startswith(wanted), column.startswith(DRAFT_SIGN + wanted))
    others = (slug for slug in session.scalars(select(column).where(alike)) if slug != own)
    taken = {*besides, *(published_slug(slug) for slug in others)}
    return DRAFT_SIGN + slug_of(title, taken, fallback)


def published_slug(slug: str) -> str:
    """The slug that readers will see."""
    return slug.removeprefix(DRAFT_SIGN)


def is_draft_slug(slug: str) -> bool:
    """May the slug still change with the title?"""
    return slug.startswith(DRAFT_SIGN)
