"""The stylesheets inside pages: short, and their fonts under addresses that hold for ever."""

import hashlib
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hrsite.ready.staticfiles import FOR_EVER

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
FONT = re.compile(r"/static/fonts/[a-z-]+\.woff2\?v=[0-9a-f]{12}")
HERE = Path(__file__).parents[1] / "hrsite/static/fonts"


def test_each_font_is_asked_for_beside_the_page_and_kept_for_ever(client: FlaskClient) -> None:
    page = client.get("/").text
    (sheet,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    named = FONT.findall(sheet)
    assert len(named) == len(list(HERE.glob("*.woff2"))) == 2
    for address in named:
        assert f'<link rel="preload" href="{address}" as="font"' in page
        answer = client.get(address, buffered=True)
        assert answer.headers["Cache-Control"] == FOR_EVER
        digest = hashlib.sha256(answer.data).hexdigest()
        assert address.endswith(digest[:12]), "a changed font needs its new hash in site.css"


def test_the_twin_asks_for_no_font(client: FlaskClient) -> None:
    assert "woff2" not in client.get("/?plain=1").text


def test_the_sheet_says_the_same_in_fewer_letters(client: FlaskClient) -> None:
    (sheet,) = re.findall("<style>(.*?)</style>", client.get("/").text, re.DOTALL)
    assert "/*" not in sheet
    assert "\n" not in sheet
    # Switches keep their blank, without which older browsers take them for nothing.
    assert "--night: }" in sheet
    assert "--day: ;" in sheet
    assert sheet.count("{") == sheet.count("}")
    assert "light-dark(" not in sheet
