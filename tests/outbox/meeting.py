"""Two transactions that meet: what somebody else does while ours is about to commit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite.extensions import db

_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@contextmanager
def beside(app: Flask, session: Session, deed: Callable[[Session], object]) -> Iterator[None]:
    """Let another process of PostgreSQL do something, and commit, while our transaction is open.

    It has done it, or waits for us, when the body begins. At the end ours is committed, and it is
    done. What it raised is raised again.
    """
    troubles: list[BaseException] = []

    def run() -> None:
        try:
            with app.app_context():
                deed(db.session())
                db.session.commit()
        except BaseException as trouble:
            troubles.append(trouble)

    other = threading.Thread(target=run)
    other.start()
    with db.engine.connect() as onlooker:
        while other.is_alive() and not onlooker.scalar(_WAITING):
            onlooker.rollback()
            other.join(0.01)
    yield
    session.commit()
    other.join(20)
    assert not other.is_alive()
    for trouble in troubles:
        raise trouble
