"""Cells for a list that a spreadsheet opens: none of them is ever taken for a formula. Pure."""

import csv
import io
from collections.abc import Sequence

# What makes a spreadsheet calculate; and the mark itself, so that it can be taken off again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
_MARK = "'"


def guarded(cell: str) -> str:
    """A cell that is text to every spreadsheet."""
    return _MARK + cell if cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """The cell as it was. Other programs guard theirs in the same way."""
    return cell[1:] if cell.startswith(_MARK) and cell[1:].startswith(_FORMULA) else cell


def row(cells: Sequence[str], separator: str) -> str:
    """One line, with the line end Excel expects (RFC 4180)."""
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=separator, lineterminator="\r\n").writerow(map(guarded, cells))
    return line.getvalue()
