"""Readers who come by an old address."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.redirects import moving
from tests.factories import make_post


def lead(session: Session, old: str, new: str) -> None:
    moving.lead(session, old, new, clock.now())
    session.commit()


def test_an_old_address_leads_to_the_new_page(client: FlaskClient, session: Session) -> None:
    make_post(session, slug="kept")
    lead(session, "/post/old-title", "/posts/kept")
    for path in ("/post/old-title", "/Post/Old-Title/", "/post/old-title?utm_source=x"):
        for method in ("GET", "HEAD"):
            answer = client.open(path, method=method)
            assert (answer.status_code, answer.location) == (301, "/posts/kept"), path
            # Nobody's browser keeps a mistake of hers for good.
            assert answer.headers["Cache-Control"] == "public, max-age=3600"
            assert "Set-Cookie" not in answer.headers
    assert client.post("/post/old-title").status_code == 404


def test_letters_of_any_script_lead_on(client: FlaskClient, session: Session) -> None:
    lead(session, "/p/人-门", "/posts/café")
    assert client.get("/p/%E4%BA%BA-%E9%97%A8").location == "/posts/caf%C3%A9"


def test_a_page_that_is_there_is_shown_and_nothing_is_looked_up(
    client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="kept")
    lead(session, "/posts/kept", "/posts/other")
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert client.get("/posts/kept").status_code == 200
    assert not any("redirects" in statement for statement in asked)


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_desk_never_leads_elsewhere(
    client: FlaskClient, coach: FlaskClient, session: Session
) -> None:
    lead(session, "/desk/old", "/posts/kept")
    assert client.get("/desk/old").status_code in (303, 404)
    assert coach.get("/desk/old").status_code == 404


def test_without_its_table_an_unknown_address_is_still_a_page(app: Flask) -> None:
    with app.app_context():
        db.session.execute(text("ALTER TABLE redirects RENAME TO gone"))
        db.session.commit()
    answer = app.test_client().get("/post/old-title")
    assert answer.status_code == 404
    assert "There is no page here" in answer.text


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("path", ["/%2f%2fevil.example", "//evil.example/x", "/\\evil.example"])
def test_no_address_leads_off_the_site(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert "evil.example" not in answer.headers.get("Location", "").replace("localhost", "")
