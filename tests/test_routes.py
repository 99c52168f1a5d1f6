"""Rules for every door there is, made from the application's own map: none can be forgotten."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.ready import pagecache
from tests.whole_site import FRONT_DOORS, READERS, Door, Furnished, everything_kept, furnish

HOOKS = {"/webhooks/mailgun", "/webhooks/postmark", "/webhooks/ses"}
# What a person's own links open.
OWN = {
    "/confirm/<token>", "/move/<token>", "/r/<token>", "/settings/<token>", "/stay/<token>",
    "/settings/<token>/address", "/settings/<token>/close", "/settings/<token>/erase",
    "/settings/<token>/kept", "/settings/<token>/kept.json", "/unsubscribe/<token>",
    "/unsubscribe/<token>/undo"}  # fmt: skip
# Readers have these in their bookmarks, feeds and letters: none may disappear or change its name.
PUBLIC = HOOKS | OWN | {
    "/",
    "/<slug>",
    "/call",
    "/feed.json",
    "/feed.xml",
    "/follow",
    "/media/<name>.jpg",
    "/media/<name>.webp",
    "/media/card-<name>.png",
    "/n/<int:number>",
    "/notices/",
    "/notices/<slug>",
    "/notices/<slug>.ics",
    "/notices/calendar.ics",
    "/posts/",
    "/posts/<int(fixed_digits=4):year>/<int(fixed_digits=2):number>",
    "/posts/<slug>",
    "/privacy",
    "/privacy/receipt",
    "/robots.txt",
    "/search",
    "/signup",
    "/signup/asked",
    "/signup/link",
    "/signup/link/asked",
    "/sitemap-articles-<int:number>.xml",
    "/sitemap-pages.xml",
    "/sitemap.xml",
    "/static/<path:filename>",
    "/staying-private",
    "/t/<int:number>",
    "/topics/", "/topics/<slug>", "/topics/<slug>/feed.json", "/topics/<slug>/feed.xml",
}  # fmt: skip
LEAD_ON = {"/n/<int:number>", "/t/<int:number>"}  # The bare links of plain letters.
# Not kept ready: they belong to one person, are files, or lead on.
NOT_READY = (
    LEAD_ON
    | HOOKS
    | OWN
    | {
        "/media/<name>.jpg",
        "/media/<name>.webp",
        "/media/card-<name>.png",
        "/static/<path:filename>",
    }
)
EVERYWHERE = {
    "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
    "Cross-Origin-Opener-Policy", "Permissions-Policy",
}  # fmt: skip
# The value of every src, and the href of what a browser fetches by itself.
FETCHED = re.compile(r"<(?!a\b)\w+[^>]*?\b(?:src|href|srcset|action|formaction|poster)=\"([^\"]*)")
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def furnished(app: Flask, coach: FlaskClient, session: Session) -> Furnished:
    return furnish(app, session)


@pytest.fixture
def doors(app: Flask, furnished: Furnished) -> list[Door]:
    return furnished.doors(app)


def knock(browser: FlaskClient, door: Door) -> TestResponse:
    return browser.open(door.path, method=door.method, buffered=True)


@ON_SQLITE
def test_no_public_address_disappears_and_none_is_opened_by_accident(app: Flask) -> None:
    open_to_all = {
        rule.rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/desk")
    }
    assert open_to_all == PUBLIC


@ON_SQLITE
def test_a_public_page_is_kept_ready_unless_it_says_why_not(app: Flask) -> None:
    kept = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if pagecache.declared_by(app, rule.endpoint) is not None
    }
    assert kept == PUBLIC - NOT_READY


@ON_SQLITE
def test_every_desk_door_is_below_desk_and_has_the_guard(app: Flask) -> None:
    desk = {name for name in app.blueprints if name.endswith("_desk")}
    for rule in app.url_map.iter_rules():
        assert (rule.endpoint.split(".")[0] in desk) == (
            rule.rule.startswith("/desk") and rule.endpoint not in FRONT_DOORS
        )


def test_every_desk_door_refuses_a_stranger_and_keeps_nothing(
    client: FlaskClient, doors: list[Door]
) -> None:
    before = everything_kept()
    desk = [door for door in doors if door.is_desk]
    assert len(desk) > 30
    for door in desk:
        answer = knock(client, door)
        if door.method == "POST":
            assert answer.status_code == 403, door
        else:
            assert answer.status_code == 303, door
            assert answer.location.startswith("/desk/sign-in"), door
    assert everything_kept() == before


def test_a_stranger_who_sends_words_to_the_desk_changes_nothing(
    client: FlaskClient, doors: list[Door]
) -> None:
    before = everything_kept()
    words = {"title": "x", "body": "x", "act": "publish", "version": "1", "confirm": "1"}
    for door in (door for door in doors if door.is_desk and door.method == "POST"):
        assert client.post(door.path, data=words).status_code == 403, door
    assert everything_kept() == before


def test_the_coach_gets_in_by_every_desk_door(coach: FlaskClient, doors: list[Door]) -> None:
    for door in doors:
        if door.is_desk and door.method == "GET":
            assert knock(coach, door).status_code == 200, door


def test_every_public_page_is_there(client: FlaskClient, doors: list[Door]) -> None:
    for door in doors:
        if not door.rule.startswith("/desk") and door.method == "GET":
            expected = 302 if door.rule in LEAD_ON else 200
            assert knock(client, door).status_code == expected, door


def test_reading_changes_no_row_neither_for_a_stranger_nor_for_the_coach(
    client: FlaskClient, coach: FlaskClient, doors: list[Door]
) -> None:
    before = everything_kept()
    for browser in (client, coach):
        for door in (door for door in doors if door.method in ("GET", "HEAD")):
            knock(browser, door)
            knock(browser, Door(door.method, door.path + "?id=1&act=publish", "", ""))
    assert everything_kept() == before


@ON_SQLITE
def test_head_says_what_get_says(
    client: FlaskClient, coach: FlaskClient, doors: list[Door]
) -> None:
    volatile = {"Content-Length", "Set-Cookie", "Date"}  # A page holds the time it was made.
    for browser in (client, coach):
        for door in (door for door in doors if door.method == "HEAD"):
            read = browser.get(door.path, buffered=True)
            asked = browser.head(door.path, buffered=True)
            assert asked.status_code == read.status_code, door
            assert asked.data == b"", door
            kept = [
                {name: value for name, value in one.headers if name not in volatile}
                for one in (read, asked)
            ]
            assert kept[0] == kept[1], door


@ON_SQLITE
def test_every_answer_has_the_security_headers(
    client: FlaskClient, coach: FlaskClient, doors: list[Door]
) -> None:
    for browser in (client, coach):
        for door in doors:
            assert set(knock(browser, door).headers.keys()) >= EVERYWHERE, door


@ON_SQLITE
@pytest.mark.parametrize(
    ("method", "path", "status", "more"),
    [
        ("GET", "/nothing-here", 404, {}),
        ("GET", "/posts", 308, {}),
        ("POST", "/about", 405, {}),
        ("PATCH", "/", 405, {}),
        ("OPTIONS", "/", 200, {}),
        ("GET", "/", 400, {"headers": {"Host": "evil.example"}}),
        ("POST", "/signup", 403, {"headers": {"Sec-Fetch-Site": "cross-site"}}),
        ("POST", "/signup", 413, {"data": {"address": "x" * 3_000_000}}),
        ("GET", "/broken", 500, {}),
        ("GET", "/full", 503, {}),
    ],
)
def test_answers_to_trouble_have_the_security_headers_too(
    app: Flask, method: str, path: str, status: int, more: dict[str, object]
) -> None:
    def raises(fault: Exception) -> Callable[[], str]:
        def view() -> str:
            raise fault

        return view

    app.add_url_rule("/broken", "broken", raises(ZeroDivisionError()))
    app.add_url_rule("/full", "full", raises(OSError(28, "full")))
    answer = app.test_client().open(path, method=method, **more)
    assert answer.status_code == status
    assert set(answer.headers.keys()) >= EVERYWHERE


@ON_SQLITE
def test_desk_and_token_pages_are_kept_by_no_cache_and_by_no_search_engine(
    client: FlaskClient, coach: FlaskClient, doors: list[Door]
) -> None:
    for browser in (client, coach):
        for door in doors:
            if door.rule.startswith("/desk") or "<token>" in door.rule:
                headers = knock(browser, door).headers
                assert headers["Cache-Control"] == "no-store", door
                assert headers["X-Robots-Tag"] == "noindex", door


@ON_SQLITE
def test_readers_get_no_cookie_and_pages_are_the_same_for_everybody(
    client: FlaskClient, coach: FlaskClient, doors: list[Door]
) -> None:
    for browser in (client, coach):
        for door in (door for door in doors if not door.rule.startswith("/desk")):
            headers = knock(browser, door).headers
            assert "Set-Cookie" not in headers, door
            assert "Cookie" not in headers.get("Vary", ""), door


@ON_SQLITE
def test_pages_fetch_nothing_from_another_host(
    client: FlaskClient, coach: FlaskClient, doors: list[Door]
) -> None:
    for browser in (client, coach):
        for door in (door for door in doors if door.method == "GET"):
            answer = knock(browser, door)
            if answer.mimetype != "text/html" or answer.status_code != 200:
                continue
            fetched = FETCHED.findall(answer.text)
            # A letter fetches nothing at all, not even on the desk.
            is_letter = door.endpoint == "posts_desk.preview_letter"
            assert ("/static/" in "".join(fetched)) != is_letter, door
            for target in fetched:
                assert re.match(r"/(?!/)|#|http://localhost/|\Z", target), (str(door), target)


@ON_SQLITE
def test_no_page_a_stranger_can_open_names_a_subscriber(
    client: FlaskClient, doors: list[Door]
) -> None:
    for door in (door for door in doors if door.method == "GET"):
        page = knock(client, door).data.decode("utf-8", "replace")
        for reader in READERS:
            assert reader not in page, door
            assert reader.partition("@")[0] not in page, door


@ON_SQLITE
def test_each_token_opens_its_own_doors_and_no_other(
    client: FlaskClient, furnished: Furnished, doors: list[Door]
) -> None:
    own = {door.path.split("/")[1]: door.path.split("/")[2] for door in doors if door.rule in OWN}
    assert set(own) == {"confirm", "move", "r", "settings", "stay", "unsubscribe"}
    assert len(set(own.values())) == len(own)
    before = everything_kept()
    for door in (door for door in doors if "<token>" in door.rule):
        for purpose, token in own.items():
            if purpose != door.rule.split("/")[1]:
                path = door.rule.replace("<token>", token)
                # Our own page's button: a mail program that lets somebody leave is told "done".
                answer = client.open(path, method=door.method, data={"button": "1"})
                assert answer.status_code == 404, (str(door), purpose)
    assert everything_kept() == before
