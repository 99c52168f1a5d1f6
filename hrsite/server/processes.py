"""Keeps as many copies of this process answering as were asked for, and ends them together."""

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import get_context
from typing import Any

import structlog

from hrsite.side_by_side import STOP_SIGNALS

log = structlog.get_logger(__name__)

HEEDED = {*STOP_SIGNALS, signal.SIGCHLD}
# What dies at once would else be begun anew without a pause.
PAUSE_SECONDS = 1.0

# A copy takes the application as it is, and what none of them changes lies in memory once.
_forking = get_context("fork")


def keep(count: int, answer: Callable[[int], None], *, grace_seconds: float) -> None:
    """Run `answer(number)` in so many copies of this process until SIGINT, SIGTERM or SIGHUP.

    A copy that dies is replaced. Told to stop they have so many seconds; blocks until they are
    gone. Signals are waited for and never interrupt: no copy can be begun and forgotten.
    """
    signal.signal(signal.SIGCHLD, lambda *_: None)  # Else it would not be kept for us.
    signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
    copies = {number: _begin(answer, number) for number in range(1, count + 1)}
    while signal.sigwait(HEEDED) not in STOP_SIGNALS:
        for number, copy in copies.items():
            if not copy.is_alive():
                log.error("web_process_died", number=number, exit_code=copy.exitcode)
                time.sleep(PAUSE_SECONDS)
                copies[number] = _begin(answer, number)
    _end(list(copies.values()), time.monotonic() + grace_seconds)


def _begin(answer: Callable[[int], None], number: int) -> Any:
    copy = _forking.Process(target=_run, args=(answer, number), name=f"web-{number}")
    copy.start()
    log.info("web_process_begins", number=number)
    return copy


def _run(answer: Callable[[int], None], number: int) -> None:
    # Ctrl-C and a closed window are for the first process, which tells its copies in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Told to stop before it listens, and has its own way to end, a copy ends on the spot.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, HEEDED)
    answer(number)


def _end(copies: list[Any], until: float) -> None:
    for copy in copies:
        copy.terminate()
    for copy in copies:
        copy.join(max(0.0, until - time.monotonic()))
        with suppress(OSError):
            copy.kill()
        copy.join()
