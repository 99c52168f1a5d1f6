"""Pages as files: the site's very pages, in front of it while they hold and no moment longer."""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.posts.writing import send
from tests.ready.filing.front import filing, in_front
from tests.ready.test_frontdoor import behind_our_back
from tests.whole_site import furnish

ONCE = pytest.mark.parametrize("database", ["sqlite"])


@ONCE
def test_a_page_that_was_asked_for_stands_in_front_as_it_is(
    client: FlaskClient, post: Post, folder: Path
) -> None:
    assert in_front(folder, "/posts/steps") is None
    for path in ("/", "/posts/", "/posts/steps", "/privacy"):
        page = client.get(path)
        assert in_front(folder, path) == page.text
    packed = next((folder / "current").glob("localhost/*/posts/steps.html.gz")).read_bytes()
    assert packed == client.get("/posts/steps", headers={"Accept-Encoding": "gzip"}).data
    assert gzip.decompress(packed) == client.get("/posts/steps").data


@ONCE
def test_by_default_there_are_no_files(make_app: AppMaker, folder: Path, tmp_path: Path) -> None:
    assert make_app().extensions["front_door"].filing is None
    (tmp_path / "d").mkdir()
    anew = make_app(READY_FILES=str(folder), READY_MEGABYTES=0.0, DATA_DIR=tmp_path / "d")
    assert anew.test_client().get("/").status_code == 200
    assert not folder.exists()


@ONCE
def test_of_the_whole_site_only_pages_with_the_same_headers_are_files(
    app: Flask, client: FlaskClient, coach: FlaskClient, session: Session, folder: Path
) -> None:
    doors = furnish(app, session).doors(app)
    paths = {door.path for door in doors if door.method == "GET"}
    for path in sorted(paths):
        for browser in (client, coach):
            browser.get(path, buffered=True)
    marks = list((folder / "current" / "localhost").iterdir())
    assert len(marks) == 1
    files = {f"/{file.relative_to(marks[0])}" for file in marks[0].rglob("*.html")}
    assert {"/.html", "/posts/.html", "/privacy.html", "/notices/.html"} < files
    posted = {door.path for door in doors if door.method == "POST"}
    for file in files:
        path = file.removesuffix(".html")
        assert path in paths
        assert path not in posted
        assert not path.startswith(
            ("/desk", "/confirm", "/signup", "/settings", "/search", "/feed")
        )
        answer = client.get(path)
        assert answer.mimetype == "text/html"
        assert answer.headers["Cache-Control"] == "private, no-cache"


@ONCE
@pytest.mark.parametrize(
    "path",
    ["/posts/?plain=1", "/posts/?before=1", "/feed.xml", "/robots.txt", "/signup", "/nothing",
     "/posts", "//posts/", "/posts/../privacy", "/posts/Steps", "/n/1"],
)  # fmt: skip
def test_nothing_else_is_a_file(client: FlaskClient, post: Post, folder: Path, path: str) -> None:
    client.get(path)
    assert [file for file in folder.rglob("*") if file.is_file()] == []


def test_before_the_coach_has_her_answer_the_old_page_is_gone(
    client: FlaskClient, coach: FlaskClient, post: Post, folder: Path
) -> None:
    client.get("/posts/steps")
    assert "Small steps" in str(in_front(folder, "/posts/steps"))
    send(coach, f"/desk/posts/{post.id}", title="Larger steps", version=str(post.version))
    assert in_front(folder, "/posts/steps") is None
    client.get("/posts/steps")
    assert "Larger steps" in str(in_front(folder, "/posts/steps"))
    coach.post(f"/desk/posts/{post.id}/withdraw")
    assert in_front(folder, "/posts/steps") is None
    client.get("/posts/steps")
    assert in_front(folder, "/posts/steps") is None


def test_what_another_process_commits_is_gone_when_it_has_committed(
    app: Flask, client: FlaskClient, post: Post, folder: Path
) -> None:
    client.get("/posts/steps")
    assert in_front(folder, "/posts/steps")
    program = (
        "from sqlalchemy import update; from hrsite import create_app;"
        "from hrsite.extensions import db; from hrsite.posts.models import Post\n"
        "with create_app().app_context():\n"
        "    db.session.execute(update(Post).values(title='Theirs')); db.session.commit()\n"
        "    import os; os._exit(9)\n"  # At once: no clearing up of any kind.
    )
    config = app.config
    given = {
        "HRSITE_MODE": "development", "DATA_DIR": str(config["DATA_DIR"]),
        "DATABASE_URL": config["DATABASE_URL"], "READY_FILES": str(folder),
    }  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], env=os.environ | given)
    assert done.returncode == 9
    assert in_front(folder, "/posts/steps") is None


@ONCE
def test_readers_writing_something_down_take_nothing_back(
    client: FlaskClient, session: Session, post: Post, folder: Path
) -> None:
    client.get("/posts/steps")
    factories.make_subscriber(session)
    session.commit()
    assert in_front(folder, "/posts/steps")


def test_what_another_machine_changed_is_seen_at_the_next_look(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller, folder: Path
) -> None:
    client.get("/posts/steps")
    behind_our_back(app, "UPDATE posts SET title = 'Theirs'")
    clock.shift(0.2)
    filing(app).look(our_clock.seconds())
    assert in_front(folder, "/posts/steps") is None
    assert os.listdir(folder) == []


def test_an_old_page_never_comes_in_front_after_a_change(
    app: Flask, client: FlaskClient, post: Post, folder: Path
) -> None:
    changed: list[bool] = []

    @app.after_request
    def change_it_meanwhile(response: Any) -> Any:
        if not changed:
            changed.append(True)
            # By somebody who does not know of the folder, and so took nothing back.
            behind_our_back(app, "UPDATE posts SET title = 'Newer'")
        return response

    assert "Small steps" in client.get("/posts/steps").text  # It began before the change.
    assert in_front(folder, "/posts/steps") is None


@ONCE
def test_a_date_that_passes_takes_pages_back(
    app: Flask,
    client: FlaskClient,
    session: Session,
    post: Post,
    clock: time_machine.Traveller,
    folder: Path,
) -> None:
    later = our_clock.now() + timedelta(minutes=3, milliseconds=50)
    factories.make_post(session, title="Tomorrow", slug="t", published_at=later)
    client.get("/")
    clock.shift(timedelta(minutes=3))
    assert filing(app).look(our_clock.seconds()) == pytest.approx(0.05, abs=0.01)
    assert in_front(folder, "/")
    clock.shift(0.05)
    filing(app).look(our_clock.seconds())
    assert in_front(folder, "/") is None
    client.get("/")
    assert "Tomorrow" in str(in_front(folder, "/"))


@ONCE
def test_no_page_grows_old_for_the_time_it_was_made_stands_in_its_form(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller, folder: Path
) -> None:
    clock.shift(100)
    client.get("/")
    clock.shift(700)
    client.get("/privacy")
    filing(app).look(our_clock.seconds())
    assert in_front(folder, "/")
    clock.shift(99)
    filing(app).look(our_clock.seconds())
    first = in_front(folder, "/")
    assert first
    clock.shift(2)  # A quarter of an hour by the clock.
    filing(app).look(our_clock.seconds())
    assert in_front(folder, "/") is None
    assert in_front(folder, "/privacy") is None
    client.get("/")
    assert in_front(folder, "/") not in (None, first)


@ONCE
def test_a_clock_that_is_set_back_takes_pages_back(
    app: Flask, client: FlaskClient, post: Post, clock: time_machine.Traveller, folder: Path
) -> None:
    client.get("/")
    clock.shift(-3600)
    filing(app).look(our_clock.seconds())
    assert in_front(folder, "/") is None


@ONCE
def test_two_processes_share_the_folder_and_none_brings_an_old_page_back(
    app: Flask,
    make_app: AppMaker,
    client: FlaskClient,
    post: Post,
    clock: time_machine.Traveller,
    folder: Path,
    tmp_path: Path,
) -> None:
    other = make_app(READY_FILES=str(folder), DATA_DIR=tmp_path / "data")
    theirs = other.test_client()
    theirs.get("/privacy")
    client.get("/posts/steps")  # The first page of a process: it begins with nothing in front.
    theirs.get("/privacy")
    assert in_front(folder, "/posts/steps")
    assert in_front(folder, "/privacy")
    behind_our_back(app, "UPDATE posts SET title = 'Newer'")
    clock.shift(0.2)
    theirs.get("/posts/steps")
    assert "Newer" in str(in_front(folder, "/posts/steps"))
    filing(app).look(our_clock.seconds())  # It learns of the change, and leaves the new page be.
    client.get("/")
    assert "Newer" in str(in_front(folder, "/posts/steps"))
    assert "Newer" in str(in_front(folder, "/"))


def test_a_connection_lets_go_of_the_folder(
    client: FlaskClient, session: Session, post: Post, folder: Path
) -> None:
    change: Callable[[], None] = session.commit
    for number in range(3):
        post.title = f"Step {number}"
        change()
        client.get("/posts/steps")
        assert f"Step {number}" in str(in_front(folder, "/posts/steps"))


@ONCE
def test_the_desk_says_that_its_numbers_are_too_low(
    app: Flask, make_app: AppMaker, coach: FlaskClient, post: Post
) -> None:
    pages = ("/desk/posts/", f"/desk/posts/{post.id}")
    for page in pages:
        told = coach.get(page).text
        assert "The true numbers may be much higher" in told
        assert "not opened yet, as far as we count" in told
    app.config["READY_FILES"] = ""
    for page in pages:
        told = coach.get(page).text
        assert "true numbers" not in told
        assert "as far as we count" not in told
