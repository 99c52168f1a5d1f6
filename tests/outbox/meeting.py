"""Two transactions that meet: what somebody else does while ours is about to commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from hrsite.extensions import db

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


class _Other:
    """Another process of PostgreSQL, which does one thing and commits it."""

    def __init__(self, app: Flask, deed: Callable[[Session], object]) -> None:
        self._app, self._deed = app, deed
        self._troubles: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            with self._app.app_context():
                self._deed(db.session())
                db.session.commit()
        except BaseException as trouble:
            self._troubles.append(trouble)

    def begin(self) -> None:
        """Let it go on until it is done, or waits for us."""
        self._thread.start()
        with db.engine.connect() as onlooker:
            while self._thread.is_alive() and not onlooker.scalar(_WAITING):
                onlooker.rollback()
                self._thread.join(0.01)

    def end(self) -> None:
        """What it raised is raised again."""
        self._thread.join(20)
        assert not self._thread.is_alive()
        for trouble in self._troubles:
            raise trouble


@contextmanager
def beside(app: Flask, session: Session, deed: Callable[[Session], object]) -> Iterator[None]:
    """Let another process of PostgreSQL do something, and commit, while our transaction is open.

    It has done it, or waits for us, when the body begins. At the end ours is committed, and it is
    done. What it raised is raised again.
    """
    other = _Other(app, deed)
    other.begin()
    yield
    session.commit()
    other.end()


@contextmanager
def amid(
    app: Flask,
    session: Session,
    words: str,
    deed: Callable[[Session], object],
    *,
    times: int = 1,
) -> Iterator[None]:
    """The same, but it begins when the body has said statements with these words so often."""
    other, ours, said = _Other(app, deed), threading.get_ident(), list[str]()

    def look(line: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if words in statement and threading.get_ident() == ours and len(said) < times:
            said.append(statement)
            if len(said) == times:
                other.begin()

    event.listen(db.engine, "after_cursor_execute", look)
    try:
        yield
        session.commit()
    finally:
        event.remove(db.engine, "after_cursor_execute", look)
    assert len(said) == times
    other.end()
