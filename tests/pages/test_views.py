"""Pages that stand by themselves, as readers see them."""

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.conftest import AppMaker
from tests.factories import make_page


def test_the_menu_names_about_once_it_is_written(client: FlaskClient, session: Session) -> None:
    assert client.get("/about").status_code == 404
    assert 'href="/about"' not in client.get("/posts/").text

    make_page(session, body_html="<p>I listen first.</p>")

    assert "I listen first." in client.get("/about").text
    assert 'href="/about"' in client.get("/posts/").text


def test_a_long_menu_shows_its_first_pages_and_opens_for_the_others(
    client: FlaskClient, session: Session
) -> None:
    for number in range(8):
        make_page(session, slug=f"page-{number}", title=f"Page {number}", position=number)
    assert "<details" not in client.get("/posts/").text
    make_page(session, slug="page-8", title="Page 8", position=8)

    menu = re.compile(r'<nav aria-label="Main">.*?</nav>', re.DOTALL)
    for address, is_open in (("/posts/", False), ("/page-4", False), ("/page-5", True)):
        found = menu.search(client.get(address).text)
        assert found, address
        before, begun, within = found[0].partition("<details")
        assert begun, address
        assert re.findall(r'href="/page-(\d)"', before) == [*"01234"]
        assert re.findall(r'href="/page-(\d)"', within) == [*"5678"]
        assert within.lstrip().startswith("open") == is_open, address


def test_the_privacy_page_is_always_there(client: FlaskClient) -> None:
    page = client.get("/privacy")

    assert page.status_code == 200
    assert "cookies" in page.text


def test_without_an_address_to_leave_for_there_is_no_link_and_no_script(make_app: AppMaker) -> None:
    away = make_app(EXIT_URL="https://weather.example.org/").test_client().get("/signup").text
    assert 'href="https://weather.example.org/" rel="noreferrer' in away
    assert "leave.js" in away
    page = make_app(EXIT_URL="").test_client().get("/signup").text
    assert "Leave this site" not in page
    assert "leave.js" not in page


def test_the_page_on_staying_private_never_claims_to_clear_the_list(client: FlaskClient) -> None:
    page = " ".join(client.get("/staying-private").text.split())
    assert "No website can clear that list." in page
    assert 'href="/staying-private"' in client.get("/").text
    assert 'href="/staying-private"' in client.get("/signup").text
