"""Hints that were answered with "keep it": in a form's hidden box, and beside what is saved."""

import json

from sqlalchemy import delete
from sqlalchemy.orm import Session

from hrsite.hints.models import KeptHints

# What a form may carry of them; more was typed by nobody.
MOST_KEPT, LONGEST_KEY = 200, 200


def kept_in(text: str | None) -> frozenset[str]:
    """The keys that a hidden box carries; whatever else is in it counts for nothing."""
    try:
        keys = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(keys, list):
        return frozenset()
    good = [key for key in keys if isinstance(key, str) and len(key) <= LONGEST_KEY]
    return frozenset(good[:MOST_KEPT])


def as_text(keys: frozenset[str]) -> str:
    """The same, for a hidden box; nothing for none."""
    return json.dumps(sorted(keys)) if keys else ""


def text_of(session: Session, room: str, row_id: int) -> str:
    """What she has kept in a saved thing, for the hidden box."""
    row = session.get(KeptHints, (room, row_id))
    return "" if row is None else as_text(kept_in(row.keys))


def remember(session: Session, room: str, row_id: int, text: str | None) -> None:
    """Write down with a thing what the hidden box says that she has kept in it."""
    row, keys = session.get(KeptHints, (room, row_id)), kept_in(text)
    if row is not None:
        row.keys = as_text(keys) or "[]"
    elif keys:
        session.add(KeptHints(room=room, row_id=row_id, keys=as_text(keys)))


def forget_of(session: Session, room: str, row_id: int) -> None:
    """Let go of them: the thing is gone for good, and its number may come again."""
    of_it = (KeptHints.room == room, KeptHints.row_id == row_id)
    session.execute(delete(KeptHints).where(*of_it))
