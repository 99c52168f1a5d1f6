"""What a text said before: each saving is kept, can be compared with now, and comes back.

One piece for all that the coach writes: a room is the table that the words are of.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, String, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody

# Of one text, so that a year of small changes does not fill the disk.
MOST_KEPT = 100


class EarlierText(Base):
    """What one thing said as of one saving. Of pictures it has the places in the text alone."""

    __tablename__ = "earlier_texts"
    shows_on_pages = False
    holds = nobody("room row_id version saved_at title boxes body_html digest")

    # posts, pages, …; and which of them.
    room: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    title: Mapped[str] = mapped_column(String(200))
    # What stood in the other boxes that belong to the words, as JSON, names and values.
    boxes: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    # Of all the words above, so that the same words are not kept twice.
    digest: Mapped[str] = mapped_column(String(64))

    def box(self, name: str) -> str:
        """What stood in one of the other boxes."""
        return str(json.loads(self.boxes).get(name, ""))


class Said(NamedTuple):
    """What a thing says at one moment, and since when."""

    version: int
    saved_at: datetime
    title: str
    body_html: str
    boxes: Mapping[str, str]


def keep(session: Session, room: str, row_id: int, said: Said) -> None:
    """Write down what it says now, unless that is what was written down last."""
    boxes = json.dumps(dict(said.boxes), sort_keys=True)
    words = json.dumps([said.title, boxes, said.body_html])
    digest = hashlib.sha256(words.encode()).hexdigest()
    last = session.execute(
        select(EarlierText.version, EarlierText.digest)
        .where(*_of(room, row_id))
        .order_by(EarlierText.version.desc())
        .limit(1)
    ).first()
    if last is not None and (last.digest == digest or last.version >= said.version):
        return
    facts = said._asdict() | {"boxes": boxes, "digest": digest}
    session.add(EarlierText(room=room, row_id=row_id, **facts))
    if said.version > MOST_KEPT:
        too_old = EarlierText.version <= said.version - MOST_KEPT
        session.execute(delete(EarlierText).where(*_of(room, row_id), too_old))


def all_of(session: Session, room: str, row_id: int) -> Sequence[EarlierText]:
    """All that is kept of one thing, the newest first, without the texts."""
    return session.scalars(
        select(EarlierText)
        .where(*_of(room, row_id))
        .options(defer(EarlierText.body_html))
        .order_by(EarlierText.version.desc())
    ).all()


def one(session: Session, room: str, row_id: int, version: int) -> EarlierText | None:
    """What it said as of one saving."""
    return session.get(EarlierText, (room, row_id, version))


def count_before(session: Session, room: str, row_id: int) -> int:
    """How many texts are kept besides that of now, which is the newest."""
    count = session.scalar(select(func.count()).where(*_of(room, row_id))) or 0
    return max(0, count - 1)


def forget_of(session: Session, room: str, row_id: int) -> None:
    """Let go of all of it: the thing is gone for good, and its number may come again."""
    session.execute(delete(EarlierText).where(*_of(room, row_id)))


def _of(room: str, row_id: int) -> tuple[ColumnElement[bool], ...]:
    return EarlierText.room == room, EarlierText.row_id == row_id
