"""Change the key: everything sealed is sealed anew, and every keyed hash goes through the new key.

Part by part, each in one transaction together with how far it has come: killed at any moment, it
goes on where it was. Nothing else may write meanwhile, for it would still have the old key.

A keyed hash cannot be made anew without its address, and of who has left, was erased or is closed
there is none. So a hash is never made anew: it is hashed once more, under the new key.
"""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    TableClause,
    and_,
    column,
    select,
    table,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from hrsite.columns import SealedLinks, SealedText
from hrsite.extensions import Base
from hrsite.receipt import nobody
from hrsite.sealing import BrokenSeal, Seal

# In a column's `info`: its JSON is a list whose items hold a keyed hash under this name.
KEYS_INSIDE = "keys_inside"
# So many rows in a transaction.
PART = 500
HASHES = frozenset({"address_key", "former_key", "account_key", "network_key"})


class KeyMark(Base):
    """Under which keys the rows of a table are, and how far they have come on the way to others."""

    __tablename__ = "key_marks"
    shows_on_pages = False
    holds = nobody("place mark next_mark cursor")

    place: Mapped[str] = mapped_column(String(60), primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))
    # Rows up to the cursor are under the next keys already.
    next_mark: Mapped[str | None] = mapped_column(String(64))
    cursor: Mapped[int | None]


class Fit(StrEnum):
    """How a database and the keys we have fit together."""

    GOOD = "good"
    # Its rows are under our first keys alone: it is from before a change, or in the middle of one.
    OLDER = "older"
    # Other keys, or a database whose keys were changed since ours were copied.
    WRONG = "wrong"


def fit(session: Session, seal: Seal) -> Fit:
    """Do our keys open this database? Nothing is known of one without marks, so that is good."""
    ours = [seal.mark(depth) for depth in range(1, seal.depth + 1)]
    kept = session.scalars(select(KeyMark)).all()
    if any(one.mark not in ours or (one.next_mark or one.mark) not in ours for one in kept):
        return Fit.WRONG
    at_end = all(one.mark == ours[-1] and one.next_mark is None for one in kept)
    return Fit.GOOD if at_end else Fit.OLDER


def note(session: Session, seal: Seal) -> None:
    """Write down under which keys each table is that nothing was noted of.

    One without any is from before its first change of keys, or empty; a table that came with a
    newer version is empty, and so as the others are.
    """
    kept = {one.place: one.mark for one in session.scalars(select(KeyMark))}
    places = [one.name for one in places_of(Base.metadata)]
    if all(place in kept for place in places):
        return
    is_used = any(
        session.execute(select(Base.metadata.tables[place]).limit(1)).first() for place in places
    )
    usual = next(iter(kept.values()), seal.mark(1) if is_used else seal.mark())
    for place in places:
        if place not in kept:
            session.add(KeyMark(place=place, mark=usual))
    session.flush()


def places_of(metadata: MetaData) -> list[Table]:
    """Every table that holds something sealed or hashed under our keys."""
    return [one for one in metadata.sorted_tables if _sealed(one) or _hashed(one)]


def advance(session: Session, seal: Seal, commit: Callable[[], None]) -> int:
    """Bring every table under all of our keys; how many rows were changed.

    `commit` is the caller's, after each part.
    """
    note(session, seal)
    commit()
    return sum(_advance(session, seal, place, commit) for place in places_of(Base.metadata))


def _advance(session: Session, seal: Seal, place: Table, commit: Callable[[], None]) -> int:
    depth_of = {seal.mark(depth): depth for depth in range(1, seal.depth + 1)}
    count = 0
    while True:
        kept = session.get_one(KeyMark, place.name, populate_existing=True)
        if kept.next_mark is None and kept.mark == seal.mark():
            return count
        if kept.next_mark is None:
            kept.next_mark, kept.cursor = seal.mark(), None
        upto = depth_of[kept.next_mark]
        changed, last = _change_part(session, seal, place, kept.cursor, depth_of[kept.mark], upto)
        count += changed
        if last is None:
            kept.mark, kept.next_mark, kept.cursor = kept.next_mark, None, None
        else:
            kept.cursor = last
        session.flush()
        commit()


def _change_part(
    session: Session, seal: Seal, place: Table, after: int | None, depth: int, upto: int
) -> tuple[int, int | None]:
    """Change the next rows; how many, and the last one's number, or None when that was all."""
    names = [*_sealed(place), *_hashed(place)]
    raw = table(
        place.name,
        column("id"),
        *(column(name, LargeBinary if name in _sealed(place) else String) for name in names),
    )
    # A table without numbers is a small one, and is done in one part.
    number = raw.c.id if "id" in place.columns else None
    query: Select[Any] = select(*(raw.c[name] for name in names))
    if number is not None:
        query = query.add_columns(number).order_by(number).limit(PART)
        query = query if after is None else query.where(number > after)
    rows = session.execute(query).all()
    for row in rows:
        values = {name: _anew(seal, place, name, row, depth, upto) for name in names}
        which = number == row.id if number is not None else _is_same(raw, names, row)
        session.execute(update(raw).where(which).values(values))
    is_all = number is None or len(rows) < PART
    return len(rows), None if is_all else rows[-1].id


def _anew(
    seal: Seal, place: Table, name: str, row: Any, depth: int, upto: int
) -> bytes | str | None:
    """One value under the later keys. What cannot be opened stays as it is."""
    value = getattr(row, name)
    if value is None:
        return None
    if name in HASHES:
        return seal.lift(value, depth, upto)
    try:
        text = seal.open(bytes(value))
    except BrokenSeal:
        return bytes(value)
    if inside := place.columns[name].info.get(KEYS_INSIDE):
        items = [one | {inside: seal.lift(one[inside], depth, upto)} for one in json.loads(text)]
        text = json.dumps(items)
    return seal.close(text)


def _is_same(raw: TableClause, names: list[str], row: Any) -> ColumnElement[bool]:
    return and_(*(raw.c[name] == getattr(row, name) for name in names))


def _sealed(place: Table) -> list[str]:
    kinds = (SealedText, SealedLinks)
    return [one.name for one in place.columns if isinstance(one.type, kinds)]


def _hashed(place: Table) -> list[str]:
    return [one.name for one in place.columns if one.name in HASHES]
