"""The queue wakes workers, on each kind of storage, and holds nothing that could be lost or run."""

import contextlib
import json
import logging
import pickle
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import redis
import time_machine
from flask import Flask
from huey import Huey
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import queue, worker
from hrsite.extensions import db
from hrsite.looking import do_what_is_due
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.queue import UnknownQueue, open_queue
from tests import databases, factories
from tests.browser.live import PATIENCE_SECONDS, LiveSite
from tests.conftest import AppMaker
from tests.journeys.doors import sign_up
from tests.outbox.ledger import mail_goes_to
from tests.outbox.smtp_server import Inbox, mail_server
from tests.running_site import until

# The queue has a storage of its own; one kind of database beside it is enough.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(params=["sqlite", "redis", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty queue of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'a-queue.db'}"
    if request.param == "redis":
        return databases.redis_url()
    return databases.create_database("queue").replace("+psycopg", "")


@pytest.fixture
def web(make_app: AppMaker, url: str) -> Flask:
    """The application as a web process has it."""
    return make_app(QUEUE_URL=url)


@contextlib.contextmanager
def running(app: Flask) -> Iterator[Huey]:
    """A worker's thread that does nothing until it is woken."""
    huey = app.extensions["huey"]
    huey._startup.clear()
    consumer = huey.create_consumer(workers=1, periodic=False, max_delay=0.1)
    _, thread = consumer.worker_threads[0]
    thread.start()
    try:
        yield huey
    finally:
        consumer.stop_flag.set()
        thread.join(20)
        huey.storage.close()


def arrival(inbox: Inbox) -> threading.Event:
    """Set when the first letter arrives."""
    arrived = threading.Event()

    async def handle_data(server: Any, session: Any, envelope: Any) -> str:
        inbox.envelopes.append(envelope)
        arrived.set()
        return "250 2.0.0 kept"

    inbox.handle_DATA = handle_data  # type: ignore[method-assign]
    return arrived


def test_a_signup_wakes_a_worker_elsewhere(web: Flask, make_app: AppMaker, url: str) -> None:
    elsewhere = make_app(QUEUE_URL=url)
    with mail_server() as inbox:
        mail_goes_to(elsewhere, inbox.port)
        arrived = arrival(inbox)
        with running(elsewhere):
            assert sign_up(web.test_client(), "ada@example.org").status_code == 303
            assert arrived.wait(20)
    web.extensions["huey"].storage.close()
    assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [["ada@example.org"]]


def test_a_wake_up_carries_no_data(web: Flask) -> None:
    sign_up(web.test_client(), "ada@example.org")
    storage = web.extensions["huey"].storage
    (stored,) = storage.enqueued_items()
    drawn, name, *rest = json.loads(bytes(stored))
    assert (UUID(drawn).version, name) == (4, "hrsite.worker.wake")
    assert [part for part in rest if part] == []
    storage.close()


class Trap:
    """Writes a file when somebody unpickles it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.file,))


def test_a_pickle_in_the_queue_is_refused_and_the_worker_goes_on(
    web: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trap = tmp_path / "sprung"
    with mail_server() as inbox:
        mail_goes_to(web, inbox.port)
        arrived = arrival(inbox)
        web.extensions["huey"].storage.enqueue(pickle.dumps(Trap(trap)))
        with running(web):
            sign_up(web.test_client(), "ada@example.org")
            assert arrived.wait(20)
    assert not trap.exists()
    assert "Error reading from queue" in caplog.text


def test_the_look_of_every_minute_finds_what_a_flushed_queue_forgot(web: Flask) -> None:
    sign_up(web.test_client(), "ada@example.org")
    huey = web.extensions["huey"]
    huey.storage.flush_queue()
    for task in huey.read_periodic(datetime(2026, 6, 2, 14, 1, tzinfo=UTC)):
        huey.execute(task)
    huey.storage.close()
    assert len(list(Path(web.config["MAIL_FOLDER"]).iterdir())) == 1


def test_mail_starts_at_its_second_and_not_at_the_next_minute(
    make_app: AppMaker, url: str, clock: time_machine.Traveller
) -> None:
    web = make_app(QUEUE_URL=url, UNDO_MINUTES=5)
    huey, letters = web.extensions["huey"], Path(web.config["MAIL_FOLDER"])
    now = datetime.now(UTC)
    with web.app_context():
        factories.make_subscriber(db.session(), "ada@example.org")
        factories.make_post(db.session(), send_to_readers=True, published_at=now, send_at=now)
        do_what_is_due()  # Opens the Issue; its undo window ends in five minutes.
        clock.shift(timedelta(minutes=4, seconds=30))
        do_what_is_due()
        do_what_is_due()
    while (task := huey.dequeue()) is not None:
        huey.execute(task)  # Not yet due: the worker puts it by.
    asked = [(task.name, task.eta.isoformat()) for task in huey.scheduled()]
    assert asked == [("wake", "2026-06-02T14:05:00")]
    clock.shift(timedelta(seconds=30))
    assert not letters.exists()
    for task in huey.read_schedule():
        huey.execute(task)
    huey.storage.close()
    assert len(list(letters.iterdir())) == 1


def test_the_tidying_runs_by_night_alone(web: Flask) -> None:
    huey = web.extensions["huey"]
    by_day = huey.read_periodic(datetime(2026, 6, 2, 14, 0, tzinfo=UTC))
    by_night = huey.read_periodic(datetime(2026, 6, 2, 3, 0, tzinfo=UTC))
    huey.storage.close()
    assert [task.name for task in by_day] == ["every_minute"]
    assert [task.name for task in by_night] == ["every_minute", "nightly"]


def unreachable(app: Flask, url: str) -> None:
    """Take the queue away from an application that runs."""
    app.extensions["huey"].storage.close()
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        file.unlink()
        file.mkdir()
    elif url.startswith("postgresql"):
        databases.drop_database("queue")
    else:
        app.extensions["huey"].storage.pool.connection_kwargs["path"] = "/nowhere"


def test_an_unreachable_queue_costs_the_reader_nothing(
    web: Flask, url: str, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    unreachable(web, url)
    assert sign_up(web.test_client(), "ada@example.org").status_code == 303
    assert "queue_unreachable" in caplog.text
    session.rollback()
    assert len(session.scalars(select(SignupRequest)).all()) == 1


@contextlib.contextmanager
def working(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a worker starts, but for its first look; a minute is over at once."""
    monkeypatch.setattr(worker, "PATIENCE_SECONDS", 0.1)
    huey = app.extensions["huey"]
    huey._startup.clear()
    consumer = huey.create_consumer(workers=1, max_delay=0.1)
    threads = [consumer.worker_threads[0][1], consumer.scheduler]
    threads.append(threading.Thread(target=worker.look_unasked, args=(app, consumer.stop_flag)))
    for one in threads:
        one.start()
    try:
        yield
    finally:
        consumer.stop_flag.set()
        for one in threads:
            one.join(20)
    assert not any(one.is_alive() for one in threads)


def has_letter(app: Flask) -> bool:
    return any(Path(app.config["MAIL_FOLDER"]).glob("*.eml"))


def test_without_its_queue_a_worker_looks_unasked_and_says_so_in_one_line(
    web: Flask, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.be_brief()
    unreachable(web, url)
    sign_up(web.test_client(), "ada@example.org")
    caplog.clear()
    with working(web, monkeypatch):
        assert until(lambda: has_letter(web))
        assert until(lambda: "No letter is lost" in caplog.text)
    assert caplog.text.count("No letter is lost") == 1
    assert "Traceback" not in caplog.text


def test_without_its_queue_a_worker_that_is_not_through_goes_on_at_once(
    web: Flask, url: str
) -> None:
    turns = web.extensions["turns"]
    unreachable(web, url)
    with web.app_context(), turns.taken():
        queue.wake()
        assert turns.seconds_left() > 60  # The others wait for this one.
    assert turns.seconds_left() == 0
    with turns.taken():
        pass
    assert turns.seconds_left() > 60


@pytest.mark.parametrize("is_night", [False, True])
def test_without_its_queue_a_worker_tidies_up_once_a_night(
    web: Flask, url: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch,
    clock: time_machine.Traveller, is_night: bool,
) -> None:  # fmt: skip
    queue.be_brief()
    unreachable(web, url)
    clock.move_to(datetime(2026, 6, 3, worker.NIGHTLY_HOUR + (not is_night), 20, tzinfo=UTC))
    with working(web, monkeypatch):
        assert until(lambda: not is_night or "tidied" in caplog.text)
        sign_up(web.test_client(), "ada@example.org")
        assert until(lambda: has_letter(web))
    assert caplog.text.count("'event': 'tidied'") == is_night


def test_what_is_odd_in_the_queue_is_told_at_length_and_what_is_away_in_short(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    queue.be_brief()
    for trouble in (ConnectionRefusedError(), psycopg.OperationalError(), redis.ConnectionError()):
        logging.getLogger("huey.consumer.Worker").error("Odd", exc_info=trouble)
    assert "Odd" not in caplog.text
    logging.getLogger("huey.consumer.Worker").error("Odd", exc_info=ValueError())
    assert "Odd" in caplog.text


def test_a_worker_without_its_queue_stops_as_soon_as_it_is_told(
    database: str, tmp_path: Path
) -> None:
    site = LiveSite("worker", tmp_path, QUEUE_URL="redis://127.0.0.1:1/0")
    try:
        site.wait_for("worker_started", "No letter is lost")
        began = time.monotonic()
        site.process.send_signal(signal.SIGTERM)
        assert site.process.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - began < worker.PATIENCE_SECONDS / 2
    finally:
        site.end()


def test_a_queue_of_an_unknown_kind_is_named(database: str) -> None:
    with pytest.raises(UnknownQueue, match="amqp"):
        open_queue("amqp://localhost")
