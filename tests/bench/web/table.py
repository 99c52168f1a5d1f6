"""What the bench prints."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence

from tests.bench.processes import MEGABYTE
from tests.bench.table import say
from tests.bench.web.load import Read
from tests.bench.web.measuring import Bench, Measured, Row

HEADS = (
    "octets", "hrsite/s", "nginx/s", "ratio", "p99 ms", "nginx's", "held/s", "ratio", "spread",
)  # fmt: skip


def say_where(bench: Bench) -> None:
    """The machine, and the values this run was made with."""
    options = bench.options
    say(f"hrsite bench-web, Python {platform.python_version()}, {os.cpu_count()} cores,")
    say(f"load before the run {os.getloadavg()[0]:.1f}.")
    pinned = "each server on one core, wrk on another" if bench.cores[0] is not None else "free"
    say(f"Cores: {pinned}. {options.connections} connections, kept alive;")
    say(f"{options.seconds:g} s a measurement, in turn, the median of {options.rounds}.")
    say("hrsite is `hrsite serve` in production, one process; nginx has the same bytes as files")
    say("and sends none of our headers. It reads them from disk, as it does unless it is told")
    say("otherwise; held: it keeps them open, and would see a change ten minutes later.")
    say("In front: nginx before hrsite has an article as a file.")
    say("A page anew is made by READY_MEGABYTES=0 at each request.")


def say_size(found: Measured) -> None:
    """One size of the site."""
    say(f"\n{found.count:,} articles")
    say(f"{'':20}" + "".join(f"{head:>11}" for head in HEADS))
    for row in (*found.ready, *found.in_front, *found.anew):
        values = (
            f"{row.octets:,}",
            f"{_rate(row.ours):,.0f}",
            f"{_rate(row.nginx):,.0f}",
            _ratio(row, row.nginx),
            f"{_late(row.ours):.1f}",
            f"{_late(row.nginx):.1f}",
            f"{_rate(row.held):,.0f}",
            _ratio(row, row.held),
            f"{_spread(row):.0%}",
        )
        say(f"{row.page + ', ' + row.form:20}" + "".join(f"{value:>11}" for value in values))
    cold = statistics.median(found.cold_seconds)
    say(f"From `hrsite serve` to the first page: {cold:.2f} s.")
    say(
        f"Memory: {_megabytes(found.idle_memory)} after it,"
        f" {_megabytes(found.loaded_memory)} under load (the server, and who watches over it)."
    )


def say_growth(times: Mapping[str, float], small: int, large: int) -> None:
    """What a page made anew costs on a large site, against a small one."""
    say(f"\nTime of a page made anew with {large:,} articles, against {small:,}, in turn:")
    for page, how_long in times.items():
        say(f"{page:>12}  {how_long:.2f} x")


def _rate(reads: Sequence[Read]) -> float:
    return statistics.median(read.a_second for read in reads)


def _ratio(row: Row, theirs: list[Read]) -> str:
    return f"{row.ratio(theirs):{'.4f' if row.form == 'anew' else '.2f'}}"


def _late(reads: Sequence[Read]) -> float:
    return statistics.median(read.p99_ms for read in reads)


def _spread(row: Row) -> float:
    rates = [read.a_second for read in row.ours]
    return (max(rates) - min(rates)) / max(1e-9, _rate(row.ours))


def _megabytes(octets: Sequence[int]) -> str:
    return " + ".join(f"{one / MEGABYTE:.0f}" for one in octets) + " MB"
