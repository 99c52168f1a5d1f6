"""What the bench prints."""

from __future__ import annotations

import os
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence

from tests.bench.bench import Bench
from tests.bench.options import Cell
from tests.bench.processes import MEGABYTE
from tests.bench.scale import Expansion, Memory, Workers
from tests.bench.speed import Row
from tests.bench.taking import Taken

POSTFIX, FLASK_MAIL = "smtp-source", "Flask-Mail"
NAME_WIDTH = 34
HEADS = ("letters/s", "x source", "x Flask", "CPU s/1000", "MB", "sink busy", "spread", "octets")
FSYNCS = 100


def say(line: str = "") -> None:
    """One line, at once: a run takes minutes."""
    print(line, flush=True)


def say_where(bench: Bench) -> None:
    """The machine, and the values this run was made with."""
    options = bench.options
    say(f"hrsite bench-mail, Python {platform.python_version()}, {os.cpu_count()} cores,")
    fsync = f"{_fsync_seconds(bench) * 1e6:.0f} µs"
    say(f"load before the run {os.getloadavg()[0]:.1f}, one fsync {fsync}.")
    pinned = bench.sink_core is not None
    say("The sink has a core of its own; senders share the others." if pinned else "Cores: free.")
    say(
        f"Letters of {options.letter_octets:,} octets, each with its reader's own links;"
        f" {options.seconds:g} s a measurement, the median of {options.rounds}."
    )
    in_flight = ", ".join(str(way.in_flight) for way in options.ways[:-1])
    say("hrsite: rows in SQLite, synchronous=FULL; MAIL_CONNECTIONS as the column says,")
    say(f"MAIL_IN_FLIGHT {in_flight}; CHUNKING (BDAT) only where a row says so.")


def say_limits(found: Mapping[str, Taken]) -> None:
    """What the sink can take, so that nobody mistakes its limit for a sender's."""
    for name, taken in found.items():
        alone = taken.cost.letters / max(1e-9, taken.cpu_seconds)
        say(
            f"The sink can take {taken.cost.a_second:,.0f} letters a second from a raw blaster"
            f" ({name}); with its core all to itself {alone:,.0f}."
        )


def say_cell(cell: Cell, rows: Sequence[Row]) -> None:
    """Every sender in one cell."""
    rates = {row.name: row.a_second for row in rows}
    say(f"\n{cell.connections} connections, {cell.latency_ms} ms for each reply")
    heads = (
        "letters/s",
        "x source",
        "x Flask",
        "CPU s/1000",
        "MB",
        "sink busy",
        "spread",
        "octets",
    )
    say(f"{'':{NAME_WIDTH}}" + "".join(f"{head:>11}" for head in heads))
    for row in rows:
        values = (
            f"{row.a_second:,.0f}",
            _ratio(row.a_second, rates.get(POSTFIX)),
            _ratio(row.a_second, rates.get(FLASK_MAIL)),
            f"{row.cpu_per_thousand:.3f}",
            f"{row.peak_octets / MEGABYTE:.0f}",
            f"{row.busy:.0%}",
            f"{row.spread:.0%}",
            f"{row.taken[-1].octets:,}",
        )
        say(f"{row.name:{NAME_WIDTH}}" + "".join(f"{value:>11}" for value in values))


def say_all(found: Mapping[Cell, Sequence[Row]]) -> None:
    """Letters a second in every cell, and how they compare."""
    say("\nLetters a second: connections x latency of a reply")
    say(f"{'':{NAME_WIDTH}}" + "".join(f"{cell!s:>12}" for cell in found))
    names = list(dict.fromkeys(row.name for rows in found.values() for row in rows))
    for reference in (None, POSTFIX, FLASK_MAIL):
        if reference:
            if reference not in names:
                continue
            say(f"x {reference}")
        for name in names:
            if reference and name in (POSTFIX, FLASK_MAIL):
                continue
            say(
                f"{name:{NAME_WIDTH}}"
                + "".join(f"{_entry(rows, name, reference):>12}" for rows in found.values())
            )


def say_memory(found: Sequence[Memory]) -> None:
    """How much a worker holds, by how many readers there are."""
    say("\nMemory of one worker that writes the list down and hands it over")
    for each in found:
        part = "" if each.letters == each.readers else ", then the time was over"
        say(
            f"{each.readers:>12,} readers: {each.peak_octets / MEGABYTE:5.1f} MB at most"
            f" ({each.written_octets / MEGABYTE:.1f} after writing the list down);"
            f" {each.letters:,} letters, {each.a_second:,.0f} a second{part}"
        )
    ratio = found[-1].peak_octets / max(1, found[0].peak_octets)
    say(f"{found[-1].readers:,} readers take {ratio:.2f} x the memory of {found[0].readers:,}.")


def say_expansion(found: Sequence[Expansion]) -> None:
    """How long the list takes to write down."""
    say("\nWriting the list down")
    for each in found:
        say(
            f"{each.readers:>12,} readers on {each.database}: {each.seconds:.2f} s, the longest"
            f" transaction {each.longest_transaction * 1000:.0f} ms,"
            f" {each.peak_octets / MEGABYTE:.0f} MB"
        )


def say_workers(found: Sequence[Workers]) -> None:
    """What a second worker brings."""
    say("\nTwo workers against one, letters a second; no process bound to a core")
    for each in found:
        say(
            f"{each.database:>12}, {each.cell}: {each.one:,.0f} alone,"
            f" {each.two:,.0f} together: {_ratio(each.two, each.one)} x"
        )


def _entry(rows: Sequence[Row], name: str, reference: str | None) -> str:
    rates = {row.name: row.a_second for row in rows}
    if name not in rates:
        return "-"
    return f"{rates[name]:,.0f}" if reference is None else _ratio(rates[name], rates.get(reference))


def _ratio(value: float, reference: float | None) -> str:
    return f"{value / reference:.2f}" if reference else "-"


def _fsync_seconds(bench: Bench) -> float:
    """What keeping anything on this disk costs, at the least."""
    with tempfile.TemporaryFile(dir=bench.folder) as file:
        began = time.perf_counter()
        for _ in range(FSYNCS):
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
        return (time.perf_counter() - began) / FSYNCS
