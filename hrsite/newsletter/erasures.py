"""The list of who was erased, in a file beside the database: so that a backup brings nobody back.

A line holds a moment and a keyed hash, never an address; one that she had before has a line of its
own, with the moment when she left it. It is on the disk before the database knows of it, and read
again at every start and every night.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hrsite.alone import alone_with

NAME = "erased.log"
# So long a line is kept. A backup that is older must not be put back.
KEPT_FOR = timedelta(days=365)
_NEVER, _UNLESS_ASKED = "never", "-"


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody was erased: the keyed hash of her address, and until when it was hers."""

    address_key: str
    at: datetime
    # She asked never to be written to again.
    never_again: bool = False
    # How many keys her hash went through (sealing.py): it can be taken through the later ones.
    depth: int = 1


def note(folder: Path, erasure: Erasure) -> None:
    """Write one down; on the disk when this returns. Raises OSError."""
    with alone_with(folder / NAME) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            # A full disk or a power cut may have left half a line, which is nobody's. Written onto
            # it this one would be half a line, too.
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(_line(erasure))


def read(folder: Path) -> list[Erasure]:
    """Everybody on the list, the first one first. Raises OSError."""
    if not (folder / NAME).exists():
        return []
    with alone_with(folder / NAME) as file:
        return [found for line in file.readlines() if (found := _erasure(line))]


def forget_old(folder: Path, now: datetime) -> None:
    """Take away the lines that no backup can need any more. Raises OSError."""
    if not (folder / NAME).exists():
        return
    with alone_with(folder / NAME) as file:
        lines = file.readlines()
        kept = [line for line in lines if (one := _erasure(line)) and one.at > now - KEPT_FOR]
        if len(kept) < len(lines):
            # Shorter lines over longer ones, then the end: killed in between, some stand twice.
            file.seek(0)
            file.writelines(kept)
            file.truncate()


def _line(erasure: Erasure) -> bytes:
    wish = _NEVER if erasure.never_again else _UNLESS_ASKED
    said = f"{erasure.at.timestamp():.6f} {erasure.depth} {erasure.address_key} {wish}\n"
    return said.encode()


def _erasure(line: bytes) -> Erasure | None:
    """None for half a line: the power went, and nobody was told that it was done."""
    try:
        at, depth, key, wish = line.decode("ascii").split()
        moment = datetime.fromtimestamp(float(at), UTC)
        return Erasure(key, moment, wish == _NEVER, int(depth)) if len(key) == 64 else None
    except (ValueError, OverflowError, OSError):
        return None
