"""Start what answers readers: its processes, each a copy of one, and what each has to do first."""

import logging
import multiprocessing
import os
import signal
import socket
import sys
from typing import NoReturn

from flask import Flask

from hrsite import collecting, giving_back, side_by_side
from hrsite.config import PROJECT
from hrsite.extensions import db
from hrsite.newsletter import spooling
from hrsite.settings import reading

# What a page in hand may still take; less than side_by_side gives us, so that the site ends its
# processes before it is ended.
PAGE_GRACE_SECONDS = 15
# Requests at a time in each process: fewer than the fifteen connections of SQLAlchemy's pool. Of
# five, browsers that have the page already got a tenth fewer answers in a second.
THREADS = 8


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
    from granian.constants import HTTPModes, Interfaces

    os.register_at_fork(after_in_child=_heed_stop_signals)
    giving_back.give_back_early()
    _hang_up(app)
    collecting.spare_what_is_there()
    # Where each process begins as a copy of this one, it takes the application as it is, and what
    # none of them changes stays in memory once. Elsewhere each reads and makes its own.
    is_copied = multiprocessing.get_start_method() == "fork"
    # On fewer than four cores it finds THREADS many, and would ask each coach to think about it.
    logging.getLogger("_granian").addFilter(lambda one: "Python threads" not in one.getMessage())
    Granian(
        "wsgi:application",
        address=app.config["HOST"],
        port=app.config["PORT"],
        interface=Interfaces.WSGI,
        # Without TLS no browser speaks HTTP/2; what nobody needs nobody can flood (CVE-2023-44487).
        http=HTTPModes.http1,
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


def run_both(app: Flask) -> NoReturn:
    """Run `hrsite serve` and `hrsite worker` side by side, and become who watches over them.

    What was read to look at settings and database would lie here unused for as long as we run.
    """
    # -I and -S: it needs nothing but Python itself.
    _become(app, "-I", "-S", side_by_side.__file__)


def become_worker(app: Flask) -> NoReturn:
    """Work, and keep nothing in memory of what answers requests or brings the database up."""
    _become(app, *side_by_side.WORKER)


def _become(app: Flask, *command: str) -> NoReturn:
    _hang_up(app)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - our own
