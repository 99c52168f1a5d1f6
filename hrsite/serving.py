"""Run the site and its worker as processes, and end both together."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from flask import Flask

from hrsite import collecting, giving_back
from hrsite.config import PROJECT
from hrsite.extensions import db
from hrsite.newsletter import spooling
from hrsite.settings import reading

# Longer than a letter in hand may take to be answered at a healthy relay; then it is "uncertain".
GRACE_SECONDS = 20
# What a page in hand may still take; less, so that the site ends its processes before we end it.
PAGE_GRACE_SECONDS = 15
ENDED_UNASKED = 1
# Requests at a time in each process: fewer than the fifteen connections of SQLAlchemy's pool, and
# no more than granian finds sensible for the machine's cores.
THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)


# Ctrl-C, `kill` and service managers, and a terminal window that is closed.
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ToldToStop(Exception):
    """Somebody asked us to end."""


class PortTaken(Exception):
    """Another program listens there already."""


def check_port(host: str, port: int) -> None:
    """Raises PortTaken, in words, when the site could not listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise PortTaken(
                f"Port {port} on {host} cannot be used ({trouble.strerror})."
                " Choose another one, such as PORT=8123."
            ) from None


def serve(app: Flask) -> None:
    """Answer readers until SIGINT or SIGTERM. Blocks."""
    from granian import Granian  # Its compiled core is of use to this command alone.
    from granian.constants import Interfaces

    os.register_at_fork(after_in_child=_heed_stop_signals)
    giving_back.give_back_early()
    _hang_up(app)
    collecting.spare_what_is_there()
    # Where each process begins as a copy of this one, it takes the application as it is, and what
    # none of them changes stays in memory once. Elsewhere each reads and makes its own.
    is_copied = multiprocessing.get_start_method() == "fork"
    Granian(
        "wsgi:application",
        address=app.config["HOST"],
        port=app.config["PORT"],
        interface=Interfaces.WSGI,
        websockets=False,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers=app.config["WEB_PROCESSES"],
        workers_kill_timeout=PAGE_GRACE_SECONDS,
        log_access=False,
        log_enabled=True,
        working_dir=PROJECT,  # Where wsgi.py is, whichever folder we were started in.
    ).serve(target_loader=(lambda: get_ready(app)) if is_copied else None, wrap_loader=False)


def get_ready(app: Flask) -> Flask:
    """What is left to do in the very process that is going to answer readers."""
    with app.app_context():
        reading.warm()
    spooling.make_room(app.config["DATA_DIR"])
    if (filing := app.extensions["front_door"].filing) is not None:
        filing.start()
    collecting.spare_what_is_there()
    return app


def _hang_up(app: Flask) -> None:
    """No two processes may talk on one connection, to the database or to the queue."""
    with app.app_context():
        db.engine.dispose()
    app.extensions["huey"].storage.close()


def _heed_stop_signals() -> None:
    """Let a new process end when told to, until it has read the code and listens by itself.

    It is a copy of the server, whose handlers only make a note for a loop that the copy has not:
    told to stop in its first second it would go on for ever, and the server wait for it as long.
    Ctrl-C is for the server, which tells its processes in order.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def run_both() -> int:
    """Run `hrsite serve` and `hrsite worker` side by side until one ends or we are told to stop.

    The exit code is 0 after one of STOP_SIGNALS; else that of the process that ended by itself,
    and never 0, so that whoever watches over us starts us again.
    """
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in ("serve", "worker"):
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


def _start(command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - our own commands
        [sys.executable, "-m", "hrsite.cli", command],
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
