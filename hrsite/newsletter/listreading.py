"""A list that another program saved, as records: whatever its letters, separators and line ends.

Pure. CSV has no single form (RFC 4180 describes one): Excel saves UTF-16 with tabs or the letters
of the machine's own language, half of Europe separates by semicolons.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

MOST_OCTETS = 4 * 1024 * 1024
MOST_ROWS = 20_000
SEPARATORS = (",", ";", "\t")
# Excel's own first line, which only says how the others are separated.
_SAYS_SEPARATOR = "sep="
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
# What begins as a program's own file and no text: Excel's, both kinds, and a PDF.
_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
_LOOKED_AT = 2000
# The row we put after the last one: within another it shows that a quotation has no end. No text
# that was decoded holds one.
_END = "\0"


class Unreadable(Exception):
    """This is no list we can read. The message is for the coach to read."""


@dataclass(frozen=True)
class Record:
    """One row: the line of the file it begins on, and its cells without the spaces around them."""

    line: int
    cells: list[str]


def records(octets: bytes) -> Iterator[Record]:
    """The rows that are not empty, in order. Raises Unreadable."""
    if len(octets) > MOST_OCTETS:
        most = MOST_OCTETS // (1024 * 1024)
        raise Unreadable(f"This file is too large. {most} megabytes are the most at once.")
    text = decoded(octets)
    separator, skipped = _separator(text)
    reader = csv.reader(
        io.StringIO(f"{text}\n{_END}", newline=""),
        delimiter=separator,
        skipinitialspace=separator != "\t",
    )
    line, count = 1, 0
    while True:
        try:
            cells = next(reader)
        except csv.Error:
            raise _unreadable_from(line) from None
        if cells == [_END]:
            return
        if any(_END in cell for cell in cells):
            raise _unreadable_from(line)
        cells, began, line = [cell.strip() for cell in cells], line, reader.line_num + 1
        if not any(cells) or began <= skipped:
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise Unreadable(
                f"This list has more than {MOST_ROWS:,} rows. Divide it, and bring in each part."
            )
        yield Record(began, cells)


def _unreadable_from(line: int) -> Unreadable:
    return Unreadable(
        f"From line {line} on this cannot be read. Is a quotation mark missing there?"
    )


def decoded(octets: bytes) -> str:
    """The text of a file, by its mark, or by what it can only be. Raises Unreadable."""
    if octets.startswith(_NO_TEXT):
        raise Unreadable("This is not a CSV file. In Excel, choose “Save as”, then “CSV UTF-8”.")
    name = next((name for mark, name in _MARKS if octets.startswith(mark)), None)
    if name is None:
        name = _guessed(octets)
    return octets.decode(name, "replace").removeprefix("\ufeff").replace("\x00", "")


def _guessed(octets: bytes) -> str:
    head = octets[:_LOOKED_AT]
    # In UTF-16 every Latin letter has an octet of nothing beside it.
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros and zeros.count(0) * 2 > len(zeros):
            return name
    try:
        octets.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _separator(text: str) -> tuple[str, int]:
    """What stands between cells; and how many lines say only that."""
    first = text.split("\n", 1)[0].strip()
    if first.lower().startswith(_SAYS_SEPARATOR):
        said = text[text.lower().index(_SAYS_SEPARATOR) + len(_SAYS_SEPARATOR) :][:1]
        if said in SEPARATORS:
            return said, 1
    counts = _outside_quotes(text)
    best = max(SEPARATORS, key=lambda one: counts[one])
    return (best if counts[best] else ","), 0


def _outside_quotes(text: str) -> dict[str, int]:
    """How often each separator stands in the first row, not counting what is quoted."""
    counts, is_quoted = dict.fromkeys(SEPARATORS, 0), False
    for letter in text.lstrip():
        if letter == '"':
            is_quoted = not is_quoted
        elif is_quoted:
            continue
        elif letter in "\r\n":
            break
        elif letter in counts:
            counts[letter] += 1
    return counts
