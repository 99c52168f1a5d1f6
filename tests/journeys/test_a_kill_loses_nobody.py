"""A worker is killed in the middle of an Issue: nobody is missed, and a double shows itself."""

import signal
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from tests.outbox.ledger import look, put_letter, rows, states
from tests.outbox.smtp_server import mail_server
from tests.trials import crash

READERS = [f"reader{number}@example.org" for number in range(200)]
KILLS = 3


def test_whoever_a_killed_worker_left_behind_gets_the_letter(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    outcome = crash.run(app, session, READERS, KILLS, tmp_path / "worker.log")
    assert outcome.keeps_the_promise(), outcome
    # The desk knows of each repeat: no reader has two copies without a row that says so.
    assert sum(row.repeat_count for row in rows(session)) >= outcome.repeats


def test_a_worker_told_to_stop_ends_politely_and_doubles_nothing(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        trial = crash.Trial(app, inbox, tmp_path / "worker.log")
        assert trial.run_until(20, signal.SIGTERM) == 0
        assert "sending" not in states(session)
        assert states(session)["accepted"] == len(inbox.envelopes) < len(READERS)
        look(app)
    assert sorted(to for to, _ in crash.identities(inbox)) == sorted(READERS)
    assert states(session) == {"accepted": len(READERS)}
