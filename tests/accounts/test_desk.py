"""Her account page: a new password, and the browsers that are signed in."""

import re

import pytest
from flask import Flask

from hrsite.accounts.models import AuditEvent
from hrsite.extensions import db
from tests.accounts.browsing import PASSWORD, Browser

NEW = "nine brown owls in rain"


@pytest.fixture
def inside(window: Browser) -> Browser:
    window.sign_in()
    return window


@pytest.fixture
def other(app: Flask, inside: Browser) -> Browser:
    """A second browser that is signed in, for thirty days."""
    browser = Browser(app, "198.51.100.9")
    browser.sign_in(keep="y")
    return browser


def test_a_new_password_closes_the_desk_in_every_other_browser(
    app: Flask, inside: Browser, other: Browser
) -> None:
    assert other.is_in()
    answer = inside.post("/desk/account", current_password=PASSWORD, new_password=NEW)
    assert answer.status_code == 303
    assert "You have a new password" in inside.get("/desk/account").text
    assert inside.is_in()
    assert not other.is_in()
    assert other.sign_in().status_code == 422
    assert other.sign_in(password=NEW).status_code == 303
    with app.app_context():
        assert "password_changed" in db.session.scalars(db.select(AuditEvent.kind)).all()


def test_a_stolen_copy_of_this_browsers_cookie_ends_with_the_old_password(
    app: Flask, inside: Browser
) -> None:
    thief = Browser(app, "192.0.2.66")
    thief.put_cookie(inside.cookie())
    assert thief.is_in()
    inside.post("/desk/account", current_password=PASSWORD, new_password=NEW)
    assert not thief.is_in()


def test_without_the_old_password_nothing_changes(
    app: Flask, inside: Browser, other: Browser
) -> None:
    refused = inside.post("/desk/account", current_password="wrong", new_password=NEW)
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    assert other.is_in()
    assert Browser(app, "192.0.2.5").sign_in().status_code == 303


def test_a_weak_new_password_is_refused_in_words(inside: Browser, other: Browser) -> None:
    refused = inside.post("/desk/account", current_password=PASSWORD, new_password="password1234")
    assert refused.status_code == 422
    assert "easy to guess" in refused.text
    assert other.is_in()


def test_a_browser_left_open_is_no_place_to_guess_the_password(inside: Browser) -> None:
    for _ in range(5):
        inside.post("/desk/account", current_password="wrong", new_password=NEW)
    refused = inside.post("/desk/account", current_password=PASSWORD, new_password=NEW)
    assert refused.status_code == 429
    assert "Please try again in" in refused.text


def test_she_closes_the_desk_in_a_browser_she_left_somewhere(
    inside: Browser, other: Browser
) -> None:
    page = inside.get("/desk/account").text
    assert "This browser" in page
    assert "Kept for 30 days" in page
    first, *_ = re.findall(r'action="(/desk/account/sessions/\d+/end)"', page)
    answer = inside.post(first, form_at="/desk/account")
    assert answer.location == "/desk/account"
    assert inside.is_in()
    assert not other.is_in()
    assert inside.post(first, form_at="/desk/account").status_code == 404


def test_ending_this_browsers_session_signs_her_out(inside: Browser) -> None:
    (only,) = re.findall(
        r'action="(/desk/account/sessions/\d+/end)"', inside.get("/desk/account").text
    )
    assert inside.post(only, form_at="/desk/account").location == "/desk/sign-in"
    assert not inside.is_in()


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "-1", "x", "%00"])
def test_a_session_that_is_not_there_cannot_be_ended(number: str, inside: Browser) -> None:
    answer = inside.post(f"/desk/account/sessions/{number}/end", form_at="/desk/account")
    assert answer.status_code == 404
    assert inside.is_in()


@pytest.mark.parametrize("field", ["current_password", "new_password"])
@pytest.mark.parametrize("text", ["\x00", "a\x00b" * 6, "\u202e" * 14, "x" * 1_000_000])
def test_a_hostile_text_in_a_password_gets_words(field: str, text: str, inside: Browser) -> None:
    said = {"current_password": "wrong", "new_password": NEW} | {field: text}
    assert inside.post("/desk/account", **said).status_code == 422
