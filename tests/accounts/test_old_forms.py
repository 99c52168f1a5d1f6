"""A form of an earlier session: what was typed is kept, and nothing happens without a press."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from hrsite.extensions import db
from hrsite.limits import READERS_OCTETS
from hrsite.posts.models import Post
from tests.accounts.browsing import EMAIL, PASSWORD, Browser, hidden_in, token_in

NEW = "/desk/posts/new"
OURS = {"Sec-Fetch-Site": "same-origin"}
FOREIGN = [
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


def saved(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Post)) or 0


def written(window: Browser) -> dict[str, str]:
    """What stands in the writing form when she has written something."""
    window.sign_in()
    page = window.get(NEW).text.split("<main", 1)[1]
    words = {"title": 'A "long" day', "body": "One.\n\nTwo & <three>.", "act": "draft"}
    return hidden_in(page) | words


def sign_out(window: Browser) -> None:
    window.post("/desk/sign-out", form_at="/desk/account")


def lose_the_cookie(window: Browser) -> None:
    window.put_cookie("")


@pytest.mark.parametrize("end", [sign_out, lose_the_cookie])
def test_words_of_who_signed_out_meanwhile_are_kept_until_she_sends_them(
    end: Callable[[Browser], None], app: Flask, window: Browser
) -> None:
    fields = written(window)
    end(window)
    late = window.send(NEW, fields, headers=OURS)
    assert late.status_code == 403
    assert "You are signed out. What you wrote is safe on this page." in late.text
    held = hidden_in(late.text)
    again = window.send("/desk/sign-in", {**held, "email": EMAIL, "password": PASSWORD})
    assert saved(app) == 0
    held = hidden_in(again.text.split("<main", 1)[1])
    assert (held["title"], held["body"]) == (fields["title"], fields["body"])
    assert window.send(NEW, held, headers=OURS).status_code == 303
    assert saved(app) == 1
    with app.app_context():
        assert db.session.scalars(select(Post.title)).one() == fields["title"]


def test_who_is_in_again_by_another_tab_sends_what_she_wrote_by_one_press(
    app: Flask, window: Browser
) -> None:
    fields = written(window)
    sign_out(window)
    window.sign_in()
    late = window.send(NEW, fields, headers=OURS)
    assert late.status_code == 403
    assert saved(app) == 0
    held = hidden_in(late.text.split("<main", 1)[1])
    assert (held["title"], held["body"]) == (fields["title"], fields["body"])
    assert f'action="{NEW}"' in late.text
    assert "Send what I wrote" in late.text
    assert window.send(NEW, held, headers=OURS).status_code == 303
    assert saved(app) == 1


def test_a_browser_that_names_only_the_origin_is_known_by_it(window: Browser) -> None:
    fields = written(window)
    sign_out(window)
    assert window.send(NEW, fields, headers={"Origin": "http://localhost"}).status_code == 403


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("is_in", [True, False])
def test_another_sites_words_are_never_put_before_her(
    is_in: bool, headers: dict[str, str], app: Flask, window: Browser
) -> None:
    if is_in:
        window.sign_in()
    fields = {"csrf_token": token_in(Browser(app).get("/desk/sign-in").text), "title": "Not hers"}
    answer = window.send(NEW, fields, headers=headers)
    assert answer.status_code == 400
    assert "no longer fresh" in answer.text
    assert "Not hers" not in answer.text
    assert saved(app) == 0


@pytest.mark.parametrize("path", ["/desk/sign-in", "/desk/set-up", "/desk/sign-out"])
def test_a_form_of_the_front_door_is_asked_for_anew(path: str, window: Browser) -> None:
    answer = window.send(path, {"email": EMAIL, "password": PASSWORD}, headers=OURS)
    assert answer.status_code == 400
    assert PASSWORD not in answer.text


def test_a_password_is_not_kept_with_the_rest(window: Browser) -> None:
    window.sign_in()
    fields = {"current_password": "hush now", "name": "Kept"}
    late = window.send("/desk/account", fields, headers=OURS)
    assert late.status_code == 403
    assert "Kept" in late.text
    assert "hush now" not in late.text


def test_a_long_text_is_taken_from_who_signed_out_here(window: Browser) -> None:
    fields = written(window)
    sign_out(window)
    long = "word " * (READERS_OCTETS // 5)
    late = window.send(NEW, fields | {"body": long}, headers=OURS)
    assert late.status_code == 403
    assert long in late.text
