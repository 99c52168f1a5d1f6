"""A worker is killed in the middle of an Issue: nobody is missed, and a double shows itself."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.config import PROJECT
from hrsite.outbox.models import DeliveryState
from tests.conftest import SECRET
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import Inbox, mail_server

READERS = [f"reader{number}@example.org" for number in range(200)]
KILLS = 3


class Trial:
    """Real worker processes against a real mail server that can end them at a given letter."""

    def __init__(self, app: Flask, inbox: Inbox, log: Path) -> None:
        mail_goes_to(app, inbox.port)
        self.environment = os.environ | {
            "HRSITE_MODE": "development",
            "DATA_DIR": str(app.config["DATA_DIR"]),
            "DATABASE_URL": app.config["DATABASE_URL"],
            "QUEUE_URL": "",
            "BASE_URL": "http://localhost",
            "SECRET_KEY": SECRET,
            "ADDRESS_KEY": SECRET,
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(inbox.port),
            "MAIL_USE_TLS": "false",
        }
        self.inbox, self.log = inbox, log
        self.when: Callable[[], bool] = lambda: False
        self.by = signal.SIGKILL
        self.worker: subprocess.Popen[bytes] | None = None
        inbox.handle_DATA = self.handle_data  # type: ignore[method-assign]

    async def handle_data(self, server: Any, session: Any, envelope: Any) -> str:
        self.inbox.envelopes.append(envelope)
        if self.worker and self.when():
            self.worker.send_signal(self.by)
        return "250 2.0.0 kept"

    def run_until(self, letter_count: int, by: signal.Signals) -> int:
        """Run a worker, end it while that letter is in the air, and return its exit code."""
        self.by = by
        self.when = lambda: len(self.inbox.envelopes) == letter_count
        command = [sys.executable, "-m", "hrsite.cli", "worker"]
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment, stdout=log, stderr=log
            )
            try:
                return self.worker.wait(120)
            finally:
                self.worker.kill()
                self.worker.wait()


def let_time_pass(session: Session) -> None:
    """As if a quarter of an hour had gone by since the last worker died."""
    for row in rows(session):
        if row.lease_until:
            row.lease_until = clock.now() - timedelta(seconds=1)
        if row.state == DeliveryState.UNCERTAIN and row.next_at:
            row.next_at = clock.now()
    session.commit()


def identities(inbox: Inbox) -> list[tuple[str, bytes]]:
    """Each letter that arrived: to whom, and its Message-ID."""
    found = []
    for envelope in inbox.envelopes:
        lines = bytes(envelope.content or b"").split(b"\r\n")
        (message_id,) = [line for line in lines if line.startswith(b"Message-ID:")]
        found.append((envelope.rcpt_tos[0], message_id))
    return found


def test_whoever_a_killed_worker_left_behind_gets_the_letter(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    put_letter(session, *READERS)
    moments = sorted(random.sample(range(5, len(READERS) - 5), KILLS))
    with mail_server() as inbox:
        trial = Trial(app, inbox, tmp_path / "worker.log")
        for moment in moments:
            assert trial.run_until(moment, signal.SIGKILL) == -signal.SIGKILL
            let_time_pass(session)
        for _ in range(3):
            look(app)
            let_time_pass(session)
    letters = identities(inbox)
    doubled = [reader for reader, count in Counter(to for to, _ in letters).items() if count > 1]
    assert {to for to, _ in letters} == set(READERS), moments
    assert len(letters) - len(READERS) <= KILLS, moments
    # Who has it twice can see it is the same: both copies have one Message-ID.
    assert len(set(letters)) == len(READERS), (moments, doubled)
    assert states(session) == {"accepted": len(READERS)}
    assert sum(row.repeat_count for row in rows(session)) == len(doubled)


def test_a_worker_told_to_stop_ends_politely_and_doubles_nothing(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        trial = Trial(app, inbox, tmp_path / "worker.log")
        assert trial.run_until(20, signal.SIGTERM) == 0
        assert "sending" not in states(session)
        assert states(session)["accepted"] == len(inbox.envelopes) < len(READERS)
        look(app)
    assert sorted(to for to, _ in identities(inbox)) == sorted(READERS)
    assert states(session) == {"accepted": len(READERS)}
