"""Where the microseconds of hrsite's sender go: `python -m tests.bench.profile_mail`.

CELL=10x0 IN_FLIGHT=64 CHUNKING=1 LETTERS=20000 choose what is looked at. Many times a second the
sender is asked which line it is at, so it runs at nearly its own speed; CPU=1 asks only while it
is at work, which tells more on a busy machine; EXACT=1 counts every call instead (cProfile), which
makes small functions look slower than they are.
"""

from __future__ import annotations

import cProfile
import linecache
import os
import pstats
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from tests.bench import hrsite_sender
from tests.bench.bench import Bench
from tests.bench.options import Cell, Options, Way
from tests.bench.processes import PROJECT, Child, Cost

SAMPLE_SECONDS = 0.001
MOST_LINES = 25
MICROSECONDS = 1e6


class Sampler:
    """Counts where the main thread is, at every tick of the wall clock."""

    def __init__(self) -> None:
        # In the function itself, with all it calls, and at its line.
        self.own: Counter[str] = Counter()
        self.whole: Counter[str] = Counter()
        self.ours: Counter[str] = Counter()
        self.ticks = 0

    def tick(self, number: int, frame: FrameType | None) -> None:
        """Note one moment."""
        self.ticks += 1
        seen: set[str] = set()
        is_innermost, is_ours_found = True, False
        while frame is not None:
            name = _name(frame.f_code)
            if is_innermost:
                self.own[name] += 1
                is_innermost = False
            if not is_ours_found and "hrsite/" in frame.f_code.co_filename:
                self.ours[_line(frame)] += 1
                is_ours_found = True
            if name not in seen:
                seen.add(name)
                self.whole[name] += 1
            frame = frame.f_back

    def told(self, letters: int, seconds: float) -> str:
        """The tables, in microseconds for each letter."""
        each = seconds / max(1, self.ticks) / max(1, letters) * MICROSECONDS
        parts = (
            ("in the function itself", self.own),
            ("with all that it calls", self.whole),
            ("at a line of hrsite's, with the libraries it calls", self.ours),
        )
        return "\n\n".join(_most(title, found, each) for title, found in parts)


def _most(title: str, found: Counter[str], each: float) -> str:
    lines = (f"{count * each:9.1f}  {name}" for name, count in found.most_common(MOST_LINES))
    return "\n".join((f"µs for each letter, {title}:", *lines))


def hand_over(letters: int, most_seconds: float, exact: bool, cpu: bool) -> dict[str, Any]:
    """What the sender does, looked at."""
    if exact:
        profile = cProfile.Profile()
        profile.enable()
        cost = hrsite_sender.hand_over(letters, most_seconds)
        profile.disable()
        with open(os.devnull, "w") as nowhere:
            told = _calls(pstats.Stats(profile, stream=nowhere), cost["letters"])
        return cost | {"told": told}
    with _sampled(cpu) as sampler:
        cost = hrsite_sender.hand_over(letters, most_seconds)
    return cost | {"told": sampler.told(cost["letters"], cost["cpu_seconds" if cpu else "seconds"])}


@contextmanager
def _sampled(only_at_work: bool) -> Iterator[Sampler]:
    sampler = Sampler()
    timer, alarm = signal.ITIMER_REAL, signal.SIGALRM
    if only_at_work:
        timer, alarm = signal.ITIMER_PROF, signal.SIGPROF
    before = signal.signal(alarm, sampler.tick)
    signal.setitimer(timer, SAMPLE_SECONDS, SAMPLE_SECONDS)
    try:
        yield sampler
    finally:
        signal.setitimer(timer, 0)
        signal.signal(alarm, before)


def _calls(stats: pstats.Stats, letters: int) -> str:
    each = MICROSECONDS / max(1, letters)
    rows = sorted(stats.stats.items(), key=lambda row: -row[1][2])  # type: ignore[attr-defined]
    lines = ["   own µs  whole µs    calls  (each for one letter)"]
    for (file, line, name), (_, count, own, whole, _) in rows[: 2 * MOST_LINES]:
        numbers = f"{own * each:9.1f} {whole * each:9.1f} {count / letters:8.2f}"
        lines.append(f"{numbers}  {_short(file)}:{line} {name}")
    return "\n".join(lines)


def _name(code: CodeType) -> str:
    return f"{_short(code.co_filename)}:{code.co_firstlineno} {code.co_qualname}"


def _line(frame: FrameType) -> str:
    number = frame.f_lineno or 0  # Between two lines there is none.
    text = linecache.getline(frame.f_code.co_filename, number).strip()
    return f"{_short(frame.f_code.co_filename)}:{number}  {text[:60]}"


def _short(file: str) -> str:
    return file.removeprefix(f"{PROJECT}/").rpartition("site-packages/")[2]


def _look(child: Child, order: dict[str, Any], said: dict[str, Any]) -> Cost:
    said.update(child.ask(do="look", **order))
    return Cost(**{name: value for name, value in said.items() if name != "told"})


def main() -> None:
    """Look at the sender once, after a short run that warms it up."""
    given = os.environ
    cell = Cell(*map(int, given.get("CELL", "10x0").split("x")))
    way = Way(int(given.get("IN_FLIGHT", "64")), given.get("CHUNKING", "0") != "0")
    letters, kind = int(given.get("LETTERS", "20000")), given.get("DATABASE", "sqlite")
    options = Options(cells=(cell,), ways=(way,), readers_most=letters, distinct=letters)
    with tempfile.TemporaryDirectory() as folder, Bench(options, Path(folder)) as bench:
        more = {
            "MAIL_PORT": str(bench.sink.port),
            "MAIL_IN_FLIGHT": str(way.in_flight),
            "MAIL_CONNECTIONS": str(cell.connections),
        }
        settings = bench.sites.fresh(kind, letters) | more
        with Child("tests.bench.profile_mail", bench.log, settings, bench.sender_core) as child:
            for count in (min(letters, 500), letters):
                child.ask(do="write_down", readers=count, octets=options.letter_octets)
                order = {"letters": count, "most_seconds": 60}
                order |= {"exact": "EXACT" in given, "cpu": "CPU" in given}
                said: dict[str, Any] = {}
                taken = bench.sink.take(
                    lambda: _look(child, order, said),  # noqa: B023
                    cell.latency_ms,
                    way.chunking,
                    distinct=count,
                )
        print(f"{way}, {cell}: {taken.cost.a_second:,.0f} letters a second,")
        print(f"{taken.cost.cpu_per_thousand:.3f} CPU s per 1,000; sink busy {taken.busy:.0%}\n")
        print(said["told"], *taken.faults, sep="\n")


if __name__ == "__main__":
    if sys.stdin.isatty() or "DATA_DIR" not in os.environ:
        main()
    else:
        hrsite_sender.main({"look": hand_over})
