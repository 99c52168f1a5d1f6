"""The queue that wakes workers: SQLite, Redis or PostgreSQL by one URL. It holds no data."""

import json
from datetime import datetime
from typing import Any

import structlog
from flask import current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer

log = structlog.get_logger(__name__)

QUEUE_NAME = "hrsite"
# How long a reader's request waits for a queue that does not answer. Longer than the one second
# for which an idle worker listens.
SECONDS = 5


class UnknownQueue(Exception):
    """QUEUE_URL names a kind of queue that hrsite does not know."""


class JsonSerializer(Serializer):
    """Tasks as JSON. Pickle would run whatever somebody managed to put into the queue."""

    def _serialize(self, data: Message) -> bytes:
        return json.dumps(list(data), default=datetime.isoformat).encode()

    def _deserialize(self, data: bytes) -> Message:
        message = Message(*json.loads(bytes(data)))
        return message._replace(eta=datetime.fromisoformat(message.eta) if message.eta else None)


def open_queue(url: str) -> Huey:
    """Make the Huey a URL asks for: sqlite:///path, redis://…, unix://… or postgresql://…

    Raises UnknownQueue for anything else.
    """
    # No results: nobody reads them, since the rows say what became of every letter.
    options: dict[str, Any] = {"results": False, "serializer": JsonSerializer()}
    if url.startswith("sqlite:///"):
        return SqliteHuey(QUEUE_NAME, filename=url.removeprefix("sqlite:///"), **options)
    if url.startswith(("redis://", "rediss://", "unix://")):
        from redis import ConnectionPool  # An extra: not everybody has it.

        pool = ConnectionPool.from_url(url, socket_connect_timeout=SECONDS, socket_timeout=SECONDS)
        return RedisHuey(QUEUE_NAME, connection_pool=pool, **options)
    if url.startswith(("postgresql://", "postgres://")):
        return _open_postgresql(url, options)
    raise UnknownQueue(url.split(":", 1)[0])


def _open_postgresql(url: str, options: dict[str, Any]) -> Huey:
    """A queue in PostgreSQL; the site starts even while that is away, and says so in its log."""
    import psycopg  # An extra: not everybody has it.

    huey = PostgresHuey(
        QUEUE_NAME, dsn=url, connect_timeout=SECONDS, create_tables=False, **options
    )
    try:
        huey.storage.initialize_schema()
    except psycopg.Error as trouble:
        # Away; or another process made the tables this very moment.
        log.warning("queue_unreachable", trouble=type(trouble).__name__)
    return huey


def wake() -> None:
    """Ask the worker to look at the rows now. Call it after the commit, never before.

    A queue that cannot be reached delays mail by a minute and loses none: the worker also looks
    by itself. So the person's request succeeds, and the trouble goes into the log.
    """
    try:
        current_app.extensions["wake"]()
    except Exception as trouble:
        log.warning("queue_unreachable", trouble=type(trouble).__name__)


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
