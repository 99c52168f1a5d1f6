"""Many old and new addresses at once: a line each, or a table out of a spreadsheet. Pure."""

import csv
import re
from typing import NamedTuple

MOST_LINES = 2_000
_ARROW = re.compile(r"\s*(?:=>|->|→)\s*")
_HEADING = re.compile(r"[\w\s\"',;-]*", re.ASCII)


class Pair(NamedTuple):
    """One line: its number as the coach counts, and what stands in it."""

    line: int
    old: str
    new: str


class NotAPair(NamedTuple):
    """A line in which there are not two addresses."""

    line: int


def pairs(text: str) -> list[Pair | NotAPair]:
    """The lines with something in them. A heading such as "old,new" is none."""
    read = [
        _pair(number, line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    if read and isinstance(first := read[0], Pair) and _is_heading(first):
        read = read[1:]
    return read


def _pair(number: int, line: str) -> Pair | NotAPair:
    for cells in (_ARROW.split(line), line.split(), *_tables(line)):
        filled = [cell.strip().strip(",;").strip() for cell in cells]
        filled = [cell for cell in filled if cell]
        if len(filled) == 2:
            return Pair(number, *filled)
    return NotAPair(number)


def _tables(line: str) -> list[list[str]]:
    """The line cut as spreadsheets cut it. Columns after the second are of no use here."""
    found = []
    for sign in ("\t", ",", ";"):
        try:
            cells = next(csv.reader([line], delimiter=sign), [])
        except csv.Error:
            continue
        if len(cells) >= 2:
            found.append(cells[:2])
    return found


def _is_heading(pair: Pair) -> bool:
    return all(
        "/" not in cell and "." not in cell and _HEADING.fullmatch(cell) for cell in pair[1:]
    )
