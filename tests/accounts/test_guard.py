"""The guard: who is let in, for how long, and where a sign-in may lead."""

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from hrsite.accounts import guard
from hrsite.accounts.models import DeskSession
from hrsite.extensions import db
from tests.accounts.browsing import Browser

LEADS_AWAY = [
    "https://evil.example/desk/",
    "HTTPS://evil.example",
    "//evil.example/desk/",
    "///evil.example",
    "////evil.example/desk",
    "/\\evil.example",
    "\\\\evil.example",
    "/desk\\..\\..\\evil.example",
    "/desk/\\evil.example",
    "/desk//evil.example",
    "/desk/../../evil.example",
    "/desk/..//evil.example",
    "/desk/./posts",
    "/desk/%2e%2e/posts",
    "/desk/%2E%2E//evil.example",
    "/desk/..%2f..%2fevil.example",
    "/desk/%5c%5cevil.example",
    "/desk/%0d%0aSet-Cookie:x=1",
    "/desk/\r\nLocation: https://evil.example",
    "/desk/\tposts",
    "/\t/evil.example",
    "\t//evil.example",
    " //evil.example",
    " /desk/",
    "/desk/ ",
    "/desk/\n",
    "/desk\n",
    "/desk/\x00",
    "/desk/\u2028",
    "/desk/\u3002evil",
    "/desk\uff0fevil",
    "/desk@evil.example",
    "/desk:80@evil.example/",
    "/deskevil",
    "/desk.evil.example",
    "desk/posts",
    "./desk/",
    "@evil.example/desk/",
    "javascript:alert(1)//desk/",
    "data:text/html,/desk/",
    "http:/desk/",
    "http:desk/",
    "/posts/",
    "/",
    "",
    "?next=/desk/",
    "#/desk/",
    "/desk/#@evil.example",
    "/desk/?next=https://evil.example",
    "/desk/" + "a" * 1000,
]
IS_OURS = [
    "/desk",
    "/desk/",
    "/desk/posts/",
    "/desk/posts/12",
    "/desk/posts/12/publish",
    "/desk/letters/1717423200.M1P2.eml",
    "/desk/issues?before=12",
    "/desk/subscribers?page=2&order=new",
]


@pytest.mark.parametrize("path", LEADS_AWAY)
def test_a_path_that_is_not_a_plain_desk_page_is_never_followed(path: str) -> None:
    assert guard.desk_path(path) is None


@pytest.mark.parametrize("path", IS_OURS)
def test_a_page_of_the_desk_is_found_again(path: str) -> None:
    assert guard.desk_path(path) == path


@given(st.text(alphabet="/\\.:@%?#desk evil\t\n\u3002\uff0f", max_size=30))
def test_whatever_passes_begins_at_our_desk_and_climbs_nowhere(tail: str) -> None:
    passed = guard.desk_path("/desk" + tail)
    if passed is not None:
        assert passed == "/desk" + tail
        path = passed.split("?")[0]
        assert path == "/desk" or path.startswith("/desk/")
        assert "//" not in passed
        assert ".." not in passed
        assert not set(passed) & set("\\@:# \t\n")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_a_home_is_one_network(address: str, network: str) -> None:
    asked = Request(EnvironBuilder(environ_overrides={"REMOTE_ADDR": address}).get_environ())
    assert guard.network_of(asked) == network


def test_a_stranger_is_asked_to_sign_in_and_led_back(window: Browser) -> None:
    answer = window.get("/desk/account?x=1")
    assert answer.status_code == 303
    assert answer.location == "/desk/sign-in?next=/desk/account?x%3D1"
    assert "no-store" in answer.headers["Cache-Control"]


def test_signing_in_leads_nowhere_but_to_the_desk(app: Flask, window: Browser) -> None:
    for path in LEADS_AWAY:
        page = window.client.get(
            "/desk/sign-in", query_string={"next": path}, base_url=window.base_url
        )
        assert page.status_code == 200, path
        assert Browser(app).sign_in(wanted=path).location == "/desk/", path


def test_half_an_hour_without_a_page_closes_the_desk(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    clock.shift(timedelta(minutes=29))
    assert window.is_in()
    clock.shift(timedelta(minutes=31))
    answer = window.get("/desk/account")
    assert answer.location == "/desk/sign-in?next=/desk/account"
    assert "You were away for a while" in window.get(answer.location).text


def test_a_page_that_looks_by_itself_keeps_no_desk_open(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    for _ in range(3):
        clock.shift(timedelta(minutes=9))
        window.client.get("/desk/account", headers={"X-Looks-By-Itself": "1"})
    clock.shift(timedelta(minutes=9))
    assert not window.is_in()


def test_reading_pages_keeps_the_desk_open_and_writes_nothing(
    app: Flask, window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    before = _seen(app)
    for _ in range(4):
        clock.shift(timedelta(minutes=20))
        assert window.is_in()
    assert _seen(app) == before


def test_sending_a_form_is_written_down_at_most_once_a_minute(
    app: Flask, window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    before = _seen(app)
    wrong = {"current_password": "wrong", "new_password": "nine brown owls in rain"}
    clock.shift(timedelta(seconds=30))
    window.post("/desk/account", **wrong)
    assert _seen(app) == before
    clock.shift(timedelta(seconds=31))
    window.post("/desk/account", **wrong)
    assert (_seen(app)[0] - before[0]).total_seconds() == 61


def test_twelve_hours_are_the_most_however_busy_she_is(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    for _ in range(35):
        clock.shift(timedelta(minutes=20))
        assert window.is_in()
    clock.shift(timedelta(minutes=20))
    assert not window.is_in()


def test_her_own_phone_stays_signed_in_for_thirty_days(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in(keep="y")
    clock.shift(timedelta(days=29, hours=23))
    assert window.is_in()
    clock.shift(timedelta(hours=1))
    assert not window.is_in()


def test_an_old_copy_of_the_cookie_is_as_old_as_it_is(
    window: Browser, clock: time_machine.Traveller
) -> None:
    window.sign_in()
    copy = window.cookie()
    clock.shift(timedelta(minutes=20))
    assert window.is_in()
    clock.shift(timedelta(minutes=20))
    assert window.is_in()
    window.put_cookie(copy)
    assert not window.is_in()


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "\xff", "." * 4000, "eyJhIjoxfQ.aaaaaa.bbbb"])
def test_a_cookie_we_did_not_sign_opens_nothing(value: str, window: Browser) -> None:
    window.put_cookie(value)
    assert window.get("/desk/account").status_code == 303


def test_a_remember_token_cookie_opens_nothing(window: Browser) -> None:
    window.client.set_cookie("remember_token", "1|" + "0" * 128, domain="localhost")
    assert window.get("/desk/account").status_code == 303


def _seen(app: Flask) -> list[datetime]:
    with app.app_context():
        return list(db.session.scalars(db.select(DeskSession.seen_at)))
