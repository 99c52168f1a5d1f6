"""What a run measures, and for how long: read from the environment."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple


class Cell(NamedTuple):
    """One column of the table."""

    connections: int
    latency_ms: int

    def __str__(self) -> str:
        return f"{self.connections} x {self.latency_ms} ms"


class Way(NamedTuple):
    """One way to run hrsite's sender, a row of the table."""

    in_flight: int
    chunking: bool = False

    def __str__(self) -> str:
        return f"hrsite, {self.in_flight} in flight{', BDAT' if self.chunking else ''}"


PARTS = "speed together memory expansion workers"
# So few commits that neither worker waits long for the other's.
TOGETHER_IN_FLIGHT = 1_000


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen; the README of it is `from_environment`."""

    cells: tuple[Cell, ...]
    ways: tuple[Way, ...]
    # How long one measurement shall take, and how many there are: the median counts.
    seconds: float = 2.5
    rounds: int = 3
    readers_most: int = 1_000_000
    # So many readers have an address of their own; the further ones are copies of these rows.
    distinct: int = 100_000
    letter_octets: int = 25_000
    # How long hrsite may take over the letters of one look at its memory.
    memory_seconds: float = 20.0
    # In which cells a second worker is looked at: without a wait, and with one.
    worker_cells: tuple[Cell, ...] = (Cell(10, 0), Cell(10, 20))
    parts: frozenset[str] = frozenset(PARTS.split())
    databases: tuple[str, ...] = ("sqlite", "postgresql")
    # "auto": on the PATH, else out of Debian's package; a path; or "none".
    smtp_source: str = "auto"
    # So many workers are measured too, who share a cell's connections.
    workers: int = 1
    # Give the sink a core of its own, as a server elsewhere would have.
    is_pinned: bool = True
    folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()))

    @property
    def scales(self) -> tuple[int, ...]:
        """At how many readers memory is looked at."""
        return tuple(n for n in (1_000, 100_000, 1_000_000) if n <= self.readers_most) or (
            self.readers_most,
        )

    def together(self) -> Options:
        """Where no reply takes its time, two workers beside one: they share the connections.

        No process has a core of its own, smtp-source neither: two workers would have half of one.
        """
        cells = tuple(cell for cell in self.cells if cell.connections > 1 and not cell.latency_ms)
        ways = (Way(TOGETHER_IN_FLIGHT), Way(TOGETHER_IN_FLIGHT, chunking=True))
        return replace(
            self, cells=cells, ways=ways, workers=2, is_pinned=False, parts=frozenset({"speed"})
        )


def from_environment(given: Mapping[str, str] = os.environ) -> Options:
    """Read the options.

    QUICK=1 takes two minutes. CELLS="1x0 50x20" are connections and milliseconds per reply;
    IN_FLIGHT="1 256" hrsite's setting; PARTS names what to run, DATABASES on which.
    """
    is_quick = given.get("QUICK", "") not in ("", "0")
    cells = given.get("CELLS") or (
        "1x0 10x0 50x20" if is_quick else "1x0 10x0 50x0 1x20 10x20 50x20 1x100 10x100 50x100"
    )
    in_flight = [int(word) for word in (given.get("IN_FLIGHT") or "1 256").split()]
    most = int(given.get("READERS_MOST") or (100_000 if is_quick else 1_000_000))
    return Options(
        cells=tuple(Cell(*map(int, word.split("x"))) for word in cells.split()),
        ways=(*map(Way, in_flight), Way(in_flight[-1], chunking=True)),
        seconds=float(given.get("SECONDS") or (1.0 if is_quick else 2.5)),
        rounds=int(given.get("ROUNDS") or (1 if is_quick else 3)),
        readers_most=most,
        distinct=min(most, int(given.get("DISTINCT") or 100_000)),
        memory_seconds=float(given.get("MEMORY_SECONDS") or (5.0 if is_quick else 20.0)),
        parts=frozenset((given.get("PARTS") or PARTS).split()),
        databases=tuple((given.get("DATABASES") or "sqlite postgresql").split()),
        smtp_source=given.get("SMTP_SOURCE") or "auto",
    )
