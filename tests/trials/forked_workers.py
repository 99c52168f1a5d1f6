"""Real workers, each a process of its own, forked from one that has imported all they need.

To start Python and import the site takes seconds; to fork takes milliseconds. What a fork then does
is all that hrsite/working.py does: read the settings, work. Run as a program, this is the process
that forks.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hrsite import create_app, worker
from hrsite.config import PROJECT

STARTED, ENDED = "started", "ended"


# Every line back has this length, so that a line is one read.
LINE = 64


@dataclass
class Forks:
    """The process that forks, seen from a trial: one line to it, lines back."""

    parent: subprocess.Popen[str]
    environment: Mapping[str, str]
    log: Path
    # Every worker of this trial, and the exit code of each that has ended, as Popen has them.
    started: list[int] = field(default_factory=list)
    codes: dict[int, int] = field(default_factory=dict)

    def start(self, first: str = "") -> int:
        """Start a worker; `first` names a function ("module:name") it calls before all else."""
        assert self.parent.stdin is not None
        order = {"environment": dict(self.environment), "log": str(self.log), "first": first}
        print(json.dumps(order), file=self.parent.stdin, flush=True)
        while (told := self._hear(60))[0] != STARTED:
            pass
        self.started.append(told[1])
        return told[1]

    def wait(self, pid: int, seconds: float) -> int | None:
        """The exit code of a worker, or None when it runs on."""
        while pid not in self.codes:
            if not select.select([self.parent.stdout], [], [], seconds)[0]:
                return None
            self._hear(seconds)
        return self.codes[pid]

    def end(self, pid: int, by: signal.Signals) -> None:
        """Send a worker a signal, unless it has ended."""
        if pid not in self.codes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, by)

    def _hear(self, seconds: float) -> tuple[str, int]:
        assert self.parent.stdout is not None
        assert select.select([self.parent.stdout], [], [], seconds)[0], f"silence; see {self.log}"
        word, pid, code = json.loads(os.read(self.parent.stdout.fileno(), LINE).decode())
        if word == ENDED:
            self.codes[pid] = code
        return word, pid


@contextlib.contextmanager
def forks(environment: Mapping[str, str], log: Path) -> Iterator[Forks]:
    """Workers with this environment, for as long as the block lasts."""
    workers = Forks(_parent(), environment, log)
    try:
        yield workers
    finally:
        for pid in workers.started:
            workers.end(pid, signal.SIGKILL)
            workers.wait(pid, 60)


@functools.cache
def _parent() -> subprocess.Popen[str]:
    """Start the process that forks, once a run."""
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.trials.forked_workers"],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        start_new_session=True,  # Ctrl-C ends the trial; at the end of its input this one ends.
    )
    # At the end of its input it kills whoever still works, and ends.
    atexit.register(parent.communicate)
    return parent


def owner_of(pid: int) -> str:
    """What a worker with this number signs its claims with, as `presence.own_name` has it."""
    return f"{socket.gethostname()[:40]}/{pid}"


def _serve() -> None:
    heard, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    living: set[int] = set()
    orders = b""
    while True:
        ready, _, _ = select.select([0, heard], [], [])
        if heard in ready:
            os.read(heard, 4096)
            _tell_who_ended(living)
        if 0 in ready:
            octets = os.read(0, 65536)
            if not octets:
                break
            *lines, orders = (orders + octets).split(b"\n")
            for line in lines:
                living.add(_fork(json.loads(line)))
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _tell_who_ended(living: set[int]) -> None:
    for pid in list(living):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            living.discard(pid)
            _say(ENDED, pid, os.waitstatus_to_exitcode(status))


def _say(word: str, pid: int, code: int = 0) -> None:
    os.write(1, json.dumps([word, pid, code]).ljust(LINE - 1).encode() + b"\n")


def _fork(order: dict[str, object]) -> int:
    pid = os.fork()
    if pid == 0:
        _work(order)
    _say(STARTED, pid)
    return pid


def _work(order: dict[str, object]) -> None:
    """Be a worker, in the child, and never come back."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(str(order["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        silence = os.open(os.devnull, os.O_RDONLY)
        for taken, place in ((silence, 0), (log, 1), (log, 2)):
            os.dup2(taken, place)
        os.environ.update(order["environment"])  # type: ignore[call-overload]
        if order["first"]:
            module, _, name = str(order["first"]).partition(":")
            getattr(importlib.import_module(module), name)()
        worker.run(create_app(answers=False))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve()
