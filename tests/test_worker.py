"""A worker ends, whatever became of the database since it last looked."""

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from hrsite import clock, worker
from hrsite.extensions import db, only_reads
from hrsite.outbox import presence


def take_leave(app: Flask) -> None:
    token = only_reads.set(False)
    try:
        worker.take_leave(app)
    finally:
        only_reads.reset(token)


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_worker_that_ends_after_the_database_started_anew_says_so(
    app: Flask, session: Session
) -> None:
    worker.announce(app)
    session.rollback()
    other = create_engine(db.engine.url)
    with other.connect() as line:
        line.execute(
            text(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()
    take_leave(app)
    assert not presence.look(session, clock.now()).is_here


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_worker_ends_without_a_word_when_the_database_does_not_hear_it(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    session.execute(text("DROP TABLE workers"))
    session.commit()
    take_leave(app)
    assert "goodbye_not_heard" in caplog.text
