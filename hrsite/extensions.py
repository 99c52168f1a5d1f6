"""The libraries the application stands on: bare objects, bound by the factory."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

from hrsite.receipt import INFO, Receipt


class Base(DeclarativeBase):
    """Every model's base: one naming rule, so that migrations can name what they change."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    # Does a change of its rows change what readers see? Each model says so; then pages that were
    # kept ready are forgotten (generation.py). Forgetting too often is the safer mistake.
    shows_on_pages: ClassVar[bool] = True
    # What its columns hold of a person, why and how long: each model says that, too.
    holds: ClassVar[Receipt | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        info = cls.metadata.tables[cls.__tablename__].info
        info["shows_on_pages"] = cls.shows_on_pages
        info[INFO] = cls.holds


db = SQLAlchemy(model_class=Base)

# Pages that only read say so; everything else takes SQLite's write lock when it begins. A
# transaction that reads first and writes later can otherwise fail at once, however long we wait.
only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)
# Whoever has other work meanwhile says this: it does not wait for that lock, it gets Busy.
_never_waits: ContextVar[bool] = ContextVar("never_waits", default=False)

BUSY_MILLISECONDS = 10_000
CACHE_KILOBYTES = 512


class Busy(Exception):
    """Somebody else is writing to SQLite's file just now."""


@contextmanager
def without_waiting() -> Iterator[None]:
    """A transaction that begins in here raises Busy where it would have to wait for the lock."""
    token = _never_waits.set(True)
    try:
        yield
    finally:
        _never_waits.reset(token)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # We say BEGIN ourselves, below.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    # FULL: with NORMAL a power cut can undo "accepted", and thousands would get a second copy.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Each connection keeps pages of the file for itself. The system keeps them too, once for all,
    # so a quarter of what SQLite would keep finds and writes as fast.
    connection.execute(f"PRAGMA cache_size = -{CACHE_KILOBYTES}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    line: Any = connection.connection.driver_connection
    if only_reads.get():
        # It neither waits nor fails, so it may go the short way: each page that is made has one.
        line.execute("BEGIN")
    elif _never_waits.get():
        _begin_at_once(line)
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_at_once(line: sqlite3.Connection) -> None:
    ((patience,),) = line.execute("PRAGMA busy_timeout")
    line.execute("PRAGMA busy_timeout = 0")
    try:
        line.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as trouble:
        if trouble.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise Busy from trouble
    finally:
        line.execute(f"PRAGMA busy_timeout = {patience}")
