"""Pages that stand by themselves, as readers see them."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_page


def test_the_menu_names_about_once_it_is_written(client: FlaskClient, session: Session) -> None:
    assert client.get("/about").status_code == 404
    assert 'href="/about"' not in client.get("/posts/").text

    make_page(session, body_html="<p>I listen first.</p>")

    assert "I listen first." in client.get("/about").text
    assert 'href="/about"' in client.get("/posts/").text


def test_the_privacy_page_is_always_there(client: FlaskClient) -> None:
    page = client.get("/privacy")

    assert page.status_code == 200
    assert "cookies" in page.text
