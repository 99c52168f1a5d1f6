"""The database is locked, or goes away, between a letter's last dot and its answer's row."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.extensions import db
from hrsite.outbox import tally
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter, states, while_in_the_air
from tests.outbox.smtp_server import mail_server
from tests.test_trust_trouble import prepare

Locked = Callable[[], None]
pytestmark = pytest.mark.usefixtures("clock")


@contextmanager
def refusals(then: Callable[[], object]) -> Iterator[list[str]]:
    """What the database would not do; the third time, something happens."""
    seen: list[str] = []

    def refused(context: ExceptionContext) -> None:
        seen.append(str(context.original_exception))
        if len(seen) == 3:
            then()

    event.listen(db.engine, "handle_error", refused)
    yield seen
    event.remove(db.engine, "handle_error", refused)


def nobody_has_two(app: Flask, session: Session, clock: Traveller, to: list[list[str]]) -> bool:
    """Also when all that may be tried again was."""
    for _ in range(3):
        clock.shift(16 * 60)
        look(app)
    assert states(session) == {"accepted": 3}
    assert tally.check(session) == {}
    return sorted(to) == [[reader] for reader in READERS]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_locked_database_makes_no_second_copy(
    app: Flask, session: Session, clock: Traveller, tmp_path: Path
) -> None:
    put_letter(session)
    prepare("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "hrsite.db", isolation_level=None, check_same_thread=False)
    with mail_server() as inbox, refusals(then=other.rollback) as refused:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, lambda: other.execute("BEGIN IMMEDIATE"))
        look(app)
        assert refused == ["database is locked"] * 3
        assert nobody_has_two(app, session, clock, [one.rcpt_tos for one in inbox.envelopes])
    other.close()


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_database_that_starts_anew_makes_no_second_copy(
    app: Flask, session: Session, clock: Traveller
) -> None:
    put_letter(session)
    throw_out = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    thrown_out: list[object] = []

    other = create_engine(db.engine.url)

    def start_anew() -> None:
        with other.connect() as line:
            thrown_out.extend(line.execute(throw_out))

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, start_anew)
        look(app)
        assert thrown_out
        assert nobody_has_two(app, session, clock, [one.rcpt_tos for one in inbox.envelopes])
    other.dispose()
