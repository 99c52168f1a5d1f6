"""The one cookie is the desk's, and it is closed as tightly as a browser allows."""

import pytest
from flask.testing import FlaskClient

from tests.conftest import AppMaker

HTTPS = "https://example.org"


def cookie_of(make_app: AppMaker, base_url: str) -> str:
    app = make_app(BASE_URL=base_url, WTF_CSRF_ENABLED=True)
    answer = app.test_client().get("/desk/set-up", base_url=base_url)
    assert answer.status_code == 200
    return str(answer.headers["Set-Cookie"])


@pytest.mark.parametrize("database", ["sqlite"])
def test_on_https_the_cookie_belongs_to_this_host_and_no_script(make_app: AppMaker) -> None:
    parts = set(cookie_of(make_app, HTTPS).split("; ")[1:])
    assert parts == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
    assert cookie_of(make_app, HTTPS).startswith("__Host-desk=")


@pytest.mark.parametrize("database", ["sqlite"])
def test_on_this_machine_it_has_a_plain_name_and_is_still_closed(make_app: AppMaker) -> None:
    cookie = cookie_of(make_app, "http://localhost")
    assert cookie.startswith("desk=")
    assert set(cookie.split("; ")[1:]) == {"HttpOnly", "Path=/", "SameSite=Lax"}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["/", "/signup", "/deskless", "/posts/", "/nothing", "/DESK/"])
def test_a_signed_in_browser_gets_the_same_bytes_as_any_other(
    client: FlaskClient, coach: FlaskClient, path: str
) -> None:
    anybodys, hers = client.get(path), coach.get(path)
    assert hers.data == anybodys.data
    assert dict(hers.headers) == dict(anybodys.headers)
    assert "Set-Cookie" not in hers.headers
    assert "Cookie" not in hers.headers.get("Vary", "")
