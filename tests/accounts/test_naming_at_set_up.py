"""The name given at set-up is the one readers see, as the page says."""

import pytest
from flask import Flask
from sqlalchemy import select

from hrsite.accounts import setting_up
from hrsite.clock import now
from hrsite.extensions import db
from hrsite.posts.models import Post
from hrsite.settings import reading, writing
from tests.accounts.browsing import EMAIL, PASSWORD, Browser
from tests.conftest import AppMaker

SEEN = "As readers see it under your articles."


def with_code(app: Flask) -> str:
    with app.app_context():
        code = setting_up.make_code(db.session(), now())
        db.session.commit()
    return code


def set_up(window: Browser, code: str, name: str) -> int:
    said = {"code": code, "name": name, "email": EMAIL, "password": PASSWORD}
    return window.post("/desk/set-up", **said).status_code


def name_saved(app: Flask) -> str | None:
    with app.app_context():
        return reading.words(db.session()).coach_name


@pytest.fixture
def nameless(make_app: AppMaker) -> Flask:
    """A new site whose keeper has named nobody."""
    return make_app(COACH_NAME="Your coach", WTF_CSRF_ENABLED=True)


def test_readers_see_the_name_given_at_set_up(nameless: Flask) -> None:
    window = Browser(nameless)
    page = window.get("/desk/set-up").text
    assert SEEN in page
    assert "Your coach" not in page.split("<main", 1)[1]
    assert "Your coach" in window.get("/").text
    assert set_up(window, with_code(nameless), "  Robin   Vale ") == 303
    assert name_saved(nameless) == "Robin Vale"
    window.post(
        "/desk/posts/new", title="What I carry", body="Two doses.", act="draft", version="0"
    )
    with nameless.app_context():
        assert db.session.scalars(select(Post.author_name)).one() == "Robin Vale"
    assert "Your coach" not in window.get("/").text


def test_a_name_the_keeper_set_is_proposed(make_app: AppMaker) -> None:
    app = make_app(COACH_NAME="Jordan Hale", WTF_CSRF_ENABLED=True)
    window = Browser(app)
    page = window.get("/desk/set-up").text
    assert SEEN in page
    assert 'value="Jordan Hale"' in page
    assert set_up(window, with_code(app), "Jo Hale") == 303
    assert name_saved(app) == "Jo Hale"


def test_a_name_she_saved_is_not_changed_by_letting_her_in_again(nameless: Flask) -> None:
    set_up(Browser(nameless), with_code(nameless), "Robin Vale")
    with nameless.app_context():
        writing.hold(db.session()).coach_name = "Robin V."
        db.session.commit()
    window = Browser(nameless)
    page = window.get("/desk/set-up").text
    assert SEEN not in page
    assert "Under your articles readers see “Robin V.”" in page
    assert set_up(window, with_code(nameless), "Robin") == 303
    assert name_saved(nameless) == "Robin V."


def test_a_name_too_long_for_readers_is_said_at_once(nameless: Flask) -> None:
    window, code = Browser(nameless), with_code(nameless)
    assert set_up(window, code, "R" * 81) == 422
    assert set_up(window, code, "R" * 80) == 303
