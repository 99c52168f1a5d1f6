"""What we hold of one reader, line by line: the privacy receipt, with her own values.

Made from the models, like the receipt itself: a new column cannot be left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from hrsite import addresses, furniture, receipt
from hrsite.extensions import Base
from hrsite.newsletter.models import ConsentEvent, Subscriber
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.receipt import Kept, Receipt
from hrsite.sealing import Seal

# A page and a file hold so many rows of a table; nobody has as many in 90 days.
MOST = 1_000
UNSAID = "kept, and not shown"

Row = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """One line of the receipt, and what stands there: for each row of hers, some words."""

    kept: Kept
    values: list[str]


@dataclass(frozen=True)
class HeldSection:
    """One heading."""

    title: str
    lines: list[Held]


def page(session: Session, person: Subscriber) -> list[HeldSection]:
    """All of it in words, as far as there is anything."""
    found = []
    for section in receipt.sections(Base.metadata, "reader"):
        lines = [
            Held(line, [words for row in rows if (words := _in_words(line, row))])
            for table, told in section.tables
            if (rows := _rows(session, table, person))
            for line in told.lines
        ]
        if lines:
            found.append(HeldSection(section.title, lines))
    return found


def file(session: Session, person: Subscriber, now: datetime) -> dict[str, Any]:
    """All of it for a machine: every table with its rows, and each line of the receipt."""
    return {
        "made_at": furniture.isotime(now),
        "address": addresses.mask(person.address),
        "kept": [
            {
                "title": section.title,
                "table": table.name,
                "lines": [
                    {"what": line.what, "why": line.why, "how_long": line.how_long}
                    for line in told.lines
                ],
                "rows": [_plain(told, row) for row in _rows(session, table, person)],
            }
            for section in receipt.sections(Base.metadata, "reader")
            for table, told in section.tables
        ],
    }


def _rows(session: Session, table: Table, person: Subscriber) -> list[Row]:
    """A person's rows in a table; none where no column tells whose they are."""
    if table.name == SignupRequest.__tablename__:
        return list(_typed_just_now(session, table, person))
    whose = _is_theirs(table, person)
    if whose is None:
        return []
    newest = select(table).where(whose).limit(MOST)
    return [dict(row._mapping) for row in session.execute(newest)]


def _is_theirs(table: Table, person: Subscriber) -> ColumnElement[bool] | None:
    columns = table.columns
    if table.name in ("recipients", Subscriber.__tablename__):
        return columns["id"] == person.id
    for name in ("subscriber_id", "recipient_id"):
        if name in columns:
            return columns[name] == person.id
    if "address_key" in columns:
        return columns["address_key"] == person.address_key
    if table.name == "brought_lists":
        came = select(ConsentEvent.list_id).where(
            ConsentEvent.address_key == person.address_key, ConsentEvent.list_id.is_not(None)
        )
        return columns["id"].in_(came)
    return None


def _typed_just_now(session: Session, table: Table, person: Subscriber) -> Iterator[Row]:
    """Only opening what waits tells whose it is."""
    seal: Seal = current_app.extensions["seal"]
    for row in session.execute(select(table).order_by(table.c.id.desc()).limit(MOST)):
        try:
            key = seal.keyed_hash(addresses.check(row.address).key)
        except addresses.BadAddress:
            continue
        if key == person.address_key:
            yield dict(row._mapping)


def _in_words(line: Kept, row: Row) -> str:
    if line.is_secret:
        return UNSAID
    said = [_said(name, row[name]) for name in line.shown_names]
    return ", ".join(words for words in said if words)


def _said(name: str, value: object) -> str:
    if value is None or value == "":
        return ""
    if name == "address":
        return addresses.mask(str(value))
    if isinstance(value, bool):
        return f"{name.removeprefix('is_').replace('_', ' ')}: {'yes' if value else 'no'}"
    if isinstance(value, datetime):
        return furniture.moment(value)
    if isinstance(value, date):
        return furniture.calendar_day(value)
    return addresses.mask_in(str(value))


def _plain(told: Receipt, row: Row) -> Row:
    """Every column that a line speaks of; secrets are named alone, and the address is masked."""
    return {
        name: UNSAID if line.is_secret else _for_a_machine(name, row[name])
        for line in told.lines
        for name in line.names
        if name != "people"  # Of a whole list, which is not one person's to read.
    }


def _for_a_machine(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return furniture.isotime(value)
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, bool | int):
        return value
    return _said(name, value)
