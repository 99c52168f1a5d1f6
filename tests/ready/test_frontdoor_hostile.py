"""Whatever a request brings along: a ready page stays byte for byte what it was, for everybody."""

import pytest
import time_machine
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.ready import pagecache
from tests import factories
from tests.conftest import AppMaker
from tests.test_trust_hosts import EVIL, NOT_OURS, SAID_BESIDES

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

PAGES = (
    "/", "/posts/", "/posts/steps", "/topics/", "/topics/starting-out", "/notices/", "/about",
    "/privacy", "/feed.xml", "/signup", "/signup/asked", "/signup/link",
)  # fmt: skip
MARK = "mark-that-must-not-show"
HEADERS = [
    *SAID_BESIDES,
    {"Accept": "application/json"},
    {"Accept": "image/webp"},
    {"Accept": f"text/{MARK}"},
    {"Accept-Language": "fr, de;q=0.5"},
    {"Accept-Language": "x" * 4000},
    {"Accept-Charset": "utf-16"},
    {"Accept-Encoding": "deflate, zstd, " + MARK},
    {"Authorization": "Basic " + MARK},
    {"Cookie": f"desk={MARK}; __Host-desk={MARK}; session={MARK}"},
    {"Cookie": "x" * 8000},
    {"Range": "bytes=0-10"},
    {"Range": "bytes=5-1"},
    {"If-Range": '"x"', "Range": "bytes=0-1"},
    {"If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"},
    {"If-Unmodified-Since": "Wed, 21 Oct 1999 07:28:00 GMT"},
    {"If-Match": '"other"'},
    {"If-None-Match": "nonsense"},
    {"User-Agent": f"<script>{MARK}</script>"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"X-HTTP-Method": "DELETE"},
    {"X-Method-Override": "PUT"},
    {"X-Forwarded-Scheme": "http"},
    {"X-Forwarded-Ssl": "off"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Original-Host": EVIL},
    {"X-Wap-Profile": f"http://{EVIL}/wap.xml"},
    {"X-Script-Name": f"/{MARK}"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Purpose": "prefetch"},
    {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0"},
    {"Content-Length": "nonsense"},
    {"Transfer-Encoding": "nonsense"},
    {"Upgrade": "websocket", "Connection": "Upgrade"},
    {"Pragma": "no-cache", "Cache-Control": "no-cache"},
]
QUERIES = [
    "utm_source=" + MARK, "before", "plain=%00" + MARK, "q=" + "x" * 10_000, "a&" * 5_000,
    "%", "%zz", "%ff%fe", "=", "&&&", ";before=1", "before[]=1", "Before=1", "before%00=1",
    "id=1&act=publish", f"next=https://{EVIL}", "_method=DELETE", "callback=" + MARK, "\xff\xfe",
]  # fmt: skip
OTHER_PATHS = [
    "//posts/steps", "/posts//steps", "/./posts/steps", "/x/../posts/steps", "/posts/steps/",
    "/posts/steps%00", "/posts/STEPS", "/posts/steps.html", "/posts/steps;x=1", "/posts/%2e%2e/",
    "/posts/st%65ps", "/posts\\steps", "/posts/%C3%28", "/posts/steps%20", "/Posts/steps",
    "/posts/" + "x" * 10_000, "/" + "a/" * 2_000, "/static/../posts/steps", "/static/./site.css",
    "/static//site.css", "/static/../../pyproject.toml", "/static/%2e%2e/config.py", "/static/",
]  # fmt: skip


@pytest.fixture
def app(make_app: AppMaker, clock: time_machine.Traveller) -> Flask:
    return make_app()


@pytest.fixture
def usual(client: FlaskClient, session: Session) -> dict[str, bytes]:
    """Each page as its first reader got it; the clock stands still, so it is made but once."""
    factories.make_page(session)
    factories.make_post(session, slug="steps", tags=[factories.make_tag(session)])
    return {page: client.get(page).data for page in PAGES}


def same_for_the_next(client: FlaskClient, usual: dict[str, bytes]) -> bool:
    return all(client.get(page).data == usual[page] for page in PAGES)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_no_header_changes_a_ready_page(
    app: Flask, client: FlaskClient, usual: dict[str, bytes], headers: dict[str, str]
) -> None:
    for page in PAGES:
        answer = client.get(page, headers=headers)
        assert (answer.status_code, answer.data) == (200, usual[page])
    assert app.extensions["front_door"].kept_count == len(PAGES)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_a_page_that_such_a_request_was_the_first_to_ask_for_is_the_same_too(
    make_app: AppMaker, usual: dict[str, bytes], headers: dict[str, str]
) -> None:
    client = make_app().test_client()
    for page in PAGES:
        assert client.get(page, headers=headers).data == usual[page]
    assert same_for_the_next(client, usual)


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_a_declared_view_cannot_see_who_asks(app: Flask, headers: dict[str, str]) -> None:
    @pagecache.ready(before=pagecache.NUMBER)
    def gossip() -> str:
        told = (request.url, request.host, request.remote_addr, request.method, request.cookies)
        return repr((sorted(request.headers), *told, request.scheme, request.get_data()))

    app.add_url_rule("/gossip", "gossip", gossip)
    client = app.test_client()
    told = client.get("/gossip?before=1&x=2", headers=headers | {"X-Mark": MARK}).text
    assert MARK not in told
    assert "http://localhost/gossip?before=1'" in told
    app.extensions["front_door"].forget()
    assert client.head("/gossip?y=3&before=1").status_code == 200
    assert client.get("/gossip?before=1").text == told


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:20])
def test_no_parameter_that_is_not_the_pages_own_changes_it_or_takes_room(
    app: Flask, make_app: AppMaker, usual: dict[str, bytes], query: str
) -> None:
    for one in (app, make_app()):
        client = one.test_client()
        for page in PAGES:
            if page in ("/posts/", "/topics/starting-out") and query == "before":
                continue  # Their own parameter, empty: there is no such page.
            answer = client.get(f"{page}?{query}")
            assert (answer.status_code, answer.data) == (200, usual[page]), page
        assert same_for_the_next(client, usual)
        assert one.extensions["front_door"].kept_count == len(PAGES)


@pytest.mark.parametrize("path", OTHER_PATHS, ids=lambda path: path[:30])
def test_another_spelling_of_an_address_is_no_second_page(
    app: Flask, client: FlaskClient, usual: dict[str, bytes], path: str
) -> None:
    for query in ("", "?x=1", "?v=0123456789ab"):
        answer = client.get(path + query)
        assert answer.status_code in (200, 308, 400, 404)
        if answer.status_code == 200 and "site.css" not in path:
            assert answer.data == usual["/posts/steps"]
    assert app.extensions["front_door"].kept_count == len(PAGES)
    assert same_for_the_next(client, usual)


@pytest.mark.parametrize("host", NOT_OURS)
def test_a_ready_page_is_not_handed_to_a_host_that_is_not_ours(
    make_app: AppMaker, session: Session, host: str
) -> None:
    app = make_app(MODE="production", BASE_URL="https://example.org")
    client = app.test_client()
    ours = {
        page: client.get(page, base_url="https://example.org").data for page in ("/", "/signup")
    }
    for page in ours:
        answer = client.get(page, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400
        assert "could not be understood" in answer.text
        assert client.get(page, base_url="https://example.org:8443").data == ours[page]
    assert app.extensions["front_door"].kept_count == len(ours)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_no_other_method_gets_or_makes_a_ready_page(
    app: Flask, client: FlaskClient, usual: dict[str, bytes], method: str
) -> None:
    for page in PAGES:
        answer = client.open(page, method=method)
        assert answer.status_code in (200, 303, 405, 422)
        assert answer.data != usual[page]
    assert same_for_the_next(client, usual)
    assert app.extensions["front_door"].kept_count == len(PAGES)


def test_nothing_that_a_stranger_has_made_long_is_remembered(
    app: Flask, client: FlaskClient
) -> None:
    for number in range(5):
        assert client.get(f"/{'x' * 1000}{number}").status_code == 404
    assert app.extensions["front_door"]._known_declared.cache_info().currsize == 0
