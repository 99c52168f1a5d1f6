"""`make bench-mail`: hrsite's sender, with its ledger, beside smtp-source and stock Flask-Mail.

One run, one machine, one sink. See options.py for what can be chosen by environment variables.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.bench import scale, smtp_source, speed, table
from tests.bench.bench import Bench
from tests.bench.options import Options, from_environment


def run(options: Options) -> list[str]:
    """Measure, print the tables, and return whatever came out wrong."""
    began = time.monotonic()
    faults = _run(options) if options.parts - {"together"} else []
    if "together" in options.parts and (together := options.together()).cells:
        table.say("\n")
        faults += _run(together)
    table.say(f"\nDone in {time.monotonic() - began:.0f} s.")
    for fault in faults:
        table.say(f"WRONG: {fault}")
    return faults


def _run(options: Options) -> list[str]:
    with (
        tempfile.TemporaryDirectory(prefix="hrsite-bench-", dir=options.folder) as folder,
        Bench(options, Path(folder)) as bench,
    ):
        table.say_where(bench)
        if "speed" in options.parts:
            _speed(bench)
        if "postgresql" in options.databases:
            scale.make_postgresql_careful()
        if "memory" in options.parts:
            table.say_memory(scale.memory(bench))
        if "expansion" in options.parts:
            table.say_expansion(scale.expansion(bench))
        if "workers" in options.parts:
            table.say_workers(scale.workers(bench))
    return bench.faults


def _speed(bench: Bench) -> None:
    source = None
    try:
        source = smtp_source.bring(bench.options.smtp_source)
        table.say(f"smtp-source: {source.path}")
    except smtp_source.NotBrought as trouble:
        table.say(f"smtp-source: {trouble}; the rest goes on without it")
    table.say_limits(speed.limits(bench))
    found = {}
    for cell in bench.options.cells:
        found[cell] = speed.measure(bench, cell, source)
        table.say_cell(cell, found[cell])
    table.say_all(found)


if __name__ == "__main__":
    sys.exit(bool(run(from_environment())))
