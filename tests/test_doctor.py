"""The doctor: each thing it looks at, well and ill, and never a fault that hides the next."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import create_app, doctor
from hrsite.extensions import db
from tests import factories
from tests.conftest import AppMaker, settings_for
from tests.outbox.certificates import make_certificates, server_shield
from tests.outbox.smtp_server import RawServer, mail_server

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])


def found(app: Flask) -> dict[str, tuple[str, str]]:
    return {one.what: (one.level, one.words) for one in doctor.examine(app)}


def test_a_site_in_order_has_nothing_wrong(
    app: Flask, session: Session, clock: time_machine.Traveller, work: Callable[[], None]
) -> None:
    factories.make_account(session)
    work()
    said = found(app)
    assert {level for level, _ in said.values()} == {"good"}
    assert set(said) == {"settings", "time zone", "disk", "database", "queue", "mail", "worker"}
    assert "Toronto" in said["time zone"][1]
    assert "up to date" in said["database"][1]


@ON_SQLITE
def test_what_was_never_set_is_pointed_out(make_app: AppMaker) -> None:
    said = found(make_app(SITE_NAME="My site", COACH_NAME="Your coach"))
    assert said["SITE_NAME"][0] == said["COACH_NAME"][0] == "careful"
    assert said["owner"] == ("careful", "nobody can sign in yet; run: hrsite owner reset")
    assert said["worker"][0] == "careful"


@ON_SQLITE
def test_a_worker_that_fell_silent_is_pointed_out(
    app: Flask, session: Session, clock: time_machine.Traveller, work: Callable[[], None]
) -> None:
    work()
    clock.shift(3600)
    level, words = found(app)["worker"]
    assert level == "careful"
    assert "last seen Tuesday 2 June 2026" in words


def test_before_the_first_start_nothing_is_wrong(
    empty_app: Flask,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty_app.config.update(READY_FILES=str(tmp_path), TRUSTED_PROXIES=1)
    said = found(empty_app)
    assert said["database"] == ("careful", "empty; the first start makes its tables")
    assert said["queue"][0] == "good"
    assert "wrong" not in {level for level, _ in said.values()}
    # No table is asked for: each that is missing would be told with all that was going on.
    assert "no such table" not in "".join(capsys.readouterr())


@ON_SQLITE
def test_an_sqlite_that_is_too_old_is_wrong(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    level, said = found(app)["database"]
    assert level == "wrong"
    assert "needs 3.35 or newer" in said


@pytest.mark.parametrize(("version", "words"), [("0001", "older"), ("9999", "newer")])
def test_a_database_of_another_version_is_wrong(app: Flask, version: str, words: str) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})
        db.session.commit()
    level, said = found(app)["database"]
    assert level == "wrong"
    assert words in said


@pytest.mark.parametrize("url", ["postgresql+psycopg://me:sesame@/none?host=/nowhere",
                                 "sqlite:////nowhere/at/all.db"])  # fmt: skip
def test_a_database_that_cannot_be_reached_hides_nothing_else(tmp_path: Path, url: str) -> None:
    said = found(create_app(settings_for(tmp_path, DATABASE_URL=url)))
    assert said["database"][0] == "wrong"
    assert "sesame" not in said["database"][1]
    assert said["queue"][0] == said["mail"][0] == "good"


@ON_SQLITE
def test_a_key_that_does_not_open_the_addresses_is_wrong(
    make_app: AppMaker, app: Flask, session: Session
) -> None:
    factories.make_subscriber(session, "reader@example.org")
    assert "ADDRESS_KEY" not in found(app)
    level, words = found(make_app(ADDRESS_KEY="another-" * 5))["ADDRESS_KEY"]
    assert level == "wrong"
    assert "does not open the readers' addresses" in words


def test_a_queue_that_cannot_be_reached_is_wrong(make_app: AppMaker) -> None:
    app = make_app(QUEUE_URL="redis://:sesame@127.0.0.1:9/0")
    level, words = found(app)["queue"]
    assert level == "wrong"
    assert words.startswith("redis cannot be reached")
    assert "sesame" not in words


@ON_SQLITE
def test_a_broken_queue_file_is_wrong(app: Flask, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "queue.db") as queue:
        queue.execute("DROP TABLE task")
    queue.close()
    assert found(app)["queue"][0] == "wrong"


@ON_SQLITE
def test_a_disk_that_cannot_be_written_is_wrong(app: Flask, tmp_path: Path) -> None:
    app.config["DATA_DIR"] = tmp_path / "gone"
    level, words = found(app)["disk"]
    assert level == "wrong"
    assert "cannot write" in words


def with_mail(make_app: AppMaker, port: int, ca_file: Path, password: str = "sesame") -> Flask:
    return make_app(
        MAIL_SERVER="127.0.0.1",
        MAIL_PORT=port,
        MAIL_USE_TLS=True,
        MAIL_USERNAME="coach",
        MAIL_PASSWORD=password,
        MAIL_CA_FILE=str(ca_file),
        MAIL_REPLY_TO="coach@example.org",
        MAIL_TIMEOUT=5.0,
    )


@ON_SQLITE
def test_a_mail_server_that_takes_our_password_is_good(make_app: AppMaker, tmp_path: Path) -> None:
    authority = make_certificates(tmp_path / "keys")
    with mail_server(server_shield(tmp_path / "keys")) as inbox:
        level, words = found(with_mail(make_app, inbox.port, authority))["mail"]
    assert level == "good"
    assert "takes our name and password" in words
    assert inbox.logins == [(b"coach", b"sesame")]
    assert inbox.envelopes == []


@ON_SQLITE
def test_a_mail_server_that_refuses_our_password_is_wrong(
    make_app: AppMaker, tmp_path: Path
) -> None:
    authority = make_certificates(tmp_path / "keys")
    with mail_server(server_shield(tmp_path / "keys")) as inbox:
        level, words = found(with_mail(make_app, inbox.port, authority, "no-Zq7"))["mail"]
    assert level == "wrong"
    assert "(at auth)" in words
    assert "no-Zq7" not in words


@ON_SQLITE
def test_a_mail_server_nobody_vouches_for_is_wrong(make_app: AppMaker, tmp_path: Path) -> None:
    make_certificates(tmp_path / "keys")
    strangers = make_certificates(tmp_path / "others")
    with mail_server(server_shield(tmp_path / "keys")) as inbox:
        level, words = found(with_mail(make_app, inbox.port, strangers))["mail"]
    assert level == "wrong"
    assert "(at handshake)" in words
    assert inbox.logins == []


@ON_SQLITE
def test_a_mail_server_that_is_not_there_is_wrong(make_app: AppMaker) -> None:
    with RawServer() as server:
        port = server.port
    app = make_app(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_USE_TLS=False, MAIL_TIMEOUT=2.0)
    said = found(app)
    assert said["mail"][0] == "wrong"
    assert "(at connect)" in said["mail"][1]
    assert said["MAIL_REPLY_TO"][0] == "careful"


@ON_SQLITE
def test_by_which_header_a_mail_service_is_to_know_letters_again_is_said(
    make_app: AppMaker,
) -> None:
    with mail_server() as inbox:
        own = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": inbox.port, "MAIL_USE_TLS": False}
        said = found(make_app(IDEMPOTENCY_HEADER="Resend-Idempotency-Key", **own))
    level, words = said["IDEMPOTENCY_HEADER"]
    assert (level, words.partition(";")[0]) == ("good", "Resend-Idempotency-Key")


@ON_SQLITE
def test_in_production_mail_that_goes_nowhere_is_pointed_out(make_app: AppMaker) -> None:
    app = make_app(MODE="production", BASE_URL="https://example.org")
    level, words = found(app)["mail"]
    assert level == "careful"
    assert "nobody gets them" in words


@ON_SQLITE
def test_a_fault_nobody_thought_of_hides_nothing_else(app: Flask) -> None:
    app.config["TIME_ZONE"] = "Nowhere/AtAll"
    said = found(app)
    assert said["site"][0] == "wrong"
    assert "ZoneInfoNotFoundError" in said["site"][1]
    assert {"settings", "disk", "database", "queue", "mail", "worker"} <= set(said)
