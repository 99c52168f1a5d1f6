"""Security headers: what exactly they say. Which pages have them is in test_routes.py."""

import base64
import hashlib
import re

import pytest
from flask.testing import FlaskClient

from tests.conftest import AppMaker

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def test_a_page_may_load_from_this_host_alone_and_stand_in_no_frame(client: FlaskClient) -> None:
    said = client.get("/").headers["Content-Security-Policy"]
    told = dict(part.split(" ", 1) for part in said.split("; "))
    assert told | {"style-src": told["style-src"].partition(" ")[0]} == POLICY


@pytest.mark.parametrize("path", ["/", "/?plain=1", "/nothing-here", "/signup"])
def test_the_sheet_inside_a_page_is_named_by_its_hash_and_no_other_style_is(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    (sheet,) = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert re.search(r"style-src 'self'( 'sha256-[\w+/]{43}=')+;", policy)
    assert f"'sha256-{digest}'" in policy


def test_the_rest_of_the_headers(client: FlaskClient) -> None:
    headers = client.get("/").headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_on_https_browsers_are_told_to_stay_there(make_app: AppMaker) -> None:
    client = make_app(BASE_URL="https://example.org").test_client()
    for path in ("/", "/nothing-here"):
        answer = client.get(path, base_url="https://example.org")
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_picture_keeps_the_tighter_policy_of_its_own_door(client: FlaskClient) -> None:
    answer = client.get("/media/" + "a" * 22 + ".webp")
    assert answer.status_code == 404
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
