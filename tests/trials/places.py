"""Where a trial takes place: an empty database, a letter to many, and the workers' settings."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import create_app
from hrsite.extensions import db, only_reads
from tests import databases
from tests.conftest import SECRET, settings_for
from tests.outbox.ledger import mail_goes_to

MEMORY = "/dev/shm"  # noqa: S108  (a folder of our own in it)


@dataclass(frozen=True)
class Place:
    """One database, seen from the trial."""

    app: Flask
    session: Session
    log: Path

    def leave(self) -> None:
        """Hold the database open no longer: the workers are to be alone with it."""
        self.session.close()
        db.engine.dispose()

    def workers_environment(
        self, port: int, in_flight: int = 1, header: str = ""
    ) -> dict[str, str]:
        """What the workers of this place are told; the trial's own application looks there too."""
        app = self.app
        connections = min(in_flight, 4)
        mail_goes_to(
            app,
            port,
            MAIL_IN_FLIGHT=in_flight,
            MAIL_CONNECTIONS=connections,
            IDEMPOTENCY_HEADER=header,
        )
        return {
            "HRSITE_ENV_FILE": "",
            "HRSITE_MODE": "development",
            "DATA_DIR": str(app.config["DATA_DIR"]),
            "DATABASE_URL": app.config["DATABASE_URL"],
            "QUEUE_URL": app.config["QUEUE_URL"],
            "BASE_URL": "http://localhost",
            "SECRET_KEY": SECRET,
            "ADDRESS_KEY": SECRET,
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(port),
            "MAIL_USE_TLS": "false",
            "MAIL_IN_FLIGHT": str(in_flight),
            "MAIL_CONNECTIONS": str(connections),
            "IDEMPOTENCY_HEADER": header,
        }


@contextlib.contextmanager
def new_place(
    kind: str = "sqlite", queue: str = "sqlite", in_memory: bool = False
) -> Iterator[Place]:
    """An empty migrated database of a kind, and a queue of a kind, for one trial at length.

    `in_memory`: where no power is cut and no process dies, a disk would only cost time.
    """
    where = MEMORY if in_memory and os.path.isdir(MEMORY) else None
    with tempfile.TemporaryDirectory(prefix="hrsite-trial-", dir=where) as folder:
        data, changes = Path(folder), {}
        if kind == "postgresql":
            changes["DATABASE_URL"] = databases.create_database("trial")
        if queue != "sqlite":
            changes["QUEUE_URL"] = queue_url(queue)
        app = create_app(settings_for(data, **changes))
        with app.app_context():
            flask_migrate.upgrade()
            # Looking must not hold the write lock that the workers need.
            token = only_reads.set(True)
            try:
                yield Place(app, db.session(), data / "worker.log")
            finally:
                only_reads.reset(token)
                db.session.remove()
                db.engine.dispose()
                app.extensions["huey"].storage.close()


def queue_url(kind: str) -> str:
    """An empty queue in Redis or in PostgreSQL."""
    if kind == "redis":
        return databases.redis_url()
    return databases.create_database("queue").replace("+psycopg", "")


def wish(name: str, otherwise: str) -> str:
    """What the caller of a trial asked for in the environment."""
    return os.environ.get(name) or otherwise
