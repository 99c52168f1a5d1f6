"""When the machine or the network fails, people get words, and nothing is half written."""

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from hrsite import create_app
from hrsite.errors import WORDS
from hrsite.extensions import db
from hrsite.limits import READERS_OCTETS
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import settings_for
from tests.whole_site import FRONT_DOORS, everything_kept, furnish

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
ADDRESS = {"address": "reader@example.net", "topics": "articles"}
ARTICLE = {"title": "A title", "body": "Some words. " * 20_000, "act": "save"}
FORM = "application/x-www-form-urlencoded"


def multipart(names: list[str], words: bytes) -> bytes:
    """A form of many parts, as a browser writes it."""
    head = b'--cut\r\nContent-Disposition: form-data; name="%s"\r\n\r\n'
    return b"".join(head % name.encode() + words + b"\r\n" for name in names) + b"--cut--\r\n"


def prepare(pragma: str) -> None:
    """Give every connection to SQLite from here on one more PRAGMA."""
    db.session.remove()
    db.engine.dispose()

    @event.listens_for(db.engine, "connect")
    def say(connection: Any, record: Any) -> None:
        connection.execute(pragma)


@pytest.fixture
def locked(app: Flask, coach: FlaskClient, tmp_path: Path) -> Iterator[None]:
    """Another process writes, and does not stop."""
    prepare("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "hrsite.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


@ON_SQLITE
@pytest.mark.usefixtures("locked")
def test_while_the_database_is_locked_saving_says_so_and_reading_goes_on(
    client: FlaskClient, coach: FlaskClient, app: Flask
) -> None:
    stamp = client.get("/signup").text.split('name="stamp"')[1].split('value="')[1].split('"')[0]
    for answer in (
        client.post("/signup", data=ADDRESS | {"stamp": stamp}),
        coach.post("/desk/posts/new", data=ARTICLE),
        coach.post("/desk/letters/resume"),
    ):
        assert answer.status_code == 503
        assert WORDS[503].what_next in answer.text
        assert answer.headers["Retry-After"] == "60"
    for browser, path in ((client, "/"), (client, "/posts/"), (coach, "/desk/posts/new")):
        assert browser.get(path).status_code == 200
    assert client.get("/nothing-here").status_code == 404


@ON_SQLITE
def test_on_a_full_disk_saving_says_so_and_nothing_is_half_written(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    before = everything_kept()
    prepare("PRAGMA max_page_count = 1")  # SQLite makes of it: no page more than there are.
    answer = coach.post("/desk/posts/new", data=ARTICLE | {"topics": "One, Two"})
    assert answer.status_code == 503
    assert "Your words are still in the form" in answer.text
    assert everything_kept() == before
    assert coach.get("/desk/posts/").status_code == 200


@pytest.fixture
def unreachable(tmp_path: Path) -> FlaskClient:
    """A site whose PostgreSQL is not there."""
    nowhere = f"postgresql+psycopg://nobody@/none?host={tmp_path}"
    return create_app(settings_for(tmp_path, DATABASE_URL=nowhere)).test_client()


@pytest.mark.parametrize("path", ["/", "/posts/", "/posts/x", "/feed.xml", "/desk/sign-in"])
def test_without_its_database_the_site_still_has_words(unreachable: FlaskClient, path: str) -> None:
    answer = unreachable.get(path)
    assert answer.status_code == 503
    assert WORDS[503].title in answer.text
    assert "psycopg" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_without_its_database_a_wrong_address_is_still_a_wrong_address(
    unreachable: FlaskClient,
) -> None:
    assert unreachable.get("/nothing/here").status_code == 404
    assert unreachable.post("/about").status_code == 405
    assert unreachable.get("/static/site.css", buffered=True).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("size", [READERS_OCTETS, 10_000_000])
@pytest.mark.parametrize("path", ["/signup", "/signup/link"])
def test_a_reader_cannot_send_more_than_a_form_needs(
    client: FlaskClient, session: Session, path: str, size: int
) -> None:
    for answer in (
        client.post(path, data={"address": "x" * size}),
        client.post(
            path,
            data=multipart(["address"], b"x" * size),
            content_type="multipart/form-data; boundary=cut",
        ),
        client.post(
            path,
            content_type=FORM,
            headers={"Transfer-Encoding": "chunked"},
            input_stream=io.BytesIO(b"address=" + b"x" * size),
            environ_overrides={"wsgi.input_terminated": True},
        ),
    ):
        assert answer.status_code == 413
        assert WORDS[413].title in answer.text
    assert session.scalar(select(func.count()).select_from(SignupRequest)) == 0


@ON_SQLITE
def test_the_coach_is_told_what_is_too_big(coach: FlaskClient, session: Session) -> None:
    for octets in (
        b"title=x&body=" + b"x" * 3_000_000,
        multipart(["title"], b"x" * 3_000_000),
        multipart(["picture"], b"x" * 13_000_000),
        multipart([f"field-{number}" for number in range(101)], b""),
    ):
        kind = FORM if octets.startswith(b"title") else "multipart/form-data; boundary=cut"
        answer = coach.post("/desk/posts/new", data=octets, content_type=kind)
        assert answer.status_code == 413
        assert "your words are still in the form" in answer.text
    assert session.scalar(select(func.count()).select_from(Post)) == 0


@ON_SQLITE
@pytest.mark.parametrize("path", ["/desk/posts/new", "/desk/sign-in"])
def test_who_has_never_signed_in_can_send_the_desk_no_more_than_a_reader(
    client: FlaskClient, path: str
) -> None:
    client.get("/desk/sign-in")  # A cookie of ours, and nobody's.
    for octets, kind in (
        (b"title=" + b"x" * READERS_OCTETS, FORM),
        (multipart(["picture"], b"x" * READERS_OCTETS), "multipart/form-data; boundary=cut"),
    ):
        assert client.post(path, data=octets, content_type=kind).status_code == 413


def test_a_form_without_its_own_mark_is_refused_in_words_and_changes_nothing(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    furnished = furnish(app, session)
    app.config["WTF_CSRF_ENABLED"] = True
    before = everything_kept()
    doors = [door for door in furnished.doors(app) if door.method == "POST"]
    for door in (door for door in doors if door.is_desk or door.endpoint in FRONT_DOORS):
        for data in ({}, {"csrf_token": "forged"}, {"csrf_token": ""}):
            answer = coach.post(door.path, data=data)
            assert answer.status_code == 400, door
            assert "This form is no longer fresh" in answer.text
    assert everything_kept() == before


@ON_SQLITE
def test_no_file_of_ours_holds_a_readers_address_in_clear(
    app: Flask,
    client: FlaskClient,
    coach: FlaskClient,
    session: Session,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    work: Any,
) -> None:
    # A server is set that is not there: so letters wait, and none is put into the folder.
    app.config |= {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": 9, "MAIL_USE_TLS": False}
    factories.make_subscriber(session, "waiting.reader@example.net")
    stamp = client.get("/signup").text.split('name="stamp"')[1].split('value="')[1].split('"')[0]
    for path in ("/signup", "/signup/link"):
        typed = {"address": "New.Reader@example.net", "stamp": stamp, "topics": "articles"}
        assert client.post(path, data=typed).status_code == 303
    factories.make_post(session, send_to_readers=True)
    work()
    coach.post("/desk/subscribers", data={"address": "waiting.reader@example.net"})
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"hrsite.db", "hrsite.db-wal", "queue.db"} <= {path.name for path in files}
    log = "".join(capfd.readouterr())
    for octets in [path.read_bytes().lower() for path in files] + [log.lower().encode()]:
        assert b"reader@example" not in octets
        assert "reader@example".encode("utf-16-le") not in octets
