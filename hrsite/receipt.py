"""The privacy receipt: each table says what its columns hold of a person, why, and how long.

It stands in the model, beside the columns it speaks of, so that the page for readers is made from
what is really there. tests/test_receipt.py fails when a column has no line.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import MetaData, Table

INFO = "receipt"
Whose = Literal["reader", "coach"]
# Said of most lines: from then on nothing of it is left.
UNTIL_ERASED = "Until you erase it"


@dataclass(frozen=True)
class Kept:
    """One line: these columns, what they are in the reader's words, why, and how long."""

    columns: str
    what: str
    why: str
    how_long: str = UNTIL_ERASED
    # Its value is a key to something, or says nothing to anybody: named, and never shown.
    is_secret: bool = False
    # Those of its columns that say something to a person, when not all do.
    shown: str = ""

    @property
    def shown_names(self) -> list[str]:
        """The columns whose values a page shows."""
        return (self.shown or self.columns).split()

    @property
    def names(self) -> list[str]:
        """The columns one by one."""
        return self.columns.split()


@dataclass(frozen=True)
class Receipt:
    """What a table holds of a person, and which of its columns hold nothing of anybody."""

    lines: tuple[Kept, ...] = field(default=())
    of_nobody: str = ""
    # The heading its lines stand under, and its place among the others.
    title: str = ""
    place: int = 0
    whose: Whose = "reader"

    @property
    def told(self) -> list[str]:
        """Every column it speaks of, as often as it does."""
        return [name for line in self.lines for name in line.names] + self.of_nobody.split()


def of_reader(title: str, place: int, *lines: Kept, of_nobody: str = "") -> Receipt:
    """What a table holds of somebody who reads, under a heading."""
    return Receipt(lines, of_nobody, title, place)


def of_coach(title: str, place: int, *lines: Kept, of_nobody: str = "") -> Receipt:
    """What a table holds of somebody who signs in, under a heading."""
    return Receipt(lines, of_nobody, title, place, "coach")


def mark(columns: str, how_long: str = UNTIL_ERASED) -> Kept:
    """The line of a keyed hash of an address."""
    what, why = "A mark made from your address", "To know that these lines are yours"
    return Kept(columns, what, why, how_long, is_secret=True)


def nobody(columns: str) -> Receipt:
    """The receipt of a table that holds nothing of a person."""
    return Receipt(of_nobody=columns)


@dataclass(frozen=True)
class Section:
    """One heading of the page, with the tables that stand under it."""

    title: str
    tables: list[tuple[Table, Receipt]]

    @property
    def lines(self) -> Iterator[Kept]:
        """All of its lines, in their order."""
        return (line for _, receipt in self.tables for line in receipt.lines)


def sections(metadata: MetaData, whose: Whose) -> list[Section]:
    """What is kept of a reader, or of who signs in: heading by heading."""
    found: dict[str, list[tuple[Table, Receipt]]] = {}
    speaking = [(table, of(table)) for table in metadata.tables.values()]
    held = [(table, one) for table, one in speaking if one and one.lines and one.whose == whose]
    for table, one in sorted(held, key=lambda pair: (pair[1].place, pair[0].name)):
        found.setdefault(one.title, []).append((table, one))
    return [Section(title, tables) for title, tables in found.items()]


def of(table: Table) -> Receipt | None:
    """What a table says of itself."""
    said: Receipt | None = table.info.get(INFO)
    return said


def untold(tables: Iterable[Table]) -> list[str]:
    """Columns that no receipt speaks of, that two lines speak of, or that are not there."""
    wrong = []
    for table in tables:
        said = of(table)
        told = said.told if said else []
        names = [column.name for column in table.columns]
        wrong += [f"{table.name}.{name}" for name in names if told.count(name) != 1]
        wrong += [f"{table.name}.{name} is not there" for name in told if name not in names]
    return wrong


# What is kept in no table.
BESIDES = (
    Kept(
        "",
        "A log of what goes wrong, without addresses and secret links",
        "To mend what is broken",
        "As long as the computer of this site keeps it, and we ask for seven days",
    ),
    Kept(
        "",
        "If you leave while our database is away: a mark from your link",
        "So that leaving always works",
        "Until it is done",
    ),
    Kept(
        "",
        "Without a mail service: letters to you, as files",
        "So that your coach can see what would go out",
        "14 days, also when you were erased",
    ),
    Kept(
        "",
        "If you were erased: a mark from each address you had, beside the storage",
        "So that no old copy of it brings you back",
        "One year",
    ),
    Kept(
        "",
        "If you left: when, which letters, and a mark from your link, beside the storage",
        "So that no old copy of it writes to you again",
        "One year, or until you are erased",
    ),
)
