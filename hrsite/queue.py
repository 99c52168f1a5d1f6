"""The queue that wakes workers: SQLite, Redis or PostgreSQL by one URL. It holds no data."""

import json
import logging
import shutil
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from flask import current_app

log = structlog.get_logger(__name__)

QUEUE_NAME = "hrsite"
# How long a reader's request waits for a queue that does not answer. Longer than the one second
# for which an idle worker listens.
SECONDS = 5
# By the beginning of its URL, the package that a queue needs beside Python's own.
_CLIENTS = {
    "sqlite": "sqlite3",
    **dict.fromkeys(("redis", "rediss", "unix"), "redis"),
    **dict.fromkeys(("postgresql", "postgres"), "psycopg"),
}


# Whose faults mean that the queue is away, or full, and not that something odd lies in it.
_AWAY = (OSError, sqlite3.Error)
_AWAY_OF = {"redis", "psycopg"}
SAID_EVERY_SECONDS = 60.0
# What SQLite needs beside a file that it opens, in octets.
LEAST_FREE = 100_000


class _Brief(logging.Filter):
    """Says in one line, and not each second with the whole stack, that the queue is away."""

    def __init__(self) -> None:
        super().__init__()
        self._lock, self._said = threading.Lock(), float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        """Is it something else?"""
        trouble = record.exc_info[1] if record.exc_info else None
        if trouble is None or not _is_away(trouble):
            return True
        with self._lock:
            is_time = time.monotonic() - self._said >= SAID_EVERY_SECONDS
            if is_time:
                self._said = time.monotonic()
        if is_time:
            note = "No letter is lost: the worker looks each minute."
            log.warning("queue_unreachable", trouble=type(trouble).__name__, note=note)
        return False


class UnknownQueue(Exception):
    """QUEUE_URL names a kind of queue that hrsite does not know."""


class UnusableQueue(Exception):
    """QUEUE_URL names a queue that cannot be opened. The message says why, and not its password."""


class JsonSerializer:
    """Tasks as JSON. Pickle would run whatever somebody managed to put into the queue."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make

    def serialize(self, data: Iterable[Any]) -> bytes:
        """A task as octets."""
        return json.dumps(list(data), default=datetime.isoformat).encode()

    def deserialize(self, data: bytes) -> Any:
        """The task again."""
        message = self._make(*json.loads(bytes(data)))
        return message._replace(eta=datetime.fromisoformat(message.eta) if message.eta else None)


def open_queue(url: str) -> Any:
    """Make the Huey a URL asks for: sqlite:///path, redis://…, unix://… or postgresql://…

    Raises UnknownQueue for anything else, and UnusableQueue.
    """
    kind = url.split(":", 1)[0]
    client = _CLIENTS.get(kind)
    if client is None or (kind == "sqlite" and not url.startswith("sqlite:///")):
        raise UnknownQueue(kind)
    with _absent({"redis", "psycopg"} - {client}):
        import huey  # Not sooner: see _absent.
        from huey.registry import Message
    # No results: nobody reads them, since the rows say what became of every letter.
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer(Message)}
    if client == "redis":
        from redis import ConnectionPool  # An extra: not everybody has it.

        limits = {"socket_connect_timeout": SECONDS, "socket_timeout": SECONDS}
        try:
            pool = ConnectionPool.from_url(url, **limits)
        except ValueError:  # Its words may hold the password.
            raise UnusableQueue("is no address of a Redis.") from None
        return huey.RedisHuey(QUEUE_NAME, connection_pool=pool, **options)
    if client == "psycopg":
        return _open_postgresql(huey.PostgresHuey, url, options)
    file = url.removeprefix("sqlite:///")
    try:
        return huey.SqliteHuey(QUEUE_NAME, filename=file, **options)
    except sqlite3.Error as trouble:
        raise UnusableQueue(f"{file} cannot be used ({_reason(trouble, file)}).") from None


def _reason(trouble: sqlite3.Error, file: str) -> str:
    """SQLite speaks of an input error, too, where there is no room left."""
    folder = Path(file).parent
    is_full = folder.is_dir() and shutil.disk_usage(folder).free < LEAST_FREE
    return "its disk is full: make room, and start again" if is_full else str(trouble)


@contextmanager
def _absent(names: Iterable[str]) -> Iterator[None]:
    """Say that these packages are not installed, while huey looks which ones it can have.

    It would bring each that there is, some 15 MB, and does as well without. (None in sys.modules
    means just that: https://docs.python.org/3/reference/import.html, "The module cache".)
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _open_postgresql(make: Callable[..., Any], url: str, options: dict[str, Any]) -> Any:
    """A queue in PostgreSQL; the site starts even while that is away, and says so in its log."""
    import psycopg  # An extra: not everybody has it.

    try:
        psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:
        raise UnusableQueue("is no address of a PostgreSQL.") from None
    # Away may also mean that nothing answers any more, not even with a no.
    options |= {"connect_timeout": SECONDS, "tcp_user_timeout": SECONDS * 1000}
    options |= {"keepalives_idle": SECONDS, "keepalives_interval": 1, "keepalives_count": SECONDS}
    huey = make(QUEUE_NAME, dsn=url, create_tables=False, **options)
    try:
        huey.storage.initialize_schema()
    except psycopg.Error as trouble:
        # Away; or another process made the tables this very moment.
        log.warning("queue_unreachable", trouble=type(trouble).__name__)
    return huey


def be_brief() -> None:
    """Let huey's own threads, which ask all the time, say little of a queue that is away."""
    brief = _Brief()
    for name in ("Worker", "Scheduler"):
        asking = logging.getLogger(f"huey.consumer.{name}")
        asking.filters = [one for one in asking.filters if not isinstance(one, _Brief)]
        asking.addFilter(brief)


def _is_away(trouble: BaseException) -> bool:
    kinds = {kind.__module__.partition(".")[0] for kind in type(trouble).__mro__}
    return isinstance(trouble, _AWAY) or bool(kinds & _AWAY_OF)


def wake() -> None:
    """Ask the worker to look at the rows now. Call it after the commit, never before.

    A queue that cannot be reached delays mail by a minute and loses none: the worker then looks
    unasked (worker.py). So the person's request succeeds, and the trouble goes into the log. A
    worker that has asked for its own next look, for it is not through, has that at once.
    """
    try:
        current_app.extensions["wake"]()
    except Exception as trouble:
        log.warning("queue_unreachable", trouble=type(trouble).__name__)
        current_app.extensions["turns"].ask()


def wake_at(moment: datetime, now: datetime) -> None:
    """Ask a worker to look at the rows at a moment that lies ahead, to the second.

    Without it the look of that minute comes up to a minute later. Each process asks once.
    """
    if current_app.extensions.get("woken_at") == moment:
        return
    try:
        current_app.extensions["wake"].schedule(delay=(moment - now).total_seconds())
    except Exception as trouble:
        log.warning("queue_unreachable", trouble=type(trouble).__name__)
    else:
        current_app.extensions["woken_at"] = moment
