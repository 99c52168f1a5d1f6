"""The pages for what goes wrong: words for people, no trace, and no need of the database."""

import errno
import sqlite3

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hrsite.errors import WORDS
from hrsite.extensions import db
from tests.conftest import AppMaker

SECRET = "a secret in a fault"


class Faulty(Exception):
    """Something nobody thought of."""


def answer(app: Flask, path: str = "/fault", **more: object) -> tuple[int, str]:
    said = app.test_client().open(path, **more)
    return said.status_code, said.text


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    made = make_app()
    made.add_url_rule("/status/<int:code>", "status", lambda code: abort(code))
    return made


def with_fault(app: Flask, fault: Exception) -> Flask:
    def view() -> str:
        raise fault

    app.add_url_rule("/fault", "fault", view)
    return app


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("code", [*sorted(WORDS), 401, 409, 410, 418, 422, 501])
def test_each_status_has_a_page_in_words(client: FlaskClient, code: int) -> None:
    said = client.get(f"/status/{code}")
    assert said.status_code == code
    assert said.mimetype == "text/html"
    assert WORDS.get(code, WORDS[400 if code < 500 else 500]).title in said.text
    assert '<a class="button' in said.text


def test_the_words_say_what_happened_and_what_to_do_and_do_not_shout() -> None:
    for words in WORDS.values():
        assert all(sentence.endswith(".") for sentence in words[1:])
        assert "!" not in "".join(words)


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_page_that_takes_no_post_says_what_it_takes(client: FlaskClient) -> None:
    said = client.post("/about")
    assert said.status_code == 405
    assert "GET" in said.headers["Allow"]


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "fault",
    [Faulty(SECRET), KeyError(SECRET), RecursionError(SECRET), UnicodeError(SECRET)],
    ids=lambda fault: type(fault).__name__,
)
def test_a_fault_of_ours_is_a_page_without_a_trace(app: Flask, fault: Exception) -> None:
    code, page = answer(with_fault(app, fault))
    assert code == 500
    assert WORDS[500].title in page
    assert SECRET not in page
    assert "Traceback" not in page


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.ENOSPC, SECRET),
        OperationalError("SELECT", {}, Exception(SECRET)),
        InterfaceError("SELECT", {}, Exception(SECRET)),
        IntegrityError("INSERT", {}, Exception(SECRET)),
        PoolTimeout(SECRET),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_a_full_disk_and_a_missing_database_are_not_the_readers_fault(
    app: Flask, fault: Exception
) -> None:
    code, page = answer(with_fault(app, fault))
    assert code == 503
    assert "Your words are still in the form" in page
    assert SECRET not in page


def test_a_mistake_in_our_own_sql_is_no_busy_database(app: Flask) -> None:
    def view() -> str:
        db.session.execute(text("SELECT nothing FROM nowhere"))
        return ""

    app.add_url_rule("/fault", "fault", view)
    code, page = answer(app)
    assert code == 500
    assert "nowhere" not in page


@pytest.mark.parametrize("path", ["/nothing/here", "/status/413", "/status/400"])
def test_an_error_page_is_shown_though_the_tables_are_gone(app: Flask, path: str) -> None:
    with app.app_context():
        for table in ("post_tags", "posts", "session_notices", "pages"):
            db.session.execute(text(f"ALTER TABLE {table} RENAME TO gone_{table}"))
        db.session.commit()
    code, page = answer(app, path)
    assert code in (400, 404, 413)
    assert WORDS[code].title in page


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_busy_page_says_when_to_come_back(app: Flask) -> None:
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    with_fault(app, OperationalError("INSERT", {}, locked))
    assert app.test_client().get("/fault").headers["Retry-After"] == "60"
