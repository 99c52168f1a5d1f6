"""A reading leaves a number and nothing else, and no reader waits for it to be written."""

import re
import shutil
import urllib.request
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from hrsite import create_app
from hrsite.extensions import db
from hrsite.posts import viewing
from hrsite.posts.models_viewing import PostViews
from hrsite.settings import reading
from tests.browser.live import live_site
from tests.conftest import SECRET, settings_for
from tests.factories import make_post
from tests.test_counting import PHONE
from tests.whole_site import everything_kept

AS_A_PHONE: dict[str, Any] = {"headers": {"User-Agent": PHONE}}
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])


def written(app: Flask, session: Session) -> dict[tuple[int, date], int]:
    app.extensions["viewing"].flush()
    session.rollback()
    return {(row.post_id, row.day): row.count for row in session.query(PostViews)}


@pytest.fixture
def today(clock: time_machine.Traveller) -> date:
    return date(2026, 6, 2)


def test_each_reading_counts_whether_the_page_was_ready_or_not(
    app: Flask, client: FlaskClient, session: Session, today: date
) -> None:
    post = make_post(session, slug="kept")
    for _ in range(3):
        client.get("/posts/kept", **AS_A_PHONE)
    assert client.get("/posts/kept?utm_source=x&plain=1", **AS_A_PHONE).status_code == 200
    assert written(app, session) == {(post.id, today): 4}


@pytest.mark.usefixtures("clock")
def test_machines_other_pages_and_what_is_not_there_do_not_count(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="kept")
    make_post(session, slug="draft", published_at=None)
    client.get("/posts/kept", headers={"User-Agent": "curl/8"})
    client.get("/posts/kept", headers={"User-Agent": PHONE, "Sec-Purpose": "prefetch"})
    client.head("/posts/kept", **AS_A_PHONE)
    client.post("/posts/kept", **AS_A_PHONE)
    for path in ("/", "/posts/", "/feed.xml", "/posts/draft", "/posts/no-such", "/privacy"):
        client.get(path, **AS_A_PHONE)
    assert written(app, session) == {}


def test_reading_writes_nothing_and_sets_nothing(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="kept")
    before = everything_kept()
    answer = client.get("/posts/kept", **AS_A_PHONE)
    assert "Set-Cookie" not in answer.headers
    assert everything_kept() == before
    app.extensions["viewing"].flush()
    assert everything_kept() != before


@ON_SQLITE
def test_nothing_written_is_about_anybody(session: Session) -> None:
    assert set(PostViews.__table__.columns.keys()) == {"post_id", "day", "count"}


@pytest.mark.usefixtures("clock")
def test_a_flush_is_one_statement_and_makes_no_page_anew(
    app: Flask, client: FlaskClient, session: Session
) -> None:
    for number in range(5):
        make_post(session, slug=f"kept-{number}")
        client.get(f"/posts/kept-{number}", **AS_A_PHONE)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    app.extensions["viewing"].flush()
    app.extensions["viewing"].flush()
    changes = [words for words in asked if not re.match(r"SELECT|BEGIN|COMMIT|ROLLBACK", words)]
    assert len(changes) == 1
    assert changes[0].startswith("INSERT INTO post_views")


def test_what_the_database_did_not_take_is_written_later(
    app: Flask, client: FlaskClient, session: Session, today: date
) -> None:
    post = make_post(session, slug="kept")
    client.get("/posts/kept", **AS_A_PHONE)
    session.execute(text("ALTER TABLE post_views RENAME TO away"))
    session.commit()
    app.extensions["viewing"].flush()
    session.execute(text("ALTER TABLE away RENAME TO post_views"))
    session.commit()
    assert written(app, session) == {(post.id, today): 1}


def test_the_coach_sees_the_numbers_at_the_desk(coach: FlaskClient, session: Session) -> None:
    post, today = make_post(session, slug="kept"), site_clock.local(site_clock.now()).date()
    assert "not opened yet" in coach.get("/desk/posts/").text
    assert "not opened yet" in coach.get(f"/desk/posts/{post.id}").text
    viewing.write_down(session, {(post.id, today - timedelta(days=90)): 2})
    session.commit()
    assert "opened <b>2 times</b>, not in the last 30 days" in coach.get("/desk/posts/").text
    viewing.write_down(session, {(post.id, today - timedelta(days=9)): 3})
    session.commit()
    assert "opened <b>3 times</b> in 30 days, 5 in all" in coach.get("/desk/posts/").text
    viewing.write_down(session, {(post.id, today): 1_234})
    session.commit()
    for page in ("/desk/posts/", f"/desk/posts/{post.id}"):
        assert "opened <b>1,234 times</b> in 7 days, 1,237 in 30, 1,239 in all" in (
            coach.get(page).text
        ), page


@pytest.mark.usefixtures("clock")
def test_readers_see_a_number_only_when_she_says_so_and_only_a_large_one(
    client: FlaskClient, session: Session
) -> None:
    few, many = make_post(session, slug="few"), make_post(session, slug="many")
    day = date(2026, 6, 1)
    viewing.write_down(session, {(few.id, day): 49, (many.id, day): 123})
    session.commit()
    assert "Opened" not in client.get("/posts/many").text

    words = reading.words(session)
    words.views_are_shown = True
    session.add(words)
    session.commit()
    assert "Opened at least 120 times" in client.get("/posts/many").text
    assert "Opened" not in client.get("/posts/few").text


@pytest.mark.parametrize("database", ["sqlite"])
def test_what_was_read_is_written_down_when_the_site_is_told_to_stop(
    database: str, migrated: Callable[[str], str], tmp_path: Path
) -> None:
    shutil.copyfile(migrated(database), tmp_path / "hrsite.db")
    app = create_app(settings_for(tmp_path))
    with app.app_context():
        make_post(db.session(), slug="kept")
        db.engine.dispose()
    keys = {"SECRET_KEY": SECRET, "ADDRESS_KEY": SECRET}
    with live_site("serve", tmp_path, WEB_PROCESSES="2", **keys) as site:
        for _ in range(20):
            browser = urllib.request.build_opener()
            browser.addheaders = [("User-Agent", PHONE)]
            with browser.open(f"{site.url}/posts/kept") as answer:
                assert answer.status == 200
    with app.app_context():
        counts = [row.count for row in db.session.query(PostViews)]
        db.engine.dispose()
    assert sum(counts) == 20
