"""The tasks the queue runs: look at what is due, tidy up. Thin: each calls one function."""

from types import FrameType
from typing import Any

import structlog
from flask import Flask

from hrsite import clock, collecting, giving_back, side_by_side
from hrsite.extensions import db
from hrsite.looking import do_what_is_due, tidy_up
from hrsite.outbox import presence, settling
from hrsite.queue import open_queue

log = structlog.get_logger(__name__)

NIGHTLY_HOUR = 3


def init_app(app: Flask) -> None:
    """Make the queue and register its tasks; in a web process only to be able to wake it."""
    huey = open_queue(app.config["QUEUE_URL"])
    from huey import crontab  # Not before the queue is known: see there.

    def look() -> None:
        with app.app_context():
            do_what_is_due(app.extensions["stopping"])

    def tidy() -> None:
        with app.app_context():
            tidy_up(app.extensions["stopping"])

    app.extensions["huey"] = huey
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
    side_by_side.stop_with_the_first()
    app.extensions["stopping"] = consumer.stop_flag.is_set
    announce(app)
    collecting.spare_what_is_there()
    log.info("worker_started", worker=presence.own_name())
    consumer.run()
    with app.app_context():
        presence.leave(db.session(), presence.own_name(), clock.now())
        db.session.commit()


def announce(app: Flask) -> None:
    """Say that this worker starts; what one of its name had claimed and left is due again."""
    name, now = presence.own_name(), clock.now()
    with app.app_context():
        presence.announce(db.session(), name, now)
        settling.free_claims_of_former(db.session(), name, now)
        db.session.commit()


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
