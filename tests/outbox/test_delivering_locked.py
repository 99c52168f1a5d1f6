"""What may stand in the way between a letter's last dot and the row that says how it went."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import markfile
from hrsite.extensions import db
from hrsite.outbox import (
    claiming,
    delivering,
    forgetting,
    instance,
    permits,
    presence,
    settling,
    tally,
)
from hrsite.outbox.recording import Result, record
from hrsite.outbox.retrying import Answer
from tests.outbox.ledger import (
    READERS,
    claim_and_die,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
    while_in_the_air,
)
from tests.outbox.smtp_server import mail_server
from tests.test_trust_trouble import prepare

Locked = Callable[[], None]
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def other(app: Flask, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody else who writes to SQLite's file, for whom nobody waits long."""
    prepare("PRAGMA busy_timeout = 20")
    line = sqlite3.connect(tmp_path / "hrsite.db", isolation_level=None, check_same_thread=False)
    yield line
    line.close()


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
    copies = rows(session)
    assert states(session) == {"accepted": len(copies)}
    assert tally.check(session) == {}
    return sorted(to) == sorted([copy.address] for copy in copies)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_locked_database_makes_no_second_copy(
    app: Flask, session: Session, clock: Traveller, other: sqlite3.Connection
) -> None:
    put_letter(session)
    with mail_server() as inbox, refusals(then=other.rollback) as refused:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, lambda: other.execute("BEGIN IMMEDIATE"))
        look(app)
        assert refused == ["database is locked"] * 3
        assert nobody_has_two(app, session, clock, [one.rcpt_tos for one in inbox.envelopes])


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("old_seconds", "seen_to"), [(60.0, 4), (0.0, 3)])
def test_letters_under_way_are_seen_to_while_somebody_else_writes_until_answers_are_old(
    app: Flask,
    session: Session,
    clock: Traveller,
    other: sqlite3.Connection,
    monkeypatch: pytest.MonkeyPatch,
    old_seconds: float,
    seen_to: int,
) -> None:
    put_letter(session, *READERS, "dora@example.org")
    monkeypatch.setattr(delivering, "OLD_ANSWER_SECONDS", old_seconds)
    monkeypatch.setattr(permits, "WAITING_SECONDS", 600.0)
    arrived: list[int] = []

    def end_writing() -> None:
        arrived.append(len(inbox.envelopes))
        other.rollback()

    with mail_server() as inbox, refusals(then=end_writing) as refused:
        mail_goes_to(app, inbox.port, MAIL_IN_FLIGHT=3, MAIL_CONNECTIONS=1)
        # The first goes alone: only then is the server known to be quick.
        while_in_the_air(inbox, lambda: other.execute("BEGIN IMMEDIATE"), after=1)
        look(app)
        # Two answers are enough to write down; the fourth letter is half told by then.
        assert arrived == [seen_to]
        assert refused == ["database is locked"] * 3
        assert nobody_has_two(app, session, clock, [one.rcpt_tos for one in inbox.envelopes])


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_letter_under_way_is_seen_to_when_the_next_cannot_be_let_go(
    app: Flask, session: Session, clock: Traveller, other: sqlite3.Connection
) -> None:
    """With a pace there is room for the next while one is in the air, and no answer yet."""
    put_letter(session)
    tried = threading.Event()
    event.listen(db.engine, "handle_error", lambda trouble: tried.set())

    def lock_until_tried() -> None:
        other.execute("BEGIN IMMEDIATE")
        tried.wait(20)
        other.rollback()

    with mail_server() as inbox:
        # A pace at which the next has its turn while the server still waits.
        mail_goes_to(app, inbox.port, MAIL_IN_FLIGHT=3, MAIL_CONNECTIONS=2, MAIL_PACE=5.0)
        while_in_the_air(inbox, lock_until_tried)
        look(app)
        assert nobody_has_two(app, session, clock, [one.rcpt_tos for one in inbox.envelopes])


def test_a_full_disk_takes_no_answer_with_it(
    app: Flask, session: Session, clock: Traveller, tmp_path: Path
) -> None:
    put_letter(session)
    lock = tmp_path / f"{markfile.NAME}.lock"

    def break_the_mark() -> None:
        lock.unlink()
        lock.mkdir()  # As good as a full disk: nobody can open it to write.
        clock.shift(instance.FRESH + timedelta(seconds=1))

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, break_the_mark)
        look(app)
        assert states(session) == {"accepted": 1, "queued": 2}
        with pytest.raises(OSError, match="directory"):
            look(app)
        lock.rmdir()
        look(app)
        assert nobody_has_two(app, session, clock, [one.rcpt_tos for one in inbox.envelopes])


def test_a_worker_that_waits_for_a_slow_server_is_not_called_gone(
    app: Flask, session: Session, clock: Traveller
) -> None:
    put_letter(session)
    has_written = threading.Event()
    worker = threading.current_thread()
    seen: list[bool] = []

    def note(*line: object) -> None:
        if threading.current_thread() is worker:
            has_written.set()

    def is_here() -> bool:
        has_written.clear()
        with app.app_context():
            return presence.look(db.session(), our_clock.now()).is_here

    def take_four_minutes() -> None:
        clock.shift(timedelta(minutes=4))
        event.listen(db.engine, "checkin", note)
        while not is_here() and has_written.wait(20):
            pass
        seen.append(is_here())

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, take_four_minutes)
        look(app)
    assert seen == [True]


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


def test_a_late_answer_about_somebody_erased_since_takes_no_other_answer_with_it(
    app: Flask, session: Session
) -> None:
    put_letter(session)
    sent = claim_and_die(session, most=3)
    settling.settle(session, our_clock.now() + 2 * claiming.LEASE, session.commit)
    session.commit()
    forgetting.forget_of(session, rows(session)[0].recipient_id)
    session.commit()
    taken = Answer("accepted", "reply", 250, "2.0.0", "2.0.0 kept")
    record(session, [Result(one, taken) for one in sent], our_clock.now())
    session.commit()
    assert states(session) == {"accepted": 2}
    assert tally.check(session) == {}
