"""All the pictures there are, a page at a time; one of them; and the names it has had."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.media.models import FormerName, Picture
from hrsite.media.storing import MEGABYTE

PAGE_SIZE = 24
KILOBYTE = 1024


class Shelf(NamedTuple):
    """Some pictures, the newest first; and the number before which older ones stand."""

    pictures: Sequence[Picture]
    before: int | None


def shelf(session: Session, before: int | None = None) -> Shelf:
    """The newest pictures, or those that came before one."""
    query = select(Picture).order_by(Picture.id.desc()).limit(PAGE_SIZE + 1)
    if before is not None:
        query = query.where(Picture.id < before)
    found = session.scalars(query).all()
    pictures = found[:PAGE_SIZE]
    return Shelf(pictures, pictures[-1].id if len(found) > PAGE_SIZE else None)


def hold(session: Session, picture_id: int) -> Picture | None:
    """The picture as it stands, closed to other writers until the transaction ends."""
    return session.get(Picture, picture_id, populate_existing=True, with_for_update=True)


def names_of(session: Session, pictures: Iterable[Picture]) -> dict[str, int]:
    """Every name that these pictures have or had, and whose it is."""
    names = {picture.name: picture.id for picture in pictures}
    former = select(FormerName).where(FormerName.picture_id.in_(set(names.values())))
    return names | {one.name: one.picture_id for one in session.scalars(former)}


def now_called(session: Session, name: str) -> Picture | None:
    """The picture that once had this name."""
    known = session.get(FormerName, name)
    return session.get(Picture, known.picture_id) if known else None


def size_in_words(picture: Picture) -> str:
    """How large a picture is, for people."""
    kilobytes = max(1, round(picture.byte_count / KILOBYTE))
    megabytes = f"{picture.byte_count / MEGABYTE:.1f} MB"
    size = f"{kilobytes} KB" if kilobytes < KILOBYTE else megabytes
    return f"{picture.width:,} by {picture.height:,} pixels, {size}"
