"""Returned mail is read from a Maildir, by IMAP and by pipe: each message once, none lost."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import doctor
from hrsite.outbox import mailboxes, returned
from hrsite.outbox.models import Delivery
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests.outbox import returned_mail
from tests.outbox.certificates import make_certificates
from tests.outbox.imap_server import Postbox, imap_server
from tests.outbox.ledger import READERS, put_letter, rows

Work = Callable[[], None]
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates that are good today, whatever the clock of a test says."""
    return make_certificates(tmp_path_factory.mktemp("imap")).parent


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


@pytest.fixture
def reports(app: Flask, session: Session, clock: Traveller) -> list[bytes]:
    """A report on a letter to Ada, and one on a letter to Bea."""
    copies = rows(session, put_letter(session, *READERS[:2]).id)
    return [returned_mail.status_report(path_of(copy)) for copy in copies]


def path_of(copy: Delivery) -> str:
    return return_paths().return_path_for(copy.id, letter_id_of(copy)) or ""


def maildir(app: Flask, folder: Path, *messages: bytes) -> Path:
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, octets in enumerate(messages):
        (folder / "new" / f"1780408800.{number}.host").write_bytes(octets)
    app.config["BOUNCE_MAILDIR"] = str(folder)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bounce_count(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(Bounce)).all())


def words_of(app: Flask, what: str) -> tuple[str, str]:
    return next((one.level, one.words) for one in doctor.examine(app) if one.what == what)


def imap_is(app: Flask, box: Postbox, folder: Path, **changes: object) -> None:
    app.config.update(
        {
            "BOUNCE_IMAP_SERVER": "127.0.0.1",
            "BOUNCE_IMAP_PORT": box.port,
            "BOUNCE_IMAP_USERNAME": "bounces",
            "BOUNCE_IMAP_PASSWORD": "letmein",
            "MAIL_CA_FILE": str(folder / "ca.pem"),
        }
        | changes
    )


def test_a_maildir_is_read_once_and_nothing_is_deleted(
    app: Flask, session: Session, work: Work, reports: list[bytes], tmp_path: Path,
    clock: Traveller,
) -> None:  # fmt: skip
    folder = maildir(app, tmp_path / "bounces", *reports, b"spam", b"")
    os.mkfifo(folder / "new" / "0.pipe")  # Whoever reads this one waits for ever.
    (folder / "new" / "1.link").symlink_to("/etc/passwd")
    work()
    assert bounce_count(session) == 2
    assert names(folder / "new") == ["0.pipe", "1.link"]
    assert names(folder / "cur") == [f"1780408800.{number}.host:2,S" for number in range(4)]
    clock.shift(MINUTE)
    work()
    assert bounce_count(session) == 2


def test_a_mailbox_is_looked_at_once_a_minute(
    app: Flask, session: Session, work: Work, reports: list[bytes], tmp_path: Path,
    clock: Traveller,
) -> None:  # fmt: skip
    folder = maildir(app, tmp_path / "bounces")
    work()
    (folder / "new" / "late").write_bytes(reports[0])
    work()
    assert bounce_count(session) == 0
    clock.shift(MINUTE)
    work()
    assert bounce_count(session) == 1


def test_a_mailbox_is_looked_at_though_the_clock_was_set_back(
    app: Flask, session: Session, work: Work, reports: list[bytes], tmp_path: Path,
    clock: Traveller,
) -> None:  # fmt: skip
    folder = maildir(app, tmp_path / "bounces")
    work()
    (folder / "new" / "late").write_bytes(reports[0])
    clock.shift(-60 * MINUTE)
    work()
    assert bounce_count(session) == 1


def test_a_mailbox_that_fails_is_asked_seldom_until_it_answers(
    app: Flask, session: Session, work: Work, reports: list[bytes], authority: Path,
    clock: Traveller,
) -> None:  # fmt: skip
    with imap_server(authority, Postbox(reports, hangs_up_at="LOGIN")) as box:
        imap_is(app, box, authority)
        for _ in range(11):
            work()
            clock.shift(MINUTE)
        assert sum("LOGIN" in command for command in box.commands) == 2
        box.hangs_up_at = ""
        clock.shift(10 * MINUTE)
        for _ in range(3):
            work()
            clock.shift(MINUTE)
        assert bounce_count(session) == 2
        assert sum("LOGIN" in command for command in box.commands) == 5


def test_imap_is_read_once_over_tls_and_only_marked(
    app: Flask, session: Session, work: Work, reports: list[bytes], authority: Path,
    clock: Traveller,
) -> None:  # fmt: skip
    with imap_server(authority, Postbox([*reports, b"spam"])) as box:
        imap_is(app, box, authority)
        work()
        assert bounce_count(session) == 2
        assert box.seen == {1, 2, 3}
        clock.shift(MINUTE)
        work()
        assert bounce_count(session) == 2
        assert words_of(app, "returned mail (imap)") == ("good", "can be read")
    assert not [command for command in box.commands if "DELETE" in command.upper()]


def test_a_line_that_breaks_after_the_result_is_kept_reads_twice_and_counts_once(
    app: Flask, session: Session, work: Work, reports: list[bytes], authority: Path,
    clock: Traveller,
) -> None:  # fmt: skip
    with imap_server(authority, Postbox(reports, hangs_up_at="STORE")) as box:
        imap_is(app, box, authority)
        work()
        assert (bounce_count(session), box.seen) == (1, set())
        box.hangs_up_at = ""
        clock.shift(11 * MINUTE)
        work()
        assert (bounce_count(session), box.seen) == (2, {1, 2})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"BOUNCE_IMAP_PASSWORD": "wrong"}, "does not take BOUNCE_IMAP_USERNAME"),
        ({"BOUNCE_IMAP_FOLDER": "Bounces"}, "has no folder"),
        ({"BOUNCE_IMAP_FOLDER": 'x" y'}, "plain letters"),
        ({"MAIL_CA_FILE": ""}, "cannot be read"),
        ({"BOUNCE_IMAP_PORT": 1}, "cannot be read"),
    ],
)
def test_a_mailbox_that_cannot_be_read_stalls_nothing_and_is_told_in_words(
    app: Flask, session: Session, work: Work, reports: list[bytes], authority: Path,
    clock: Traveller, changes: dict[str, object], words: str,
) -> None:  # fmt: skip
    with imap_server(authority, Postbox(reports)) as box:
        imap_is(app, box, authority, **changes)
        message = put_letter(session, READERS[2], key="issue/2")
        work()
        assert [row.state for row in rows(session, message.id)] == ["accepted"]
        assert bounce_count(session) == 0
        level, said = words_of(app, "returned mail (imap)")
        assert (level, words in said) == ("wrong", True)
        assert returned.troubles(session, ["imap"], our_clock.now()) == []
        clock.shift(61 * MINUTE)
        (told,) = returned.troubles(session, ["imap"], our_clock.now())
        assert words in told
        imap_is(app, box, authority, BOUNCE_IMAP_FOLDER="INBOX")
        work()
        session.rollback()
        assert returned.troubles(session, ["imap"], our_clock.now()) == []
    assert bounce_count(session) == 2


def test_a_missing_maildir_is_told_and_stalls_nothing(
    app: Flask, session: Session, work: Work, tmp_path: Path, clock: Traveller
) -> None:
    app.config["BOUNCE_MAILDIR"] = str(tmp_path / "nowhere")
    message = put_letter(session, READERS[0])
    work()
    assert [row.state for row in rows(session, message.id)] == ["accepted"]
    assert words_of(app, "returned mail (maildir)")[0] == "wrong"


def test_only_so_many_and_so_much_is_read_at_a_time(app: Flask, tmp_path: Path) -> None:
    messages = [b"x" * 300_000, *[b""] * 250]
    box = mailboxes.Maildir(maildir(app, tmp_path / "bounces", *messages))
    read = [octets for _, octets in box.unread()]
    assert len(read) == mailboxes.MOST_MESSAGES
    assert max(map(len, read)) == 64 * 1024


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_message_that_somebody_else_has_taken_keeps_none_of_the_others(
    app: Flask, tmp_path: Path
) -> None:
    folder = maildir(app, tmp_path / "bounces", b"one", b"two", b"three")
    reading = mailboxes.Maildir(folder).unread()
    first, _ = next(reading)
    taken = sorted(path.name for path in (folder / "new").iterdir() if path.name != first)[0]
    (folder / "new" / taken).rename(folder / "cur" / f"{taken}:2,S")
    assert len(list(reading)) == 1


def pipe(app: Flask, octets: bytes, *recipients: str, **changes: str) -> int:
    """Run the command as a mail server would; its exit status."""
    settings = {
        "HRSITE_MODE": "development",
        "HRSITE_ENV_FILE": "",
        "DATA_DIR": str(app.config["DATA_DIR"]),
        "DATABASE_URL": app.config["DATABASE_URL"],
        "SECRET_KEY": app.config["SECRET_KEY"],
        "ADDRESS_KEY": app.config["ADDRESS_KEY"],
        "MAIL_BOUNCE_ADDRESS": "bounces@example.com",
    }
    command = [sys.executable, "-m", "hrsite.cli", "bounce", *recipients]
    done = subprocess.run(  # noqa: S603 - our own command
        command,
        input=octets,
        env=os.environ | settings | changes,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode


def test_a_mail_server_pipes_a_report_in(app: Flask, session: Session) -> None:
    (copy,) = rows(session, put_letter(session, READERS[0]).id)
    report = returned_mail.status_report("bounces@example.com") + b"x" * 1_000_000
    assert pipe(app, report, path_of(copy)) == 0
    assert bounce_count(session) == 1
    assert pipe(app, b"spam") == 0


@pytest.mark.parametrize("number", ["2147483648", "9999999999999999999"])
def test_a_return_path_with_a_number_that_no_copy_has_is_nobody_s(
    app: Flask, session: Session, number: str
) -> None:
    made_up = f"bounces+{number}.{'a' * 16}@example.com"
    assert pipe(app, returned_mail.status_report(made_up), made_up) == 0
    assert bounce_count(session) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_mail_server_keeps_it_while_the_database_is_away(app: Flask) -> None:
    away = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"
    assert pipe(app, b"spam", DATABASE_URL=away) == 75
