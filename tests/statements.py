"""What goes to the database: every statement with its values, and SQLite's plan for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, event

from hrsite.extensions import db
from hrsite.prepared import Question


class Statement(NamedTuple):
    """One statement as the database got it."""

    sql: str
    values: Any

    def plan(self) -> list[str]:
        """How SQLite goes about it, a line for each step."""
        with db.engine.connect() as connection:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {self.sql}", self.values)
            return [step.detail for step in steps]


@contextmanager
def noted_statements() -> Iterator[list[Statement]]:
    """Every statement that goes to any database meanwhile."""
    said: list[Statement] = []

    def note(connection: Any, cursor: Any, sql: str, values: Any, *rest: Any) -> None:
        said.append(Statement(sql, values))

    usual = Question._ask

    def ask(question: Question, spelled: Any, engine: Engine, values: Any) -> Any:
        # These pass by SQLAlchemy, and its events.
        said.append(Statement(spelled.words, spelled.ordered(spelled.values(values))))
        return usual(question, spelled, engine, values)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as changed:
            changed.setattr(Question, "_ask", ask)
            yield said
    finally:
        event.remove(Engine, "before_cursor_execute", note)
