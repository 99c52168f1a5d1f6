"""What may be answered at once: the very same page, as long as that can be said without asking."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.posts.models import Post
from hrsite.ready.frontdoor import FrontDoor
from hrsite.ready.watching import LOOK_AT_FILE_SECONDS, LOOK_SECONDS
from tests import factories
from tests.conftest import AppMaker

ONCE = pytest.mark.parametrize("database", ["sqlite"])
PAGE = "/posts/steps"
ASKED = {"REQUEST_METHOD": "GET", "HTTP_HOST": "localhost"}
CODINGS = ["", "identity", "gzip", "br", "gzip, deflate, br;q=0.1", "nonsense"]
# Some of the time in which nobody looks again.
A_MOMENT = LOOK_AT_FILE_SECONDS / 10


@pytest.fixture
def post(session: Session, clock: time_machine.Traveller) -> Post:
    return factories.make_post(session, slug="steps", title="Small steps")


@pytest.fixture
def door(app: Flask) -> FrontDoor:
    door: FrontDoor = app.extensions["front_door"]
    return door


@ONCE
@pytest.mark.parametrize("coding", CODINGS)
def test_it_is_what_the_front_door_answers_to_the_octet(
    client: FlaskClient, post: Post, door: FrontDoor, coding: str
) -> None:
    asked = {"Accept-Encoding": coding}
    page = client.get(PAGE, headers=asked)
    found = door.at_hand(PAGE, ASKED | {"HTTP_ACCEPT_ENCODING": coding})
    assert found is not None
    head, body = found
    status, *lines = head.decode("latin1").split("\r\n")
    assert status == "HTTP/1.1 200 OK"
    assert lines.pop() == ""  # The date comes next.
    assert sorted(lines) == sorted(f"{name}: {value}" for name, value in page.headers)
    assert body == page.data
    known = client.get(PAGE, headers=asked | {"If-None-Match": page.headers["ETag"]})
    assert known.status_code == 304
    found = door.at_hand(
        PAGE,
        ASKED | {"HTTP_ACCEPT_ENCODING": coding, "HTTP_IF_NONE_MATCH": page.headers["ETag"]},
    )
    assert found is not None
    head, body = found
    status, *lines = head.decode("latin1").split("\r\n")
    assert (status, body) == ("HTTP/1.1 304 Not Modified", b"")
    assert sorted(lines[:-1]) == sorted(f"{name}: {value}" for name, value in known.headers)


@ONCE
def test_what_is_not_there_yet_somebody_has_to_make(
    client: FlaskClient, post: Post, door: FrontDoor
) -> None:
    assert door.at_hand(PAGE, ASKED) is None
    client.get(PAGE)
    assert door.at_hand(PAGE, ASKED) is not None
    assert door.at_hand(PAGE, ASKED | {"HTTP_ACCEPT_ENCODING": "br"}) is None  # Not packed yet.


@ONCE
@pytest.mark.parametrize(
    "address",
    [
        PAGE + "?utm_source=x", PAGE + "?", PAGE + "/", "/posts/%73teps", "//posts/steps",
        "http://localhost" + PAGE, PAGE + "#x", "*", "", "/search?q=x", "/nothing", "/desk/",
    ],
)  # fmt: skip
def test_another_spelling_is_for_somebody_who_can_read_it(
    client: FlaskClient, post: Post, door: FrontDoor, address: str
) -> None:
    client.get(PAGE)
    client.get(address)
    assert door.at_hand(address, ASKED) is None


@ONCE
def test_a_page_with_a_query_of_its_own_is_at_hand_under_it(
    client: FlaskClient, post: Post, door: FrontDoor
) -> None:
    page = client.get(PAGE + "?plain=1&x=2")
    found = door.at_hand(PAGE + "?plain=1", ASKED)
    assert found is not None
    assert found[1] == page.data


@ONCE
def test_only_who_asks_for_our_host_is_answered(
    client: FlaskClient, post: Post, door: FrontDoor
) -> None:
    client.get(PAGE)
    client.get(PAGE, base_url="https://evil.example")
    assert door.at_hand(PAGE, ASKED | {"HTTP_HOST": "evil.example"}) is None
    assert door.at_hand(PAGE, {"REQUEST_METHOD": "GET"}) is None


@ONCE
def test_static_files_are_at_hand_once_read(make_app: AppMaker) -> None:
    app = make_app(MODE="production", BASE_URL="https://localhost")
    door = app.extensions["front_door"]
    assert door.at_hand("/static/site.css", ASKED) is None
    file = app.test_client().get("/static/site.css")
    found = door.at_hand("/static/site.css", ASKED)
    assert found is not None
    assert found[1] == file.data


def test_a_change_of_ours_is_seen_at_once(
    app: Flask, client: FlaskClient, session: Session, post: Post, door: FrontDoor
) -> None:
    client.get(PAGE)
    assert door.at_hand(PAGE, ASKED) is not None
    factories.make_post(session, slug="other", title="Another")
    assert door.at_hand(PAGE, ASKED) is None
    client.get(PAGE)
    assert door.at_hand(PAGE, ASKED) is not None


def test_a_change_by_another_process_is_seen_in_time(
    database: str,
    client: FlaskClient,
    post: Post,
    door: FrontDoor,
    clock: time_machine.Traveller,
    behind_our_back: Callable[[], None],
) -> None:
    in_time = LOOK_AT_FILE_SECONDS if database == "sqlite" else LOOK_SECONDS
    client.get(PAGE)
    clock.shift(in_time)
    # Who looked was told the same: SQLite's file by whoever talks with all browsers.
    assert (door.at_hand(PAGE, ASKED) is not None) == (database == "sqlite")
    client.get(PAGE)
    behind_our_back()
    # Before it is time to look nobody can know.
    clock.shift(in_time / 2)
    assert door.at_hand(PAGE, ASKED) is not None
    clock.shift(in_time)
    assert door.at_hand(PAGE, ASKED) is None
    client.get(PAGE)
    assert door.at_hand(PAGE, ASKED) is not None


@ONCE
def test_after_a_silence_a_file_beside_us_is_asked_and_nobody_waits(
    app: Flask, client: FlaskClient, post: Post, door: FrontDoor, clock: time_machine.Traveller
) -> None:
    client.get(PAGE)
    for _ in range(5):
        clock.shift(LOOK_SECONDS * 3)
        assert door.at_hand(PAGE, ASKED) is not None
    # Somebody is looking at this moment: then it is for her to say.
    clock.shift(LOOK_SECONDS * 3)
    with door._watch._lock:
        assert door.at_hand(PAGE, ASKED) is None
    assert door.at_hand(PAGE, ASKED) is not None
    # The file is gone: somebody has to find out why.
    clock.shift(LOOK_SECONDS * 3)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE page_generation RENAME TO away"))
    assert door.at_hand(PAGE, ASKED) is None


@pytest.mark.parametrize("database", ["postgresql"])
def test_after_a_silence_a_database_elsewhere_is_asked_by_who_may_wait(
    client: FlaskClient, post: Post, door: FrontDoor, clock: time_machine.Traveller
) -> None:
    client.get(PAGE)
    clock.shift(LOOK_SECONDS * 1.01)
    assert door.at_hand(PAGE, ASKED) is None
    client.get(PAGE)
    assert door.at_hand(PAGE, ASKED) is not None


@ONCE
def test_a_clock_set_back_has_somebody_look(
    client: FlaskClient, post: Post, door: FrontDoor, clock: time_machine.Traveller
) -> None:
    client.get(PAGE)
    clock.shift(-3600)
    assert door.at_hand(PAGE, ASKED) is None


@ONCE
def test_a_date_that_passes_is_never_passed_over(
    client: FlaskClient,
    session: Session,
    post: Post,
    door: FrontDoor,
    clock: time_machine.Traveller,
) -> None:
    soon = our_clock.now() + timedelta(seconds=A_MOMENT)
    factories.make_post(session, slug="soon", title="Soon", published_at=soon)
    client.get("/posts/")
    assert door.at_hand("/posts/", ASKED) is not None
    clock.shift(A_MOMENT)
    assert door.at_hand("/posts/", ASKED) is None


@ONCE
def test_each_reading_counts(client: FlaskClient, post: Post, door: FrontDoor) -> None:
    client.get(PAGE)
    counted: list[str] = []
    door.counters.append(lambda words, environ: counted.append(environ["HTTP_USER_AGENT"]))
    door.at_hand(PAGE, ASKED | {"HTTP_USER_AGENT": "Firefox"})
    assert counted == ["Firefox"]


@ONCE
def test_without_ready_pages_nothing_is_at_hand(make_app: AppMaker) -> None:
    app = make_app(READY_MEGABYTES=0)
    client = app.test_client()
    client.get("/privacy")
    assert app.extensions["front_door"].at_hand("/privacy", ASKED) is None


@pytest.fixture
def behind_our_back(app: Flask) -> Callable[[], None]:
    """Another process writes and commits: no event of this process tells of it."""

    def write() -> None:
        with app.app_context():
            line = db.engine.raw_connection()
            line.cursor().execute("UPDATE page_generation SET number = number + 1")
            line.commit()
            line.close()

    return write
