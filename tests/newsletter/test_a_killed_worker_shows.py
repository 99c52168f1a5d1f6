"""A worker that was killed is missed on the desk: a real process, and a real kill."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.outbox import presence
from tests import factories
from tests.conftest import SECRET
from tests.running_site import until


def test_a_killed_worker_is_missed_after_a_while_on_every_page_that_speaks_of_mail(
    app: Flask, session: Session
) -> None:
    coach = factories.sign_in(app.test_client(), factories.make_account(session))
    process = subprocess.Popen(
        [sys.executable, "-m", "hrsite.cli", "worker"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ
        | {
            "HRSITE_MODE": "development",
            "DATA_DIR": str(app.config["DATA_DIR"]),
            "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
            "SECRET_KEY": SECRET,
            "ADDRESS_KEY": SECRET,
        },
    )

    def is_here() -> bool:
        session.rollback()
        return presence.look(session, clock.now()).is_here

    try:
        assert until(is_here)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    pages = ("/desk/", "/desk/letters/", "/desk/issues", f"/desk/issues/{issue.id}")
    session.rollback()
    seen_at = presence.look(session, clock.now()).seen_at
    assert seen_at is not None
    for page in pages:
        assert "Not sending" not in coach.get(page).text
    with time_machine.travel(seen_at + timedelta(minutes=12, seconds=5), tick=False):
        for page in pages:
            assert "Not sending: worker last seen 12 minutes ago." in coach.get(page).text, page
