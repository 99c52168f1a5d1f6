"""`hrsite issues` and `hrsite issues watch`: what they say, and the exit code to trust."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import cli
from hrsite.newsletter.models import Issue
from hrsite.outbox import pausing, presence
from tests import factories
from tests.conftest import SECRET
from tests.outbox.ledger import READERS, look
from tests.running_site import until

Run = Callable[..., Result]
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *words: app.test_cli_runner().invoke(cli.issues, words, catch_exceptions=False)


@pytest.fixture
def issue(session: Session) -> Issue:
    presence.announce(session, "one", our_clock.now())
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, title="Small steps", send_to_readers=True)
    (issue,) = factories.open_issues(session)
    return issue


def test_the_list_tells_each_issue_with_its_numbers(app: Flask, run: Run, issue: Issue) -> None:
    assert f"{issue.id:>4}  Small steps" in run().output
    assert "0 of 3 accepted, 3 waiting." in run().output
    look(app)
    assert "3 of 3 accepted." in run().output


def test_without_issues_it_says_so(run: Run) -> None:
    assert run().output == "No Issue has gone out yet.\n"


@pytest.mark.parametrize("number", ["7", "99999999999999999999"])
def test_watching_what_is_not_there_says_so_however_large_its_number(run: Run, number: str) -> None:
    said = run("watch", number)
    assert (said.exit_code, "There is no such Issue" in said.output) == (1, True)


def test_watching_what_is_done_ends_with_0(app: Flask, run: Run, issue: Issue) -> None:
    look(app)
    for words in (("watch",), ("watch", str(issue.id))):
        said = run(*words)
        assert (said.exit_code, said.output) == (0, "3 of 3 accepted.\n")


def test_watching_what_has_stopped_ends_with_1_and_the_reason(
    session: Session, run: Run, issue: Issue
) -> None:
    pausing.pause(issue.message, "The password is wrong.", our_clock.now())
    session.commit()
    said = run("watch")
    assert said.exit_code == 1
    assert "Stopped: The password is wrong. 0 of 3 accepted, 3 waiting." in said.output


@pytest.mark.parametrize("words", [("watch", "77"), ("watch",)])
def test_an_issue_that_is_not_there_ends_with_1(run: Run, words: tuple[str, ...]) -> None:
    said = run(*words)
    assert said.exit_code == 1
    assert "There is no such Issue" in said.stderr


def test_it_watches_until_the_worker_is_done_and_holds_up_nobody(
    app: Flask, run: Run, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The worker works while the watcher waits: it must find the database free.
    monkeypatch.setattr(cli.time, "sleep", lambda seconds: look(app))
    said = run("watch")
    assert said.exit_code == 0
    assert said.output == "Small steps: 0 of 3 accepted, 3 waiting.\n3 of 3 accepted.\n"


def test_without_a_worker_the_watcher_is_told(
    app: Flask, session: Session, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_subscriber(session)
    factories.make_post(session, title="Alone", send_to_readers=True)
    factories.open_issues(session)
    monkeypatch.setattr(cli.time, "sleep", lambda seconds: look(app))
    assert "Alone: Not sending: no worker has run yet. 0 of 1 accepted" in run("watch").output


@ON_SQLITE
def test_on_a_terminal_a_bar_grows_and_ctrl_c_leaves_quietly(
    app: Flask, session: Session, issue: Issue, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hrsite.cli", "issues", "watch"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ
        | {
            "HRSITE_MODE": "development",
            "DATA_DIR": str(tmp_path),
            "SECRET_KEY": SECRET,
            "ADDRESS_KEY": SECRET,
            "TERM": "xterm",
        },
        start_new_session=True,
    )
    os.close(theirs)
    said = bytearray()

    def has_drawn() -> bool:
        said.extend(os.read(ours, 4096))
        return b"0/3" in said

    try:
        assert until(has_drawn)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"Small steps" in said
    assert b"Traceback" not in said
    assert b"Aborted" not in said
