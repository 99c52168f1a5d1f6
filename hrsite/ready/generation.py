"""The pages' generation: a number in the database, raised with every change that shows.

It is raised in the transaction of the change itself, so that nobody sees the one without the other.
Nobody has to think of it: whatever is written to a table that shows on pages raises it.
"""

import itertools
import os
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from sqlalchemy import Column, Connection, Engine, Integer, Table, event
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool
from sqlalchemy.sql.dml import UpdateBase

from hrsite.extensions import Base
from hrsite.ready import readyfiles
from hrsite.receipt import INFO, nobody

SHOWS = "shows_on_pages"
# The folder of pages as files, among an engine's options; and a connection's hold on it.
FILES, HELD = "ready_files", "ready_files_held"
RAISE = "UPDATE page_generation SET number = number + 1"
READ = "SELECT number FROM page_generation"

# One row.
table = Table(
    "page_generation",
    Base.metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    info={SHOWS: False, INFO: nobody("number")},
)


class Commits:
    """Counts the commits of this process: after one, ready pages are looked over at once."""

    def __init__(self) -> None:
        self._ticks = itertools.count(1)
        self.number = 0

    def add(self, *_: object) -> None:
        """There was one; of two at once each gets a number of its own."""
        self.number = next(self._ticks)


commits = Commits()


def shows(written: object) -> bool:
    """Does a change of this table's rows show on pages? Yes, unless it says no."""
    if not isinstance(written, Table) or written.metadata is not Base.metadata:
        return False
    return bool(written.info.get(SHOWS, True))


@event.listens_for(Engine, "before_execute")
def _note_what_shows(connection: Connection, statement: Any, *_: object) -> None:
    # Below the ORM, so that flushes, bulk changes and plain INSERTs are all noticed alike.
    if isinstance(statement, UpdateBase) and shows(statement.table):
        connection.info[SHOWS] = True


@event.listens_for(Engine, "commit")
def _raise_with_it(connection: Connection) -> None:
    # Last of all, so that two writers hold this row for a moment only, and never wait in a circle.
    if connection.info.pop(SHOWS, False):
        connection.exec_driver_sql(RAISE)
        if folder := connection.get_execution_options().get(FILES):
            # Before it, so that whoever is killed in between leaves no old page in front.
            connection.info[HELD] = readyfiles.hold(folder)
        commits.add()


@event.listens_for(Pool, "checkin")
def _let_go(line: Any, record: Any) -> None:
    # The change is done, or is not: either way the database can be asked.
    if (held := record.info.pop(HELD, None)) is not None:
        os.close(held)


@event.listens_for(Engine, "rollback")
def _nothing_changed(connection: Connection) -> None:
    if not connection.invalidated:  # Of a lost connection nothing can be asked, not even this.
        connection.info.pop(SHOWS, None)


# When the event above comes, the commit has yet to happen; when this one comes, it is done.
event.listen(Session, "after_commit", commits.add)


class NumberUnknown(Exception):
    """The database is away, or has no such table yet."""


class Lookout:
    """Reads the number on a connection of its own, open for good, in some microseconds.

    Whoever calls takes care that only one thread does at a time.
    """

    def __init__(self, find_engine: Callable[[], Engine]) -> None:
        self._find_engine = find_engine
        self._engine: Engine | None = None
        self._line: Any = None
        _lookouts.add(self)

    def number(self) -> int:
        """The generation as it is on disk now. Raises NumberUnknown."""
        if self._engine is None:
            self._engine = self._find_engine()
        faults = self._engine.dialect.loaded_dbapi.Error
        was_open = self._line is not None
        try:
            return self._read(self._engine)
        except faults:
            self.close()
        if was_open:
            # A database that was started anew closed the line, and is there again.
            try:
                return self._read(self._engine)
            except faults:
                self.close()
        raise NumberUnknown

    @property
    def reads_a_file(self) -> bool:
        """Is the database beside us, as far as is known yet?"""
        return self._engine is not None and self._engine.dialect.name == "sqlite"

    def number_at_once(self) -> int | None:
        """The same out of an open file, of which no writer keeps a reader away (SQLite's WAL).

        None when somebody has to wait for it: it is elsewhere, not open yet, or in trouble.
        """
        engine = self._engine
        if engine is None or self._line is None or not self.reads_a_file:
            return None
        try:
            return self._read(engine)
        except (engine.dialect.loaded_dbapi.Error, NumberUnknown):
            return None

    def looks_at(self, engine: Engine) -> bool:
        """Is this the database it reads?"""
        return self._engine is engine

    def close(self) -> None:
        """Hang up; the next look dials again."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _read(self, engine: Engine) -> int:
        if self._line is None:
            self._line = _open_line(engine)
        row = self._line.execute(READ).fetchone()
        if row is None:
            raise NumberUnknown
        return int(row[0])


# Weakly, and with one listener for all: a listener of each one's own would hold its application
# for as long as the process runs.
_lookouts: WeakSet[Lookout] = WeakSet()


@event.listens_for(Engine, "engine_disposed")
def _hang_up(engine: Engine) -> None:
    for lookout in list(_lookouts):
        if lookout.looks_at(engine):
            lookout.close()


def _open_line(engine: Engine) -> Any:
    pooled = engine.raw_connection()
    line: Any = pooled.driver_connection
    pooled.detach()  # The pool's connections are for requests.
    if engine.dialect.name == "postgresql":
        line.autocommit = True
    return line
