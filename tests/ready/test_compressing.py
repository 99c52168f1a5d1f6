"""A reader's own page travels small; the coach's goes as it is."""

import gzip

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests import factories
from tests.whole_site import READERS

pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def paths(session: Session) -> list[str]:
    links = factories.make_subscriber(session, READERS[0]).links
    own = [f"/{kind}/{links[kind]}" for kind in ("confirm", "settings", "unsubscribe")]
    # Found by nobody: asked for without a word of the browser, as a page to keep would be.
    missing = ["/posts/none-such", "/topics/none", "/none-such", "/posts/none-such?plain=1"]
    return ["/search?q=overdose", "/confirm/nobody", *own, *missing]


def test_a_page_of_ones_own_comes_small_and_is_the_same(
    client: FlaskClient, paths: list[str]
) -> None:
    for path in paths:
        plain = client.get(path)
        for coding, undo in (("br", brotli.decompress), ("gzip", gzip.decompress)):
            small = client.get(path, headers={"Accept-Encoding": coding})
            assert small.status_code == plain.status_code
            assert small.headers["Content-Encoding"] == coding
            assert small.headers["Content-Length"] == str(len(small.data))
            assert len(small.data) < len(plain.data) / 2, path
            assert len(undo(small.data)) == len(plain.data)
        assert "Content-Encoding" not in plain.headers
        assert "Accept-Encoding" in plain.headers["Vary"]


def test_the_coachs_pages_and_what_is_no_page_go_as_they_are(coach: FlaskClient) -> None:
    for path in ("/desk/", "/desk/posts/", "/robots.txt"):
        answer = coach.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert answer.status_code == 200
        assert answer.headers.get("Content-Encoding") in (None, "br" if "robots" in path else None)
        if "desk" in path:
            assert answer.text.startswith("<!DOCTYPE html>")
