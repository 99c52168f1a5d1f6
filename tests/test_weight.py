"""What a page weighs on a reader's paid data: bytes after compression, for each kind of page.

400 kbit/s with round trips of two seconds carry the first 14 KB in the first window of TCP, so a
first page is there after one answer (RFC 6928: ten segments). Times are not tested; bytes are.
"""

import gzip
import re
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient

from hrsite import create_app
from hrsite.demo import filling
from hrsite.extensions import db
from tests.conftest import settings_for

KB = 1024
# HTML and its stylesheets, compressed. An article: what ten TCP segments carry.
ARTICLE, LIST, FORM, TWIN = 14 * KB, 16 * KB, 10 * KB, 7 * KB
RECEIPT = 11 * KB  # It names each thing that is held of a reader, and grows with them.
BUDGETS = {
    "/": LIST,
    "/posts/": LIST,
    "/topics/": LIST,
    "/topics/starting-out": LIST,
    "/notices/": FORM,
    "/about": FORM,
    "/privacy": FORM,
    "/privacy/receipt": RECEIPT,
    "/staying-private": FORM,
    "/follow": FORM,
    "/signup": FORM,
    "/signup/asked": FORM,
    "/signup/link": FORM,
    "/no/such/page": LIST,
    "/confirm/AAAAAAAAAAAAAAAAAAAAAA": FORM,
}
SCRIPTS = 10 * KB
FONT = 37 * KB
SCRIPT = re.compile(r'<script\b[^>]* src="([^"]+)"')


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The site filled as `make demo` fills it."""
    data = tmp_path_factory.mktemp("weighed")
    app = create_app(settings_for(data))
    with app.app_context():
        flask_migrate.upgrade()
        filling.fill(db.session(), data)
        db.session.commit()
        db.engine.dispose()
    return app


@pytest.fixture(scope="module")
def reader(demo: Flask) -> FlaskClient:
    return demo.test_client()


def compressed(content: bytes) -> int:
    return len(gzip.compress(content, 9))


def fetched(reader: FlaskClient, addresses: list[str]) -> bytes:
    return b"".join(reader.get(address, buffered=True).data for address in addresses)


def weight(reader: FlaskClient, address: str) -> int:
    """What must come before the page can be read: its words and its styles, in one answer."""
    page = reader.get(address)
    assert "<style>" in page.text
    assert 'rel="stylesheet"' not in page.text
    return compressed(page.data)


def articles(reader: FlaskClient) -> list[str]:
    found = re.findall(r'href="(/posts/[^"?/]+)"', reader.get("/posts/").text)
    return sorted(set(found))


def test_an_article_comes_in_the_first_window(reader: FlaskClient) -> None:
    weights = {address: weight(reader, address) for address in articles(reader)}
    assert len(weights) > 8
    assert {address: size for address, size in weights.items() if size > ARTICLE} == {}


@pytest.mark.parametrize("address", BUDGETS)
def test_no_page_outgrows_its_kind(reader: FlaskClient, address: str) -> None:
    assert weight(reader, address) <= BUDGETS[address]


@pytest.mark.parametrize("address", ["/", "/posts/", "/posts/one-honest-question", "/signup"])
def test_the_twin_weighs_half(reader: FlaskClient, address: str) -> None:
    assert weight(reader, f"{address}?plain=1") <= TWIN


@pytest.mark.parametrize("address", [*BUDGETS, "/posts/one-honest-question"])
def test_scripts_are_few(reader: FlaskClient, address: str) -> None:
    scripts = SCRIPT.findall(reader.get(address).text)
    assert len(fetched(reader, scripts)) <= SCRIPTS


def test_the_letters_are_cut_to_what_is_read() -> None:
    fonts = list((Path(__file__).parents[1] / "hrsite/static/fonts").glob("*.woff2"))
    assert len(fonts) == 2
    assert all(font.stat().st_size <= FONT for font in fonts)


if __name__ == "__main__":
    import sys
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(Path(folder)))
        with app.app_context():
            flask_migrate.upgrade()
            filling.fill(db.session(), Path(folder))
            db.session.commit()
            db.engine.dispose()
        client = app.test_client()
        for place in [*articles(client), *BUDGETS]:
            sys.stdout.write(
                f"{place:45} {weight(client, place):6} {compressed(client.get(place).data):6}"
                f" plain {weight(client, place + '?plain=1'):6}\n"
            )
