"""Our own files: for ever under their hash, asked for each time without it, small on the way."""

import re

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import AppMaker

pytestmark = pytest.mark.parametrize("database", ["sqlite"])

FOR_EVER = "public, max-age=31536000, immutable"
FONT = "/static/fonts/fraunces-latin-wght.woff2"


@pytest.fixture(params=["production", "development"])
def app(request: pytest.FixtureRequest, make_app: AppMaker) -> Flask:
    return make_app(MODE=request.param, BASE_URL="https://localhost")


def css(client: FlaskClient) -> str:
    found = re.search(
        r"/static/site\.css\?v=\w+", client.get("/desk/sign-in", follow_redirects=True).text
    )
    assert found
    return found[0]


def test_a_file_under_its_hash_is_kept_for_ever_and_otherwise_asked_for(
    client: FlaskClient,
) -> None:
    address = css(client)
    wanted = client.get(address)
    assert wanted.headers["Cache-Control"] == FOR_EVER
    for other in ("/static/site.css", "/static/site.css?v=0123456789ab", address + "x",
                  "/static/site.css?x=1", address + "&x=1"):  # fmt: skip
        answer = client.get(other)
        assert answer.data == wanted.data
        assert answer.headers["Cache-Control"] == "no-cache", other


def test_files_come_compressed_and_fonts_as_they_are(client: FlaskClient) -> None:
    plain = client.get(css(client))
    packed = client.get(css(client), headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    font = client.get(FONT, headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in font.headers
    assert "Vary" not in font.headers
    assert font.data[:4] == b"wOF2"


def test_a_browser_that_has_a_file_is_told_so(client: FlaskClient) -> None:
    for path in (css(client), "/static/site.css", FONT):
        tag = client.get(path).headers["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../config.py", "/static/%2e%2e/config.py", "/static/"]
)
def test_what_is_no_file_of_ours_is_not_there(client: FlaskClient, path: str) -> None:
    for query in ("", "?v=0123456789ab"):
        assert client.get(path + query).status_code == 404
        assert client.head(path + query).status_code == 404


def test_it_has_the_headers_that_everything_has(client: FlaskClient) -> None:
    headers = client.get(css(client)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in headers
    assert headers["Content-Type"].startswith("text/css")
