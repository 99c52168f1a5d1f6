"""`make bench-web`: hrsite's pages beside nginx with the same bytes, in one run, on one machine.

See options.py for what can be chosen by environment variables.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.processes import Broken
from tests.bench.table import say
from tests.bench.web import measuring, programs, table
from tests.bench.web.growing import growth
from tests.bench.web.options import Options, from_environment
from tests.bench.web.sites import Site


def run(options: Options) -> list[str]:
    """Measure, print the tables, and return whatever came out wrong. Raises programs.Missing."""
    here, began = programs.find(may_bring=options.may_bring), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hrsite-web-", dir=options.folder) as name:
        folder = Path(name)
        log = folder / "bench.log"
        log.touch()
        bench = measuring.Bench(options, here, folder, log, cores(is_pinned=options.is_pinned))
        table.say_where(bench)
        found, sites = [], []
        for count in options.sizes:
            sites.append(Site(folder, count, log))
            found.append(measuring.measure(bench, sites[-1]))
            table.say_size(found[-1])
        if len(sites) > 1:
            small, large = sites[0], sites[-1]
            table.say_growth(growth(bench, small, large), small.count, large.count)
    say(f"\nDone in {time.monotonic() - began:.0f} s.")
    faults = [f"{one.count} articles: {fault}" for one in found for fault in one.faults]
    for fault in faults:
        say(f"WRONG: {fault}")
    return faults


def cores(*, is_pinned: bool) -> tuple[int | None, int | None]:
    """One for the server and another for the load, where there are two."""
    ours = sorted(os.sched_getaffinity(0))
    return (ours[0], ours[-1]) if is_pinned and len(ours) > 1 else (None, None)


def main() -> int:
    """0: measured, and nothing wrong. 1: something was. 2: a program is missing."""
    try:
        return int(bool(run(from_environment())))
    except programs.Missing as trouble:
        say(f"bench-web needs nginx and wrk. {trouble}")
        return 2
    except Broken as trouble:
        say(f"A process ended before its time:\n{trouble}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
