"""What time alone decides is decided at every look, however many letters wait."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db, only_reads
from hrsite.outbox import settling
from tests.outbox.ledger import put_letter


def work_of(app: Flask) -> int:
    """How many instructions SQLite carries out to settle what there is."""
    done: list[int] = []
    token = only_reads.set(False)
    with app.app_context():
        line = db.session.connection().connection.driver_connection
        assert line is not None
        line.set_progress_handler(lambda: done.append(1), 1)
        settling.settle(db.session(), our_clock.now(), db.session().commit)
        line.set_progress_handler(None, 1)
        db.session.rollback()
    only_reads.reset(token)
    return len(done)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("database", ["sqlite"])
def test_a_look_at_many_letters_that_wait_is_as_little_work_as_one_at_few(
    app: Flask, session: Session
) -> None:
    readers = [f"reader{number}@example.org" for number in range(300)]
    put_letter(session, *readers[:3])
    put_letter(session, *readers[:3], key="issue/2")
    few = work_of(app)
    put_letter(session, *readers, key="issue/3")
    assert work_of(app) < 2 * few
