"""The bench's processes: a sink and senders that take orders as JSON lines, and what they cost."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PROJECT = Path(__file__).resolve().parents[2]
KILOBYTE, MEGABYTE = 1024, 1024 * 1024


class Broken(Exception):
    """A process of the bench ended before its time; the text is the end of what it said."""


@dataclass(frozen=True)
class Cost:
    """What handing letters over took: the sending process alone."""

    letters: int
    seconds: float
    cpu_seconds: float
    peak_octets: int

    @property
    def a_second(self) -> float:
        """Letters a second."""
        return self.letters / self.seconds if self.seconds else 0.0

    @property
    def cpu_per_thousand(self) -> float:
        """Seconds of one core for a thousand letters."""
        return self.cpu_seconds / self.letters * 1000 if self.letters else 0.0


class Child:
    """`python -m <module>`, which reads a JSON line and answers with one."""

    def __init__(
        self,
        module: str,
        log: Path,
        environment: Mapping[str, str],
        core: int | None = None,
        flags: Sequence[str] = (),
    ) -> None:
        self.log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, *flags, "-m", module],
                cwd=PROJECT,
                env=plain_environment() | environment | core_of(core),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        self.first = self.hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        trouble: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.communicate()  # It ends when its orders do.

    def say(self, **order: Any) -> None:
        """Give an order and go on; `hear` waits for its answer."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """The next answer."""
        assert self.process.stdout
        words = self.process.stdout.readline()
        if not words:
            self.process.wait()
            raise Broken(self.log.read_text("utf-8", "replace")[-3000:])
        answer: dict[str, Any] = json.loads(words)
        return answer

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        self.say(**order)
        return self.hear()


class Program:
    """Any other program, run to its end."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str]) -> None:
        self.command, self.environment = command, plain_environment() | environment

    def run(self, letters: int, core: int | None) -> Cost:
        """What it cost. Raises Broken when it says that it failed."""
        taskset = ["taskset", "--cpu-list", str(core)] if core is not None else []
        clock = threading.Event()
        peaks = [0]
        process = subprocess.Popen(
            [*taskset, *self.command],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

        def watch() -> None:
            # Not ru_maxrss: a program started by a large one is told the large one's peak.
            while not clock.wait(0.05):
                peaks.append(peak_octets(process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        began = time.perf_counter()
        watcher.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        clock.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.stderr
        with process.stderr:
            if process.returncode:
                raise Broken(process.stderr.read().decode("utf-8", "replace")[-500:])
        return Cost(letters, seconds, used.ru_utime + used.ru_stime, max(peaks))


def plain_environment() -> dict[str, str]:
    """No setting of the site that this machine runs."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"HRSITE_ENV_FILE": ""}


def core_of(core: int | None) -> dict[str, str]:
    """How a child is told its core."""
    return {} if core is None else {"CORE": str(core)}


def peak_octets(pid: int | str = "self") -> int:
    """The most memory a process has held at once."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * KILOBYTE
    return 0
