"""The doors of sign-in and set-up, through a browser."""

import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask

from hrsite import clock as site_clock
from hrsite.accounts import setting_up
from hrsite.accounts.models import AuditEvent, DeskSession
from hrsite.extensions import db
from tests.accounts.browsing import EMAIL, PASSWORD, Browser, hidden_in, token_in
from tests.conftest import AppMaker

WRONG_WORDS = "do not belong together"
HOSTILE = [b"%00", b"a%00b", b"%ED%A0%80", b"%FF%FE", b"%E2%80%AEcoach", b"%0d%0aX:%20y", b"%",
           b"x" * 1_000_000, b"%7B%7B7*7%7D%7D", b"%3Cscript%3Ealert(1)%3C/script%3E"]  # fmt: skip


def without_tokens(page: str) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", page)


def kinds(app: Flask) -> list[str]:
    """What the audit says was done, in order."""
    with app.app_context():
        return list(db.session.scalars(db.select(AuditEvent.kind).order_by(AuditEvent.id)))


def test_the_right_password_leads_to_the_desk(app: Flask, window: Browser) -> None:
    answer = window.sign_in()
    assert (answer.status_code, answer.location) == (303, "/desk/")
    assert window.is_in()
    assert kinds(app) == ["signed_in"]


def test_the_page_she_asked_for_opens_after_she_signs_in(window: Browser) -> None:
    asked = window.get("/desk/account")
    fields = hidden_in(window.get(asked.location).text)
    answer = window.send("/desk/sign-in", {**fields, "email": EMAIL, "password": PASSWORD})
    assert answer.location == "/desk/account"


def test_nobody_learns_whether_an_address_may_come_in(app: Flask, window: Browser) -> None:
    wrong = window.sign_in(password="seven quiet geese at dawn")
    stranger = Browser(app, "198.51.100.9")
    unknown = stranger.sign_in(email="other@example.org")
    assert wrong.status_code == unknown.status_code == 422
    assert WRONG_WORDS in wrong.text
    assert without_tokens(wrong.text) == without_tokens(
        unknown.text.replace("other@example.org", EMAIL)
    )
    drop = {"Set-Cookie", "Content-Length", "Date"}
    assert {name: value for name, value in wrong.headers if name not in drop} == {
        name: value for name, value in unknown.headers if name not in drop
    }
    assert not window.is_in()
    assert kinds(app) == ["sign_in_failed", "sign_in_failed"]


def test_the_password_she_typed_is_never_shown_again(window: Browser) -> None:
    assert "my secret typing" not in window.sign_in(password="my secret typing").text


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_the_sixth_try_is_refused_and_says_until_when(
    email: str, window: Browser, clock: time_machine.Traveller
) -> None:
    for _ in range(5):
        assert window.sign_in(email=email, password="wrong").status_code == 422
    clock.shift(timedelta(minutes=20))
    refused = window.sign_in(email=email)
    assert refused.status_code == 429
    assert "Please try again in 41 minutes, after 11:00\u00a0am, Toronto time." in refused.text
    assert refused.headers["Retry-After"] == "2401"
    assert not window.is_in()


def test_the_cookie_is_bound_to_the_host_and_closed_to_scripts(make_app: AppMaker) -> None:
    app = make_app(BASE_URL="https://example.org", MODE="production", WTF_CSRF_ENABLED=True)
    with app.app_context():
        code = setting_up.make_code(db.session(), site_clock.now())
        db.session.commit()
    window = Browser(app)
    answer = window.post("/desk/set-up", code=code, name="Jordan", email=EMAIL, password=PASSWORD)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *flags = cookie.split("; ")
    assert name.startswith("__Host-desk=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert not [flag for flag in flags if flag.startswith(("Domain", "Expires", "Max-Age"))]
    assert window.is_in()


def test_the_cookie_outlives_the_window_only_when_she_asks(window: Browser) -> None:
    assert "Expires" not in window.sign_in().headers["Set-Cookie"]
    window.post("/desk/sign-out", form_at="/desk/account")
    assert "Expires" in window.sign_in(keep="y").headers["Set-Cookie"]


def test_signing_in_changes_the_cookie_and_the_secret_of_forms(window: Browser) -> None:
    page = window.get("/desk/sign-in").text
    window.send("/desk/sign-in", {"csrf_token": token_in(page), "email": EMAIL,
                                  "password": PASSWORD})  # fmt: skip
    stale = window.send("/desk/sign-out", {"csrf_token": token_in(page)})
    assert stale.status_code == 400
    assert "no longer fresh" in stale.text
    assert window.is_in()


@pytest.mark.parametrize("path", ["/", "/privacy", "/no-such-page", "/signup", "/feed.xml"])
def test_readers_pages_are_the_same_for_her_and_touch_no_cookie(
    path: str, app: Flask, window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    hers, theirs = window.get(path), Browser(app).get(path)
    assert "Set-Cookie" not in hers.headers
    assert "Cookie" not in hers.headers.get("Vary", "")
    assert (hers.status_code, hers.data) == (theirs.status_code, theirs.data)


def test_signing_out_ends_the_row_and_not_only_the_cookie(app: Flask, window: Browser) -> None:
    window.sign_in()
    copy = window.cookie()
    window.post("/desk/sign-out", form_at="/desk/account")
    assert not window.is_in()
    window.put_cookie(copy)
    assert not window.is_in()
    assert kinds(app) == ["signed_in", "signed_out"]


def test_signing_in_twice_in_one_browser_leaves_one_session(app: Flask, window: Browser) -> None:
    token = token_in(window.get("/desk/sign-in").text)
    window.sign_in()
    again = token_in(window.get("/desk/account").text) or token
    window.send("/desk/sign-in", {"csrf_token": again, "email": EMAIL, "password": PASSWORD})
    with app.app_context():
        assert db.session.query(DeskSession).count() == 1
    assert window.is_in()


def test_a_form_from_another_site_changes_nothing(window: Browser) -> None:
    window.sign_in()
    assert window.send("/desk/sign-out", {}).status_code == 400
    assert window.is_in()


def test_a_form_sent_after_the_desk_closed_keeps_its_words(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    page = window.get("/desk/account").text
    clock.shift(timedelta(minutes=45))
    words = {"title": 'A "long" day', "body": "One.\n\nTwo & <three>.", "new_password": "hush now"}
    late = window.send("/desk/account", {"csrf_token": token_in(page), **words})
    assert late.status_code == 403
    assert "What you wrote is safe" in late.text
    assert "hush now" not in late.text
    fields = hidden_in(late.text)
    wrong = window.send("/desk/sign-in", {**fields, "email": EMAIL, "password": "wrong"})
    fields = hidden_in(wrong.text)
    again = window.send("/desk/sign-in", {**fields, "email": EMAIL, "password": PASSWORD})
    held = hidden_in(again.text.split("<main", 1)[1])
    assert held["title"] == words["title"]
    assert held["body"] == words["body"]
    assert 'action="/desk/account"' in again.text
    assert window.send("/desk/account", held).status_code == 422


def test_words_held_in_a_browser_that_was_never_hers_can_be_sent_too(window: Browser) -> None:
    page = window.get("/desk/sign-in").text
    late = window.send("/desk/account", {"csrf_token": token_in(page), "title": "Kept"})
    fields = hidden_in(late.text)
    again = window.send("/desk/sign-in", {**fields, "email": EMAIL, "password": PASSWORD})
    held = hidden_in(again.text.split("<main", 1)[1])
    assert held["title"] == "Kept"
    assert window.send("/desk/account", held).status_code == 422


@pytest.mark.parametrize("held", ["{", "[[1,2]]", '[["a"]]', '"x"', "[" * 5000, '[["a",null]]'])
def test_held_words_that_are_no_words_are_let_go(held: str, window: Browser) -> None:
    assert window.sign_in(held=held, wanted="/desk/account").location == "/desk/account"


def test_a_form_left_open_can_be_sent_once_she_is_in_again(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    page = window.get("/desk/account").text
    clock.shift(timedelta(minutes=45))
    window.get("/desk/account")
    window.sign_in()
    sent = window.send("/desk/account", {"csrf_token": token_in(page)})
    assert "Please fill this in" in sent.text


def test_a_new_site_leads_to_set_up_and_the_code_makes_the_owner(app: Flask, code: str) -> None:
    window = Browser(app)
    assert window.get("/desk/sign-in").location == "/desk/set-up"
    said = {"name": "Jordan", "email": EMAIL, "password": PASSWORD}
    assert window.post("/desk/set-up", code=code, **said).location == "/desk/"
    assert window.is_in()
    second = Browser(app).post("/desk/set-up", code=code, **said)
    assert second.status_code == 422
    assert "This code does not work" in second.text
    assert kinds(app) == ["set_up_code_made", "set_up"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "steadyground1"}, "easy to guess|the site&#39;s name"),
        ({"password": "short"}, "at least 12 characters"),
        ({"email": "no-at-sign"}, "no @ sign"),
        ({"name": "\u200b"}, "hidden character"),
        ({"code": "AAAAA-AAAAA-AAAAA-AAAAA"}, "This code does not work"),
        ({"name": ""}, "Please fill this in"),
    ],
)
def test_set_up_says_what_is_wrong_and_the_code_stays_good(
    app: Flask, code: str, change: dict[str, str], words: str
) -> None:
    window = Browser(app)
    said = {"code": code, "name": "Jordan", "email": EMAIL, "password": PASSWORD}
    refused = window.post("/desk/set-up", **said | change)
    assert refused.status_code == 422
    assert re.search(words, refused.text)
    assert window.post("/desk/set-up", **said).status_code == 303


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].decode())
@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/desk/sign-in", ("email", "password", "keep", "held", "wanted", "csrf_token")),
        ("/desk/set-up", ("code", "name", "email", "password")),
    ],
)
def test_a_hostile_text_in_any_box_gets_words_and_never_a_fault(
    path: str, names: tuple[str, ...], text: bytes, app: Flask, code: str
) -> None:
    for name in names:
        window = Browser(app)
        good = {"code": code, "name": "Jordan", "email": EMAIL, "password": "not hers"}
        good["csrf_token"] = token_in(window.get("/desk/set-up").text)
        good.pop(name, None)
        body = urlencode(good).encode() + b"&" + name.encode() + b"=" + text
        answer = window.client.post(
            path, data=body, content_type="application/x-www-form-urlencoded",
            base_url=window.base_url,
        )  # fmt: skip
        # A long odd text is a good password; everything else is refused in words.
        refused = answer.status_code in (400, 413, 422, 429)
        assert refused or (name, answer.status_code) == ("password", 303), name
        assert "<script>alert" not in answer.text
        assert 'value="49"' not in answer.text
        assert "Something broke" not in answer.text
