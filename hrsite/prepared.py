"""Statements that run for every letter or page: spelled once, then handed straight to the driver.

SQLAlchemy takes a tenth of a millisecond to build and spell an ordinary statement, every time;
SQLite needs a few microseconds to carry it out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import BindParameter, CursorResult, Dialect, Engine, Executable, Select, bindparam
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]


def given(name: str, kind: type[TypeEngine[Any]] | None = None) -> BindParameter[Any]:
    """What each call gives under a name that is no column's."""
    return bindparam(name, None, type_=kind)


class Prepared:
    """One statement, of which `given` values are told with each call; all else is fixed.

    What it selects comes back as the driver has it: numbers, words and octets, but no moments.
    """

    def __init__(self, make: Callable[[], Executable]) -> None:
        self._make = make
        self._spelled: _Spelled | None = None

    def rows(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """What a SELECT finds."""
        found = self._run(session, values)
        # The driver's own: SQLAlchemy takes as long to make a Row as SQLite to find it.
        rows = list(found.cursor.fetchall())
        found.close()
        return rows

    def change(self, session: Session, **values: Any) -> int:
        """How many rows an UPDATE changed."""
        return self._run(session, values).rowcount

    def change_each(
        self, session: Session, names: Sequence[str], rows: Iterable[tuple[Any, ...]], **shared: Any
    ) -> int:
        """The same for many: each row gives its own values, and all of them the shared ones.

        What `names` tells of the rows goes to the driver as it is.
        """
        session.flush()
        spelled = self.spelled_for(session.get_bind().dialect)
        many = spelled.each_ordered(names, rows, spelled.values(shared))
        return session.connection().exec_driver_sql(spelled.words, many).rowcount

    def _run(self, session: Session, values: Values) -> CursorResult[Any]:
        session.flush()  # What was changed through objects is to be seen.
        spelled = self.spelled_for(session.get_bind().dialect)
        whole = spelled.ordered(spelled.values(values))
        return session.connection().exec_driver_sql(spelled.words, whole)

    def spelled_for(self, dialect: Dialect) -> "_Spelled":
        """The statement in the words of a kind of database."""
        # Every engine has a dialect of its own, and a process hardly ever more than one engine.
        if self._spelled is None or self._spelled.dialect is not dialect:
            self._spelled = _Spelled(self._make(), dialect)
        return self._spelled


class Question:
    """A SELECT that is all a page asks: of the driver itself, and in no transaction.

    To begin one, to end it and to keep account of it takes twice as long as the answer.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._prepared = Prepared(lambda: statement)

    def rows(self, engine: Engine, **values: Any) -> list[list[Any]]:
        """What it finds, as its columns' types have it: moments are moments."""
        spelled = self._prepared.spelled_for(engine.dialect)
        try:
            return self._ask(spelled, engine, values)
        except engine.dialect.loaded_dbapi.Error:
            # The usual way knows which lines have died with that, and says what is wrong.
            with engine.connect() as connection:
                return [list(row) for row in connection.execute(self._statement, values)]

    def firsts(self, engine: Engine, **values: Any) -> list[Any]:
        """The first column alone."""
        return [row[0] for row in self.rows(engine, **values)]

    def _ask(self, spelled: "_Spelled", engine: Engine, values: Values) -> list[list[Any]]:
        line = engine.raw_connection()
        try:
            cursor = line.cursor()
            cursor.execute(spelled.words, spelled.ordered(spelled.values(values)))
            found = [list(row) for row in cursor.fetchall()]
            cursor.close()
        except BaseException:
            line.invalidate()  # Whatever became of it, nobody is to be given it next.
            raise
        finally:
            line.close()
        for at, processor in spelled.readers:
            for row in found:
                row[at] = processor(row[at])
        return found


class _Spelled:
    """A statement in the words of one kind of database."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        self.dialect, self._statement = dialect, statement
        spoken = cast(ClauseElement, statement)
        spelling = spoken.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        compiled = cast(SQLCompiler, spelling)
        self.words = compiled.string
        self._order = compiled.positiontup
        self._processors = {
            name: processor
            for name, bind in compiled.binds.items()
            if (processor := bind.type.dialect_impl(dialect).bind_processor(dialect))
        }
        asked = {name for name, bind in compiled.binds.items() if not bind.unique}
        known = {name: value for name, value in compiled.params.items() if name not in asked}
        self._fixed = self.values(known)

    @cached_property
    def readers(self) -> list[tuple[int, Callable[[Any], Any]]]:
        """What makes of the driver's values what the columns hold, by the place in a row."""
        dialect, columns = self.dialect, cast(Select[Any], self._statement).selected_columns
        return [
            (at, processor)
            for at, column in enumerate(columns)
            if (processor := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]

    def values(self, some: Values) -> dict[str, Any]:
        """These values as the driver takes them."""
        processors = self._processors
        return {
            name: processors[name](value) if name in processors else value
            for name, value in some.items()
        }

    def ordered(self, some: Values) -> Any:
        """All that the driver wants to know, in the shape that it wants."""
        whole = {**self._fixed, **some}
        return whole if self._order is None else tuple([whole[name] for name in self._order])

    def each_ordered(
        self, names: Sequence[str], rows: Iterable[tuple[Any, ...]], shared: Values
    ) -> list[Any]:
        """The same for many rows, without looking each of their values up by its name."""
        known = {**self._fixed, **shared}
        if self._order is None:
            return [{**known, **dict(zip(names, row, strict=True))} for row in rows]
        of_all = tuple(known.values())
        places = {name: at for at, name in reversed([*enumerate((*names, *known))])}
        pick = itemgetter(*[places[name] for name in self._order])
        return [pick(row + of_all) for row in rows]
