"""Start what answers readers: its processes, each a copy of one, and what each has to do first."""

import os
import socket
import sys
from multiprocessing.util import Finalize
from typing import NoReturn

import structlog
from flask import Flask

from hrsite import collecting, giving_back, side_by_side
from hrsite.extensions import db
from hrsite.newsletter import spooling
from hrsite.server import processes
from hrsite.settings import reading

log = structlog.get_logger(__name__)

# What a page in hand may still take; less than side_by_side gives us, so that the site ends its
# processes before it is ended.
PAGE_GRACE_SECONDS = 15
# Pages that are made at a time in each process: fewer than the fifteen connections of SQLAlchemy's
# pool.
THREADS = 8


class PortTaken(Exception):
    """Another program listens there already."""


def check_port(host: str, port: int) -> None:
    """Raises PortTaken, in words, when the site could not listen there."""
    listening(host, port).close()


def listening(host: str, port: int) -> socket.socket:
    """A socket for all processes together: whoever comes waits until one of them takes the call.

    Raises PortTaken, in words.
    """
    line = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        line.bind((host, port))
        line.listen()
    except OSError as trouble:
        line.close()
        raise PortTaken(
            f"Port {port} on {host} cannot be used ({trouble.strerror})."
            " Choose another one, such as PORT=8123."
        ) from None
    return line


def handed_over() -> socket.socket | None:
    """What `run_both` has given us, if it was that which started us."""
    number = os.environ.pop(side_by_side.LISTENER, "")
    return socket.socket(fileno=int(number)) if number else None


def serve(app: Flask, line: socket.socket) -> None:
    """Answer readers who come to this socket until SIGINT, SIGTERM or SIGHUP. Blocks."""
    from hrsite.server import running  # uvicorn is of use to this command alone.

    side_by_side.stop_with_the_first()
    giving_back.give_back_early()
    _hang_up(app)
    collecting.spare_what_is_there()
    host, port, *_ = line.getsockname()
    log.info("site_listens", host=host, port=port)

    def answer(number: int) -> None:
        # The very last: SQLite's own journal goes with the last connection, when that is closed.
        Finalize(None, _hang_up, args=(app,), exitpriority=0)
        get_ready(app)
        running.Running(app, number, threads=THREADS, grace_seconds=PAGE_GRACE_SECONDS).run([line])

    processes.keep(app.config["WEB_PROCESSES"], answer, grace_seconds=PAGE_GRACE_SECONDS + 1)


def get_ready(app: Flask) -> Flask:
    """What is left to do in the very process that is going to answer readers."""
    with app.app_context():
        reading.warm()
    spooling.make_room(app.config["DATA_DIR"])
    spooling.carry_out_meanwhile(app)
    if (filing := app.extensions["front_door"].filing) is not None:
        filing.start()
    collecting.spare_what_is_there()
    return app


def _hang_up(app: Flask) -> None:
    """Close every connection, to the database and to the queue.

    No two processes may talk on one; and of an SQLite file that nobody closed a journal stays,
    which would be written into whatever is put in that file's place.
    """
    with app.app_context():
        db.engine.dispose()
    app.extensions["huey"].storage.close()


def run_both(app: Flask, line: socket.socket) -> NoReturn:
    """Run `hrsite serve` and `hrsite worker` side by side, and become who watches over them.

    The site is given this socket. What was read to look at settings and database would lie here
    unused for as long as we run.
    """
    line.set_inheritable(True)
    os.environ[side_by_side.LISTENER] = str(line.fileno())
    # -I and -S: it needs nothing but Python itself.
    _become(app, "-I", "-S", side_by_side.__file__)


def become_worker(app: Flask) -> NoReturn:
    """Work, and keep nothing in memory of what answers requests or brings the database up."""
    _become(app, *side_by_side.WORKER)


def _become(app: Flask, *command: str) -> NoReturn:
    _hang_up(app)
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, *command])  # noqa: S606 - our own
