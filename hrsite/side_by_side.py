"""Runs the site and its worker side by side, and ends both together: a small program of its own.

It imports nothing of ours and no library, so that it takes some megabytes and not ninety.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

# Where `python -m hrsite.cli` finds the package.
PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A worker, which answers nobody: without doors, and (-OO) without docstrings, it takes seventeen
# megabytes less. Who starts it has looked at settings and database before.
WORKER = ("-OO", "-m", "hrsite.working")
SITE = ("-m", "hrsite.cli", "serve")
# Longer than a letter in hand may take to be answered at a healthy relay; then it is "uncertain".
GRACE_SECONDS = 20
ENDED_UNASKED = 1
# Ctrl-C, `kill` and service managers, and a terminal window that is closed.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ToldToStop(Exception):
    """Somebody asked us to end."""


def run() -> int:
    """Run `hrsite serve` and `hrsite worker` side by side until one ends or we are told to stop.

    The exit code is 0 after one of STOP_SIGNALS; else that of the process that ended by itself,
    and never 0, so that whoever watches over us starts us again.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in (SITE, WORKER):
            children.append(_start(command))
        return _first_to_end(children)
    except ToldToStop:
        return 0
    finally:
        # The second Ctrl-C of somebody who cannot wait must not leave one of them behind.
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(children)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise ToldToStop


def _start(command: tuple[str, ...]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *command],
        cwd=PROJECT,
        # A group of its own: Ctrl-C reaches us alone, and we end both in order.
        start_new_session=True,
    )


def _first_to_end(children: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for child in children:
            try:
                return child.wait(timeout=0.2) or ENDED_UNASKED
            except subprocess.TimeoutExpired:
                continue


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=GRACE_SECONDS)
        # Whatever is left of it: itself, or processes it had started and could not end any more.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


if __name__ == "__main__":
    sys.exit(run())
