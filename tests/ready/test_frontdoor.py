"""Ready pages: the same for everybody, forgotten at once, and never older than they may be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.posts.models import Post
from hrsite.ready.pagecache import count_as
from tests import factories
from tests.conftest import AppMaker
from tests.posts.writing import send
from tests.whole_site import furnish

ONCE = pytest.mark.parametrize("database", ["sqlite"])
OUR_OWN = {"Date", "Content-Length", "ETag"}


@pytest.fixture
def post(session: Session, clock: time_machine.Traveller) -> Post:
    return factories.make_post(session, slug="steps", title="Small steps")


def kept(app: Flask) -> int:
    return int(app.extensions["front_door"].kept_count)


def behind_our_back(app: Flask, *statements: str) -> None:
    """Another process writes and commits: no event of this process tells of it."""
    with app.app_context():
        line = db.engine.raw_connection()
        for statement in (*statements, "UPDATE page_generation SET number = number + 1"):
            line.cursor().execute(statement)
        line.commit()
        line.close()


@ONCE
def test_the_second_reader_gets_the_very_same_page(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller
) -> None:
    first = client.get("/posts/steps")
    clock.shift(60)
    second = client.get("/posts/steps")
    assert second.data == first.data  # With the time it was made in its form.
    assert second.headers["ETag"] == first.headers["ETag"]
    assert kept(app) == 1


@ONCE
def test_head_and_get_say_the_same_of_a_ready_page(client: FlaskClient, post: Post) -> None:
    for read, asked in ((client.get, client.head), (client.head, client.get)):
        one, other = read("/posts/steps"), asked("/posts/steps")
        assert dict(one.headers) == dict(other.headers)
        assert int(one.headers["Content-Length"]) == max(len(one.data), len(other.data)) > 0


@ONCE
def test_a_browser_that_has_the_page_gets_no_second_copy(client: FlaskClient, post: Post) -> None:
    for accepts in ("gzip", "br", "identity", ""):
        said = {"Accept-Encoding": accepts}
        page = client.get("/posts/steps", headers=said)
        again = client.get("/posts/steps", headers=said | {"If-None-Match": page.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Vary", "Cache-Control", "Content-Security-Policy"):
            assert again.headers[name] == page.headers[name]
        assert page.headers["Vary"] == "Accept-Encoding"
        assert page.headers["Cache-Control"] == "private, no-cache"
        changed = client.get("/posts/steps", headers=said | {"If-None-Match": '"another"'})
        assert changed.status_code == 200


def test_what_the_coach_does_at_the_desk_the_next_reader_sees(
    client: FlaskClient, coach: FlaskClient, session: Session, post: Post
) -> None:
    pages = ("/", "/posts/", "/posts/steps", "/feed.xml")
    assert all("Small steps" in client.get(page).text for page in pages)
    send(coach, f"/desk/posts/{post.id}", title="Larger steps", version=str(post.version))
    assert all("Larger steps" in client.get(page).text for page in pages)
    coach.post(f"/desk/posts/{post.id}/withdraw")
    assert client.get("/posts/steps").status_code == 404
    assert not any("Larger steps" in client.get(page).text for page in pages)
    factories.make_notice(session, title="No group this week")
    assert all("No group this week" in client.get(page).text for page in ("/", "/posts/"))


def test_what_another_process_changed_is_seen_a_moment_later(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller
) -> None:
    assert "Small steps" in client.get("/posts/steps").text
    behind_our_back(app, "UPDATE posts SET title = 'Theirs'")
    assert "Small steps" in client.get("/posts/steps").text
    clock.shift(0.2)
    assert "Theirs" in client.get("/posts/steps").text


def test_a_date_that_passes_changes_pages_to_the_second(
    client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    now = our_clock.now()
    factories.make_post(session, title="Tomorrow", slug="t", published_at=now + timedelta(hours=1))
    factories.make_notice(
        session, title="Tonight", starts_at=now, ends_at=now + timedelta(minutes=10)
    )
    factories.make_notice(session, title="Later", published_at=now + timedelta(minutes=5))
    home = client.get("/").text
    assert "Tonight" in home
    assert "Later" not in home
    clock.shift(timedelta(minutes=5))
    assert "Later" in client.get("/notices/").text
    clock.shift(timedelta(minutes=4, seconds=59))
    assert "Tonight" in client.get("/").text
    clock.shift(1)
    assert "Tonight" not in client.get("/").text
    clock.shift(timedelta(minutes=49, seconds=59))
    assert client.get("/posts/t").status_code == 404
    assert "Tomorrow" not in client.get("/posts/").text
    clock.shift(1)
    assert client.get("/posts/t").status_code == 200
    assert "Tomorrow" in client.get("/posts/").text


def test_a_clock_that_is_set_back_does_not_keep_pages_from_changing(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller
) -> None:
    client.get("/posts/steps")
    clock.shift(-30)
    behind_our_back(app, "UPDATE posts SET title = 'Theirs'")
    assert "Theirs" in client.get("/posts/steps").text


@ONCE
def test_a_request_that_is_overtaken_by_another_forgets_no_page(
    app: Flask, client: FlaskClient, post: Post
) -> None:
    door = app.extensions["front_door"]
    client.get("/posts/steps")
    # It had read the time, and another one looked before it came to that.
    door._watch.at(our_clock.seconds() - 0.003)
    assert door.kept_count == 1


def test_a_page_that_was_overtaken_while_it_was_made_is_not_kept(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller
) -> None:
    overtaken: list[str] = []

    @app.after_request
    def change_it_meanwhile(response: Any) -> Any:
        if not overtaken:
            overtaken.append(response.get_data(as_text=True))
            behind_our_back(app, "UPDATE posts SET title = 'Newer'")
            clock.shift(1)
            # Another reader's request notices the change before ours has come to its end.
            overtaken.append(app.test_client().get("/posts/steps").text)
        return response

    first = client.get("/posts/steps").text
    assert "Small steps" in first  # It began before the change.
    assert "Newer" in overtaken[1]
    assert "Newer" in client.get("/posts/steps").text


@ONCE
def test_pages_that_are_not_there_and_odd_addresses_fill_nothing(
    app: Flask, client: FlaskClient, post: Post
) -> None:
    for path in ("/posts/nothing", "/nothing", "/posts/?before=0", "/posts/?before=-1",
                 "/posts/?before=01", "/posts/?before=x", "/posts/?before=", "/posts",
                 "//posts/", "/desk/", "/n/1", "/confirm/x", "/posts/?before=99999"):  # fmt: skip
        client.get(path)
    assert kept(app) == 0
    usual = client.get("/posts/steps").data
    for query in ("?utm_source=x", "?before=1", "?plain", "?&", "?=", "?%00", "?" + "x" * 10_000):
        assert client.get("/posts/steps" + query).data == usual
    assert kept(app) == 1


@ONCE
def test_room_is_bounded(make_app: AppMaker, post: Post, session: Session) -> None:
    app = make_app(READY_MEGABYTES=0.05)
    for number in range(20):
        factories.make_post(session, slug=f"post-{number}")
    client = app.test_client()
    for number in range(20):
        assert client.get(f"/posts/post-{number}").status_code == 200
    door = app.extensions["front_door"]
    assert 0 < door._pages.size <= 0.05 * 1024 * 1024
    assert kept(app) < 20


@ONCE
def test_with_and_without_ready_pages_every_header_is_the_same(
    app: Flask, make_app: AppMaker, coach: FlaskClient, session: Session
) -> None:
    anew = make_app(READY_MEGABYTES=0.0)
    doors = furnish(app, session).doors(app)
    kept_client, anew_client = app.test_client(), anew.test_client()
    for door in (door for door in doors if door.method in ("GET", "HEAD")):
        if door.is_desk:
            continue
        for _ in range(2):
            ready = kept_client.open(door.path, method=door.method, buffered=True)
            fresh = anew_client.open(door.path, method=door.method, buffered=True)
            assert ready.status_code == fresh.status_code, door
            said = [
                {name: value for name, value in one.headers if name not in OUR_OWN}
                for one in (ready, fresh)
            ]
            assert said[0] == said[1], door
    assert kept(anew) == 0
    assert kept(app) > 8


@ONCE
def test_while_the_database_is_away_what_is_ready_stays_ready_for_a_while(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller
) -> None:
    page = client.get("/posts/steps").data
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE page_generation RENAME TO away"))
    clock.shift(5)
    assert client.get("/posts/steps").data == page
    clock.shift(timedelta(minutes=16))
    assert client.get("/posts/steps").data != page
    assert client.get("/about").status_code == 404
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO page_generation"))
    clock.shift(5)
    page = client.get("/posts/steps").data
    clock.shift(5)
    assert client.get("/posts/steps").data == page


@ONCE
def test_each_reading_counts_though_no_view_runs(app: Flask, clock: object) -> None:
    counted: list[str] = []
    told: Callable[..., None] = lambda words, environ: counted.append(words)  # noqa: E731
    app.extensions["front_door"].counters.append(told)
    view = app.view_functions["pages.privacy"]

    def counting() -> Any:
        count_as("privacy")
        return view()

    counting.ready = view.ready
    app.view_functions["pages.privacy"] = counting
    client = app.test_client()
    client.get("/privacy")
    client.get("/privacy?x=1")
    client.head("/privacy")
    client.get("/signup")
    assert counted == ["privacy", "privacy"]
    assert kept(app) == 2
