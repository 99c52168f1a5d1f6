"""Runs the site and its worker side by side, and ends both together: a small program of its own.

It imports nothing of ours and no library, so that it takes some megabytes and not ninety.
"""

import fcntl
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
# Names a pipe into which nothing is ever written. When it ends, whoever held its other end has.
LIFE_LINE = "HRSITE_LIFE_LINE"
# Names the socket on which the site listens: somebody may be waiting there already.
LISTENER = "HRSITE_LISTENER"
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
    listener = int(os.environ[LISTENER])
    try:
        children.append(_start(SITE, listener))
        # The site's alone: once it has hung up, nobody is to be left waiting there.
        os.close(listener)
        del os.environ[LISTENER]
        children.append(_start(WORKER))
        return _first_to_end(children)
    except ToldToStop:
        return 0
    finally:
        # The second Ctrl-C of somebody who cannot wait must not leave one of them behind.
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        _end(children)


def stop_with_the_first() -> None:
    """In a process that `run` has started: be told to stop also when `run` is killed.

    It cannot tell anybody any more then, so the system does. Linux can; elsewhere nothing is done.
    """
    number = os.environ.pop(LIFE_LINE, "")
    if not number or sys.platform != "linux":
        return
    line = int(number)
    fcntl.fcntl(line, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(line, fcntl.F_SETSIG, signal.SIGTERM)
    fcntl.fcntl(line, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    with suppress(BlockingIOError):  # Nothing to read: it is still held.
        os.read(line, 1)
        os.kill(os.getpid(), signal.SIGTERM)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise ToldToStop


def _start(command: tuple[str, ...], *handed_on: int) -> subprocess.Popen[bytes]:
    # Each its own: whom the system tells is a matter of the pipe. Our end stays open while we live.
    line, _ = os.pipe()
    child = subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, *command],
        cwd=PROJECT,
        env=os.environ | {LIFE_LINE: str(line)},
        pass_fds=[line, *handed_on],
        # A group of its own: Ctrl-C reaches us alone, and we end both in order.
        start_new_session=True,
    )
    os.close(line)
    return child


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
