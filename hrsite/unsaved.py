"""Words that stand in an open form and are not saved: kept apart, so that none is ever lost.

One piece for all that the coach writes: a room is the table that the words are for.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import Kept, of_coach
from hrsite.tokens import is_token_shaped


class UnsavedWords(Base):
    """What stood in one open writing form when it last spoke to the server, and was not saved."""

    __tablename__ = "unsaved_words"
    shows_on_pages = False
    holds = of_coach(
        "What the coach writes",
        4,
        Kept(
            "room row_id boxes kept_at",
            "Words in a form that are not saved yet",
            "So that none is lost",
            "90 days",
        ),
        of_nobody="key",
    )
    __table_args__ = (Index("ix_unsaved_words_room_row_id", "room", "row_id"),)

    # Made with the form; it names this opening of it.
    key: Mapped[str] = mapped_column(String(22), primary_key=True)
    # posts, session_notices, pages or welcome_words; and which of them. None: a new one.
    room: Mapped[str] = mapped_column(String(40), default="posts", server_default="posts")
    row_id: Mapped[int | None]
    # The boxes as JSON, names and values.
    boxes: Mapped[str] = mapped_column(Text)
    kept_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


def keep(
    session: Session,
    key: str,
    room: str,
    row_id: int | None,
    boxes: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep what stands in the form of this key, in place of what was kept of it before."""
    words = session.get(UnsavedWords, key, with_for_update=True)
    if words is None:
        words = UnsavedWords(key=key)
        session.add(words)
    words.room, words.row_id = room, row_id
    words.boxes = json.dumps(dict(boxes))
    words.kept_at = now


def boxes_of(words: UnsavedWords) -> dict[str, str]:
    """The boxes, names and values."""
    boxes: dict[str, str] = json.loads(words.boxes)
    return boxes


def newest_of(session: Session, room: str, row_id: int) -> UnsavedWords | None:
    """What was last kept of one thing and is not saved."""
    return session.scalar(
        select(UnsavedWords)
        .where(UnsavedWords.room == room, UnsavedWords.row_id == row_id)
        .order_by(UnsavedWords.kept_at.desc(), UnsavedWords.key)
        .limit(1)
    )


def of_new(session: Session, room: str, key: str) -> UnsavedWords | None:
    """What was kept of a new thing by this form."""
    words = session.get(UnsavedWords, key) if is_token_shaped(key) else None
    is_it = words is not None and words.room == room and words.row_id is None
    return words if is_it else None


def all_new(session: Session, room: str, limit: int = 20) -> Sequence[UnsavedWords]:
    """What was begun in a room and never saved, the newest first."""
    return session.scalars(
        select(UnsavedWords)
        .where(UnsavedWords.room == room, UnsavedWords.row_id.is_(None))
        .order_by(UnsavedWords.kept_at.desc(), UnsavedWords.key)
        .limit(limit)
    ).all()


def forget(session: Session, key: str) -> None:
    """Let go of what was kept of one form: it is saved now, or thrown away."""
    session.execute(delete(UnsavedWords).where(UnsavedWords.key == key))


def forget_of(session: Session, room: str, row_id: int) -> None:
    """Let go of what was kept of one thing: it is gone for good, and its number may come again."""
    of_it = (UnsavedWords.room == room, UnsavedWords.row_id == row_id)
    session.execute(delete(UnsavedWords).where(*of_it))


def forget_old(session: Session, before: datetime) -> None:
    """Let go of what nobody came back to."""
    session.execute(delete(UnsavedWords).where(UnsavedWords.kept_at < before))
