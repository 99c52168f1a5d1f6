"""Topics: what the coach types becomes names, and names become rows, each once."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite.posts.models import Tag
from hrsite.slugs import slug_of

LONGEST_NAME = 80


def names_of(text: str) -> tuple[str, ...]:
    """The names in a line such as "Sleep, starting out, sleep": each once, as first written."""
    names: dict[str, str] = {}
    for part in text.split(","):
        name = " ".join(part.split())
        if name:
            names.setdefault(name.casefold(), name)
    return tuple(names.values())


def line_of(tags: Sequence[Tag]) -> str:
    """The topics as the coach would type them."""
    return ", ".join(tag.name for tag in tags)


def tags_named(session: Session, names: Sequence[str]) -> list[Tag]:
    """The topics of these names; those that are new are added to the session.

    "Sleep" and "sleep" are one topic, and so are names that would share an address.
    """
    tags: dict[str, Tag] = {}
    for name in names:
        tag = find_or_make(session, name)
        if tag not in session:
            session.add(tag)
            session.flush()
        tags[tag.slug] = tag
    return list(tags.values())


def find_or_make(session: Session, name: str) -> Tag:
    """The topic of this name, or a new one that is not in the session yet."""
    slug = slug_of(name, set(), "")
    found = session.scalar(select(Tag).where(Tag.slug == slug if slug else Tag.name == name))
    if found is not None:
        return found
    if not slug:  # A name of emoji alone has no letters for an address.
        count = session.scalar(select(func.count()).select_from(Tag)) or 0
        alike = session.scalars(select(Tag.slug).where(Tag.slug.startswith("topic")))
        slug = slug_of("", set(alike), f"topic-{count + 1}")
    return Tag(name=name, slug=slug)
