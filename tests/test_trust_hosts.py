"""Whatever a request says about hosts: it opens no door, and no page repeats it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import AppMaker

EVIL = "evil-host-9.example"
OURS = "https://example.org"

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

NOT_OURS = [
    EVIL, f"{EVIL}:443", f"example.org.{EVIL}", f"example.org@{EVIL}", f"{EVIL}#example.org",
    f"{EVIL}/example.org", f"example.org:{EVIL}", f"example.org {EVIL}", f"{EVIL},example.org",
    "xexample.org", "www.example.org", "example.org.", "[::1]", "127.0.0.1", "localhost",
    "example.org\\.evil-host-9.example", "EXAMPLE.ORG.EVIL-HOST-9.EXAMPLE", "",
]  # fmt: skip
SAID_BESIDES = [
    {"X-Forwarded-Host": EVIL},
    {"X-Forwarded-Host": f"{EVIL}, example.org"},
    {"X-Forwarded-Server": EVIL},
    {"X-Forwarded-Proto": "http"},
    {"X-Forwarded-Proto": EVIL},
    {"X-Forwarded-Port": "9999"},
    {"X-Forwarded-Prefix": f"//{EVIL}"},
    {"X-Forwarded-For": EVIL},
    {"X-Forwarded-For": "127.0.0.1"},
    {"X-Host": EVIL},
    {"X-HTTP-Host-Override": EVIL},
    {"X-Original-URL": f"https://{EVIL}/desk/"},
    {"X-Rewrite-URL": "/desk/"},
    {"X-HTTP-Method-Override": "POST"},
    {"Forwarded": f"for=127.0.0.1;host={EVIL};proto=http"},
    {"Referer": f"https://{EVIL}/"},
    {"Origin": f"https://{EVIL}"},
]
PATHS = ("/", "/posts/", "/feed.xml", "/signup", "/nothing-here", "/posts", "/desk/")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(MODE="production", BASE_URL=OURS, TRUSTED_PROXIES=1)


@pytest.mark.parametrize("host", NOT_OURS)
def test_a_host_that_is_not_ours_gets_words_and_no_page(client: FlaskClient, host: str) -> None:
    for path in PATHS:
        answer = client.get(path, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == 400, path
        assert "could not be understood" in answer.text
        assert "evil-host" not in answer.text.lower()
        assert "evil-host" not in str(answer.headers).lower()


@pytest.mark.parametrize("host", ["EXAMPLE.ORG", "Example.org:443"])
def test_our_host_in_capitals_is_ours(client: FlaskClient, host: str) -> None:
    for path in ("/", "/signup", "/unsubscribe/AAAAAAAAAAAAAAAAAAAAAA"):
        usual = client.get(path, base_url=OURS)
        answer = client.get(path, environ_overrides={"HTTP_HOST": host})
        assert answer.status_code == usual.status_code != 400, path
        assert "EXAMPLE.ORG" not in answer.text
    pressed = client.post("/unsubscribe/AAAA", environ_overrides={"HTTP_HOST": host})
    assert pressed.status_code == 200


@pytest.mark.parametrize("said", SAID_BESIDES, ids=str)
def test_what_a_request_says_about_other_hosts_is_in_no_answer(
    client: FlaskClient, session: Session, said: dict[str, str]
) -> None:
    factories.make_post(session)
    for path in PATHS:
        usual = client.get(path, base_url=OURS)
        answer = client.get(path, base_url=OURS, headers=said)
        assert answer.status_code == usual.status_code, path
        assert EVIL not in answer.text
        assert EVIL not in str(answer.headers)
        assert answer.headers.get("Location") == usual.headers.get("Location")
        assert "http://" not in answer.text.replace("http://www.w3.org", "")


@pytest.mark.parametrize("said", SAID_BESIDES, ids=str)
def test_no_header_opens_the_desk(client: FlaskClient, said: dict[str, str]) -> None:
    answer = client.get("/desk/posts/", base_url=OURS, headers=said)
    assert answer.status_code == 303
    assert "/desk/sign-in" in answer.location
    assert client.get("/", base_url=OURS, headers=said).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Origin": f"https://{EVIL}"},
        {"Origin": "http://example.org"},
        {"Origin": "https://example.org:8443"},
        {"Origin": "https://example.org.evil-host-9.example"},
        {"Origin": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/signup", "/signup/link"])
def test_a_form_another_sites_page_sends_is_refused(
    client: FlaskClient, headers: dict[str, str], path: str
) -> None:
    data = {"address": "reader@example.net"}
    answer = client.post(path, base_url=OURS, data=data, headers=headers)
    assert answer.status_code == 403
    assert "came from another site" in answer.text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": OURS}, {"Origin": "null"}],
    ids=str,
)
def test_a_form_of_our_own_page_is_taken(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post("/signup", base_url=OURS, data={"address": "a@b.org"}, headers=headers)
    assert answer.status_code in (303, 422)


@pytest.mark.parametrize(
    "wanted",
    [
        "//evil-host-9.example", "https://evil-host-9.example", "/\\evil-host-9.example",
        "/desk/\\evil-host-9.example", "/desk//evil-host-9.example/..", "/%2f/evil-host-9.example",
        "javascript:alert(1)", "/desk/../..//evil-host-9.example", "\t//evil-host-9.example",
        "/desk/@evil-host-9.example", "/desk/posts/?next=https://evil-host-9.example",
    ],
)  # fmt: skip
def test_signing_in_never_leads_away(client: FlaskClient, session: Session, wanted: str) -> None:
    factories.make_account(session)
    assert (
        EVIL not in client.get("/desk/sign-in", base_url=OURS, query_string={"next": wanted}).text
    )
    answer = client.post(
        "/desk/sign-in",
        base_url=OURS,
        query_string={"next": wanted},
        data={"email": "jordan@example.org", "password": factories.PASSWORD, "wanted": wanted},
    )
    assert answer.status_code == 303
    assert answer.location == "/desk/"
