"""The crash trial: end workers while a letter goes out to many, and count what each reader got.

`make trial-crash READERS=10000 KILLS=200` runs it at length and exits non-zero when the promise
broke; a bounded one runs with the tests.
"""

import logging
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from hrsite import clock, create_app
from hrsite.config import PROJECT
from hrsite.extensions import db, only_reads
from hrsite.outbox.models import Delivery, DeliveryState
from tests import databases
from tests.conftest import SECRET, settings_for
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import Inbox, mail_server

# Where in a letter a worker is killed: it has named the reader; the letter is whole and waits for
# its reply; the reply is on its way back.
MOMENTS = ("rcpt", "air", "reply")
LONGEST_SECONDS = 600
IN_FLIGHT = 1


class Trial:
    """Real worker processes against a real mail server that ends them at a given letter."""

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
        self.worker: subprocess.Popen[bytes] | None = None
        self.end: Callable[[str], None] = lambda moment: None
        inbox.handle_RCPT = self.handle_rcpt  # type: ignore[attr-defined]
        inbox.handle_DATA = self.handle_data  # type: ignore[method-assign]

    async def handle_rcpt(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        self.end("rcpt")
        return "250 2.1.5 known"

    async def handle_data(self, server: Any, session: Any, envelope: Any) -> str:
        self.inbox.envelopes.append(envelope)
        self.end("air")
        server.loop.call_soon(self.end, "reply")
        return "250 2.0.0 kept"

    def run_until(self, letter_count: int, by: signal.Signals, at: str = "air") -> int:
        """Run a worker and end it at that letter, at that moment of it; its exit code."""

        def end(moment: str) -> None:
            if self.worker and moment == at and len(self.inbox.envelopes) >= letter_count:
                self.worker.send_signal(by)

        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "hrsite.cli", "worker"],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
            self.end = end
            try:
                return self.worker.wait(LONGEST_SECONDS)
            finally:
                self.end = lambda moment: None
                self.worker.kill()
                self.worker.wait()


@dataclass(frozen=True)
class Outcome:
    """What every reader got in the end."""

    readers: int
    # Got nothing, and the desk does not say so either.
    missed: int
    duplicates: int
    # Second copies that do not say they are the same letter.
    strange: int
    kills: int
    accepted: int
    # In the air twice when a worker died: not repeated again, and told to the coach.
    not_known: int
    repeats: int

    def keeps_the_promise(self) -> bool:
        """Nobody missed, no more doubles than letters in the air, each with one Message-ID."""
        return (
            self.missed == 0
            and self.duplicates <= self.kills * IN_FLIGHT
            and self.strange == 0
            and self.accepted + self.not_known == self.readers
        )

    def __str__(self) -> str:
        return (
            f"readers {self.readers} missed {self.missed} duplicates {self.duplicates}"
            f" in flight {IN_FLIGHT} kills {self.kills} accepted {self.accepted}"
            f" not known {self.not_known}"
        )


def run(app: Flask, session: Session, readers: list[str], kills: int, log: Path) -> Outcome:
    """Kill `kills` workers at random letters and moments, let one finish, and count."""
    put_letter(session, *readers)
    numbers = sorted(random.sample(range(1, len(readers) - 1), kills))
    with mail_server() as inbox:
        trial = Trial(app, inbox, log)
        for number in numbers:
            code = trial.run_until(number, signal.SIGKILL, random.choice(MOMENTS))
            assert code == -signal.SIGKILL, f"the worker ended by itself; see {log}"
            let_time_pass(session)
        for _ in range(3):
            look(app)
            let_time_pass(session)
    return _counted(session, inbox, readers, kills)


def let_time_pass(session: Session) -> None:
    """As if a quarter of an hour had gone by since the last worker died."""
    now = clock.now()
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.SENDING)
        .values(lease_until=now - timedelta(seconds=1))
    )
    session.execute(
        update(Delivery)
        .where(Delivery.state == DeliveryState.UNCERTAIN, Delivery.next_at.is_not(None))
        .values(next_at=now)
    )
    session.commit()


def identities(inbox: Inbox) -> list[tuple[str, bytes]]:
    """Each letter that arrived: to whom, and its Message-ID."""
    found = []
    for envelope in inbox.envelopes:
        lines = bytes(envelope.content or b"").split(b"\r\n")
        (message_id,) = [line for line in lines if line.startswith(b"Message-ID:")]
        found.append((envelope.rcpt_tos[0], message_id))
    return found


def _counted(session: Session, inbox: Inbox, readers: list[str], kills: int) -> Outcome:
    letters = identities(inbox)
    copies = Counter(reader for reader, _ in letters)
    not_known = {row.address for row in rows(session) if row.state == DeliveryState.UNCERTAIN}
    return Outcome(
        readers=len(readers),
        missed=len(set(readers) - set(copies) - not_known),
        duplicates=len(letters) - len(copies),
        strange=len(set(letters)) - len(copies),
        kills=kills,
        accepted=states(session)["accepted"],
        not_known=len(not_known),
        repeats=sum(1 for count in copies.values() if count > 1),
    )


def main() -> None:
    """Run it as READERS, KILLS and DATABASE (sqlite or postgresql) say, and print one last line."""
    count, kills = int(os.environ["READERS"]), int(os.environ["KILLS"])
    logging.disable(logging.INFO)  # The mail server tells of every connection.
    with tempfile.TemporaryDirectory() as folder:
        data, changes = Path(folder), {}
        if os.environ["DATABASE"] == "postgresql":
            changes["DATABASE_URL"] = databases.create_database("trial")
        app = create_app(settings_for(data, **changes))
        with app.app_context():
            flask_migrate.upgrade()
            readers = [f"reader{number}@example.org" for number in range(count)]
            only_reads.set(True)  # Looking must not hold the write lock that the workers need.
            outcome = run(app, db.session(), readers, kills, data / "worker.log")
            db.session.remove()
            db.engine.dispose()
    print(outcome)
    sys.exit(not outcome.keeps_the_promise())


if __name__ == "__main__":
    main()
