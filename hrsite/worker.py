"""The tasks the queue runs: look at what is due, tidy up. Thin: each calls one function.

When the queue is away, a worker does both unasked.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from types import FrameType
from typing import Any

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from hrsite import clock, collecting, giving_back, side_by_side
from hrsite.config import WrongSettings
from hrsite.extensions import db
from hrsite.looking import do_what_is_due, tidy_up
from hrsite.outbox import presence, settling
from hrsite.queue import UnusableQueue, be_brief, open_queue

log = structlog.get_logger(__name__)

NIGHTLY_HOUR = 3
# The queue asks for a look each minute. When it has not for so long, it may be away.
PATIENCE_SECONDS = 65.0


class Turns:
    """In a process one thing is done at a time, whoever asked for it; and when the last ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended = time.monotonic()
        self._is_asked = False
        self.tidied_on: date | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and have it."""
        with self._lock:
            self._is_asked = False
            try:
                yield
            finally:
                self._ended = time.monotonic()

    def ask(self) -> None:
        """The queue could not be asked for the next look."""
        self._is_asked = True

    def seconds_left(self) -> float:
        """So long it is the queue's to ask for the next look."""
        if self._lock.locked():
            return PATIENCE_SECONDS
        if self._is_asked:
            return 0.0
        return max(0.0, self._ended + PATIENCE_SECONDS - time.monotonic())


def init_app(app: Flask) -> None:
    """Make the queue and register its tasks; in a web process only to be able to wake it.

    Raises WrongSettings.
    """
    try:
        huey = open_queue(app.config["QUEUE_URL"])
    except UnusableQueue as trouble:
        raise WrongSettings([f"QUEUE_URL: {trouble}"]) from None
    from huey import crontab  # Not before the queue is known: see there.

    def look() -> None:
        _look(app)

    def tidy() -> None:
        _tidy(app)

    app.extensions["huey"] = huey
    app.extensions["turns"] = Turns()
    app.extensions["stopping"] = lambda: False
    app.extensions["wake"] = huey.task(name="wake")(look)
    huey.periodic_task(crontab(), name="every_minute")(look)
    huey.periodic_task(crontab(minute="0", hour=str(NIGHTLY_HOUR)), name="nightly")(tidy)
    huey.on_startup(name="first_look")(look)
    # PostgreSQL's queue keeps a connection of its own for the thread that listens.
    huey.on_shutdown(name="close_queue")(huey.storage.close)


def run(app: Flask) -> None:
    """Work until SIGINT or SIGTERM; then finish the letter in hand and stop."""
    giving_back.give_back_early()
    # One thread: within a process letters go one at a time. More speed is more processes.
    consumer = app.extensions["huey"].create_consumer(workers=1, max_delay=0.5)
    _stop_gently(consumer)
    be_brief()
    side_by_side.stop_with_the_first()
    app.extensions["stopping"] = consumer.stop_flag.is_set
    announce(app)
    collecting.spare_what_is_there()
    log.info("worker_started", worker=presence.own_name())
    unasked = threading.Thread(target=look_unasked, args=(app, consumer.stop_flag))
    unasked.start()
    consumer.run()
    unasked.join()
    take_leave(app)


def take_leave(app: Flask) -> None:
    """Say that this worker ends, if the database hears it; it ends in any case."""
    with app.app_context():
        try:
            _say_goodbye()
        except DBAPIError as trouble:
            db.session.rollback()
            log.warning("goodbye_not_heard", kind=type(trouble).__name__)
        db.session.remove()
        db.engine.dispose()  # See serving._hang_up.


def _say_goodbye() -> None:
    try:
        presence.leave(db.session(), presence.own_name(), clock.now())
        db.session.commit()
    except DBAPIError as trouble:
        db.session.rollback()
        if not trouble.connection_invalidated:
            raise
        # The database has started anew since we last spoke to it: that line is dead, no other is.
        presence.leave(db.session(), presence.own_name(), clock.now())
        db.session.commit()


def announce(app: Flask) -> None:
    """Say that this worker starts; what one of its name had claimed and left is due again."""
    name, now = presence.own_name(), clock.now()
    with app.app_context():
        presence.announce(db.session(), name, now)
        settling.free_claims_of_former(db.session(), name, now)
        db.session.commit()


def look_unasked(app: Flask, stopped: threading.Event) -> None:
    """Until we are stopped, look each minute in which the queue has not asked for it."""
    turns: Turns = app.extensions["turns"]
    while not stopped.wait(turns.seconds_left()):
        if turns.seconds_left():
            continue
        try:
            _look(app)
            if clock.now().hour == NIGHTLY_HOUR and turns.tidied_on != clock.now().date():
                _tidy(app)
        except Exception as trouble:
            # Such as a database that goes away in the middle: a minute later it may be there.
            log.error("look_failed", job="unasked", exc_info=trouble)


def _look(app: Flask) -> None:
    with app.extensions["turns"].taken(), app.app_context():
        do_what_is_due(app.extensions["stopping"])


def _tidy(app: Flask) -> None:
    turns: Turns = app.extensions["turns"]
    with turns.taken(), app.app_context():
        turns.tidied_on = clock.now().date()
        tidy_up(app.extensions["stopping"])


def _stop_gently(consumer: Any) -> None:
    """Let every SIGINT and SIGTERM finish the letter in hand, at once and however many come.

    Systemd, containers and `kill` all say SIGTERM, at which huey would break off. Of two signals
    it takes the second for impatience and breaks off as well; but a service and the process that
    started it may both be told. Whoever cannot wait has SIGKILL. There is no option for any of
    this. Huey also listens only after its threads have started: so we listen before.
    """

    def stop(signum: int, frame: FrameType | None) -> None:
        consumer._signum, consumer._restart, consumer._graceful = signum, False, True
        consumer.stop_flag.set()

    consumer._handle_signal = stop
    consumer._set_signal_handlers()
