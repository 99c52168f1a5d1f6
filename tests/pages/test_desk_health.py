"""The desk's health page: each thing with its mark, and why mail does not go."""

import re
import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import pausing, presence, troubles
from hrsite.pages import health_lines
from tests import factories
from tests.outbox.ledger import READERS, answer_to, look, mail_goes_to, put_letter
from tests.outbox.smtp_server import DROP, RawServer, mail_server

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
LINE = re.compile(
    r'<span class="mark \w*">(.*?)</span>\s*<strong>(.*?)</strong>.*?small">(.*?)</p>', re.S
)


def found(coach: FlaskClient) -> dict[str, tuple[str, str]]:
    """Each line of the page: its mark, and what it says."""
    answer = coach.get("/desk/health")
    assert answer.status_code == 200
    return {what: (mark.strip(), words) for mark, what, words in LINE.findall(answer.text)}


def time_goes_by(coach: FlaskClient, clock: time_machine.Traveller) -> None:
    """An hour and twenty minutes, in which she looks now and then and stays signed in."""
    for _ in range(4):
        clock.shift(timedelta(minutes=20))
        coach.get("/desk/health")


def make_worker(session: Session) -> None:
    presence.refresh(session, "one", our_clock.now())
    session.commit()


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient) -> None:
    assert client.get("/desk/health").location.startswith("/desk/sign-in")
    assert "No letter was sent" not in client.post("/desk/health/try").text


def test_with_all_in_order_nothing_needs_a_look(session: Session, coach: FlaskClient) -> None:
    make_worker(session)
    said = found(coach)
    assert {mark for mark, _ in said.values()} == {"OK", "Good to know"}
    assert "Tuesday 2 June 2026 at 10:00\u00a0am" in said["Mail worker"][1]
    assert said["Waiting letters"][1] == "No letter waits."
    assert said["Failed letters"][1] == "None failed in the last 7 days."
    assert "has not taken a letter yet" in said["Last letter taken"][1]
    assert "up to date" in said["Database"][1]
    assert "no backups by itself" in said["Backup"][1]
    assert said["Software"][1].startswith("hrsite ")
    page = coach.get("/desk/health").text
    assert "so nobody gets them" in page
    assert "There is none to try" in page


def test_a_silent_worker_is_told_with_since_when(
    session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    assert found(coach)["Mail worker"][0] == "Look at this"
    make_worker(session)
    assert found(coach)["Mail worker"][0] == "OK"
    time_goes_by(coach, clock)
    mark, words = found(coach)["Mail worker"]
    assert mark == "Look at this"
    assert "10:00\u00a0am, Toronto time (80 minutes ago); since then mail waits." in words
    assert "1 thing needs a look" in coach.get("/desk/health").text


def test_every_not_sending_leads_to_the_health_page(coach: FlaskClient) -> None:
    for page in ("/desk/", "/desk/letters/", "/desk/issues"):
        main = coach.get(page).text.partition("<main")[2]
        assert "Not sending" in main or "no worker has run" in main
        assert 'href="/desk/health"' in main


def test_the_last_letter_taken_is_told_with_its_issue(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, READERS[0])
    factories.make_post(session, title="Small <steps>", send_to_readers=True)
    factories.open_issues(session)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
        mark, words = found(coach)["Last letter taken"]
        assert mark == "OK"
        assert "Tuesday 2 June 2026 at 10:00\u00a0am" in words
        assert "“Small &lt;steps&gt;”" in words
        time_goes_by(coach, clock)
        put_letter(session, READERS[0], key="confirm/1", stream="transactional")
        assert look(app) == 1
    words = found(coach)["Last letter taken"][1]
    assert "Tuesday 2 June 2026 at 11:20\u00a0am" in words
    assert "a letter to one person" in words


def test_letters_that_wait_too_long_are_told_with_the_oldest(
    session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    assert found(coach)["Waiting letters"][0] == "OK"
    time_goes_by(coach, clock)
    put_letter(session, READERS[0], key="issue/2")
    mark, words = found(coach)["Waiting letters"]
    assert mark == "Look at this"
    assert words == "4 letters wait to go out. The oldest could have gone out 80 minutes ago."


def test_failed_letters_are_counted_by_reason_for_seven_days(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: "550 5.1.1 nobody", READERS[1]: "550 5.1.1 nobody"})
        mail_goes_to(app, inbox.port)
        look(app)
    mark, words = found(coach)["Failed letters"]
    assert mark == "Good to know"
    assert words == "2 letters failed in the last 7 days. 2: There is no such mailbox."
    put_letter(session, READERS[2], key="issue/2")
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        look(app)
    mark, words = found(coach)["Failed letters"]
    assert mark == "Look at this"
    assert words.startswith("3 letters failed")
    assert "nobody knows whether the mail service has it" in words
    clock.shift(timedelta(days=7))
    later = {line.what: line for line in health_lines.lines(app, session, our_clock.now())}
    assert later["Failed letters"].words == "None failed in the last 7 days."


def test_what_is_stopped_or_goes_wrong_again_and_again_is_told(
    session: Session, coach: FlaskClient
) -> None:
    message = put_letter(session, READERS[0])
    pausing.pause(message, "A mail setting is wrong: no such server", our_clock.now())
    session.commit()
    assert found(coach)["Stopped"][0] == "Look at this"
    troubles.tell(session, "numbers", {"1": "KeyError"}, our_clock.now())
    session.commit()
    assert "do not add up" in coach.get("/desk/health").text


@ON_SQLITE
def test_mail_settings_are_told_and_never_a_password(app: Flask, coach: FlaskClient) -> None:
    with RawServer() as server:
        app.config.update(
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=server.port,
            MAIL_USERNAME="coach",
            MAIL_PASSWORD="sesame",  # noqa: S106 - only for this test
            MAIL_USE_TLS=False,
            MAIL_SENDER="post@example.org",
            MAIL_ISSUE_SENDER="news@example.org",
        )
        mark, words = found(coach)["Mail settings"]
        # Reading the page asks nobody.
        assert server.connections == 0
    assert mark == "Look at this"
    assert "not encrypted" in words
    assert "from post@example.org or news@example.org." in words
    assert "sesame" not in coach.get("/desk/health").text


@ON_SQLITE
def test_trying_the_mail_service_says_in_words_how_it_went(app: Flask, coach: FlaskClient) -> None:
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        answer = coach.post("/desk/health/try", follow_redirects=True)
        assert f"127.0.0.1:{inbox.port} answers. No letter was sent." in answer.text
        assert inbox.envelopes == []
    assert "answers. No letter" not in coach.get("/desk/health").text
    answer = coach.post("/desk/health/try", follow_redirects=True)
    assert "That did not work. 127.0.0.1" in answer.text
    assert "refused the connection" in answer.text


@ON_SQLITE
def test_without_a_mail_service_trying_says_so(coach: FlaskClient) -> None:
    answer = coach.post("/desk/health/try", follow_redirects=True)
    assert "nobody gets them. No letter was sent." in answer.text


@ON_SQLITE
def test_a_disk_that_is_nearly_full_needs_a_look(
    coach: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=12_000_000))
    mark, words = found(coach)["Disk"]
    assert mark == "Look at this"
    assert words.startswith("12 MB free in ")
    assert "nothing more can be saved" in words


@ON_SQLITE
def test_a_fault_in_one_look_hides_no_other(
    app: Flask, coach: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        raise ValueError("no such thing")

    monkeypatch.setattr(shutil, "disk_usage", broken)
    said = found(coach)
    assert said["Disk"] == (
        "Look at this",
        "Could not be looked at (ValueError: no such thing).",
    )
    assert said["Software"][0] == "OK"
