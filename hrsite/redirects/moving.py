"""Old addresses lead on: note where, find where. Never in a circle, never by way of another."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hrsite.redirects.models import Redirect
from hrsite.redirects.paths import folded

PAGE_SIZE = 100


class LeadsBack(Exception):
    """Following it, a reader would come back to where she was."""


def lead(session: Session, old: str, new: str, now: datetime) -> Redirect:
    """Let an old path (folded) lead to a new one; what led to the old one leads there too.

    Raises LeadsBack.
    """
    session.flush()
    onward = session.scalar(select(Redirect).where(Redirect.old_path == folded(new)))
    if onward is not None:
        new = onward.new_path
    key = folded(new)
    if key == old:
        raise LeadsBack(old)
    session.execute(
        update(Redirect)
        .where(Redirect.new_key == old)
        .values(new_path=new, new_key=key)
        .execution_options(synchronize_session="fetch")
    )
    found = session.scalar(select(Redirect).where(Redirect.old_path == old))
    if found is None:
        found = Redirect(old_path=old, created_at=now)
        session.add(found)
    found.new_path, found.new_key = new, key
    session.flush()
    return found


def leads_to(session: Session, path: str) -> str | None:
    """Where a path that nobody here knows leads now."""
    return session.scalar(select(Redirect.new_path).where(Redirect.old_path == folded(path)))


def free(session: Session, path: str) -> None:
    """A page stands at this path now: forget where it led."""
    found = session.scalar(select(Redirect).where(Redirect.old_path == folded(path)))
    if found is not None:
        session.delete(found)
        session.flush()


def last_parts(session: Session, start: str, room: str) -> set[str]:
    """What follows `room` in the old paths that begin with `start`."""
    found = session.scalars(
        select(Redirect.old_path).where(Redirect.old_path.startswith(start, autoescape=True))
    )
    return {path.removeprefix(room) for path in found}


def newest(session: Session, before: int | None) -> Sequence[Redirect]:
    """A page of the list and one more, the one added last first."""
    query = select(Redirect).order_by(Redirect.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        query = query.where(Redirect.id < before)
    return session.scalars(query).all()


def count(session: Session) -> int:
    """How many there are."""
    return session.scalar(select(func.count()).select_from(Redirect)) or 0
