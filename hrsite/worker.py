"""The tasks the queue runs: what is due, deliver, tidy up. Thin: each calls one job."""

import os
import signal
import socket
from collections.abc import Callable
from datetime import timedelta

import structlog
from flask import Flask
from huey import crontab
from huey.consumer import Consumer
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from hrsite import clock
from hrsite.extensions import db
from hrsite.newsletter import asking, issues, subscribing
from hrsite.outbox import presence
from hrsite.outbox.delivering import deliver_due
from hrsite.queue import open_queue

log = structlog.get_logger(__name__)

# Unconfirmed signups are forgotten after this; the confirmation letter says so.
FORGET_AFTER = timedelta(days=14)
NIGHTLY_HOUR = 3


def init_app(app: Flask) -> None:
    """Make the queue and register its tasks; in a web process only to be able to wake it."""
    huey = open_queue(app.config["QUEUE_URL"])

    def look() -> None:
        with app.app_context():
            do_what_is_due(app.extensions["stopping"])

    def tidy() -> None:
        with app.app_context():
            tidy_up()

    app.extensions["huey"] = huey
    app.extensions["stopping"] = lambda: False
    app.extensions["wake"] = huey.task(name="wake")(look)
    huey.periodic_task(crontab(), name="every_minute")(look)
    huey.periodic_task(crontab(minute="0", hour=str(NIGHTLY_HOUR)), name="nightly")(tidy)
    huey.on_startup(name="first_look")(look)


def run(app: Flask) -> None:
    """Work until SIGINT or SIGTERM; then finish the letter in hand and stop."""
    # One thread: within a process letters go one at a time. More speed is more processes.
    consumer = app.extensions["huey"].create_consumer(workers=1, max_delay=0.5)
    _stop_gently(consumer)
    app.extensions["stopping"] = consumer.stop_flag.is_set
    with app.app_context():
        presence.announce(db.session(), name(), clock.now())
        db.session.commit()
    log.info("worker_started", worker=name())
    consumer.run()


def name() -> str:
    """This process among all workers."""
    return f"{socket.gethostname()[:40]}/{os.getpid()}"


def do_what_is_due(should_stop: Callable[[], bool] = lambda: False) -> None:
    """Answer signups, open Issues, hand over letters: everything the rows say is due now."""
    try:
        presence.refresh(db.session(), name(), clock.now())
        db.session.commit()
        _repeat(lambda: asking.answer_next_request(db.session(), clock.now()), should_stop)
        _repeat(lambda: issues.open_next(db.session(), clock.now()) is not None, should_stop)
        deliver_due(db.session(), name(), should_stop)
    except (SQLAlchemyError, OSError) as trouble:
        # A full disk, a locked or absent database: the rows are as they were. Look again soon.
        db.session.rollback()
        log.error("look_failed", trouble=type(trouble).__name__, exc_info=trouble)


def tidy_up() -> None:
    """Forget whoever never confirmed."""
    forgotten = subscribing.forget_unconfirmed(db.session(), clock.now() - FORGET_AFTER)
    presence.forget(db.session(), clock.now() - FORGET_AFTER)
    db.session.commit()
    log.info("tidied", forgotten=forgotten)


def _repeat(job: Callable[[], bool], should_stop: Callable[[], bool]) -> None:
    """Run a job until nothing is left, committing after each: one failure undoes one, not all."""
    while not should_stop():
        try:
            did_something = job()
            db.session.commit()
        except IntegrityError:
            # Another worker was faster: the unique key kept the second one out.
            db.session.rollback()
            return
        if not did_something:
            return


def _stop_gently(consumer: Consumer) -> None:
    """Let SIGTERM finish the letter in hand as SIGINT does: huey itself would break it off.

    Systemd, containers and `kill` all say SIGTERM. The table is huey's own, and there is no
    option to make both signals gentle.
    """
    consumer._signal_actions[signal.SIGTERM] = (False, True)
