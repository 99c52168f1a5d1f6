"""What pages and letters say of the site: the coach's words, else the environment's."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.extensions import db
from hrsite.outbox.compose import compose
from hrsite.settings.reading import words
from tests.conftest import AppMaker
from tests.factories import make_help_line, make_picture
from tests.statements import noted_statements


def change(session: Session, **said: object) -> None:
    """Say something about the site."""
    row = words(session)
    for name, value in said.items():
        setattr(row, name, value)
    session.commit()


def test_until_she_says_something_the_environment_speaks(make_app: AppMaker) -> None:
    app = make_app(SITE_TAGLINE="One day at a time", HELP_TEXT="Ask Alex", HELP_URL="/about")
    page = app.test_client().get("/").text
    for said in ("Steady Ground", "One day at a time", '<a href="/about">Ask Alex</a>'):
        assert said in page


def test_her_words_take_the_place_of_the_environments_even_when_they_are_none(
    make_app: AppMaker,
) -> None:
    app = make_app(SITE_TAGLINE="One day at a time", BOOK_URL="https://example.com/book")
    with app.app_context():
        change(db.session(), site_name="Solid Ground", tagline="", book_words="Talk to me")
    page = app.test_client().get("/").text
    assert "Solid Ground" in page
    assert "Steady Ground" not in page
    assert "One day at a time" not in page
    assert "Talk to me</a>" in page


def test_leave_this_site_can_be_taken_away(client: FlaskClient, session: Session) -> None:
    assert "Leave this site" in client.get("/").text
    change(session, exit_is_shown=False)
    assert "Leave this site" not in client.get("/").text


def test_letters_use_the_same_words(session: Session) -> None:
    change(session, site_name="Solid Ground", coach_name="Robin", postal_address="1 Lane")
    letter = compose("confirm")
    assert "Solid Ground" in letter.text
    assert "1 Lane" in letter.text
    assert furniture.site().discreet_name == "Robin"


def test_it_is_one_query_a_page_and_none_for_more_questions(session: Session) -> None:
    make_help_line(session)
    change(session, portrait=make_picture(session))
    session.expire_all()
    with noted_statements() as said:
        for _ in range(3):
            site = furniture.site()
    assert site.portrait is not None
    assert [one.sql.split()[0] for one in said if not one.sql.startswith("BEGIN")] == ["SELECT"]


def test_a_help_line_is_on_every_page_with_links_that_dial(
    client: FlaskClient, session: Session
) -> None:
    make_help_line(session)
    for address in ("/", "/posts/", "/no/such/page", "/signup", "/confirm/" + "A" * 22):
        page = client.get(address).text
        assert 'href="tel:5550100">call <span class="whole">555-0100</span></a>' in page
        assert 'href="sms:5550100">' in page
        assert "any hour" in page


def test_a_broken_page_shows_the_lines_known_last_and_asks_the_database_nothing(
    app: Flask, session: Session
) -> None:
    make_help_line(session)
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    assert "Demo line" in app.test_client().get("/").text
    with noted_statements() as said:
        answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Demo line" in answer.text
    assert said == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_without_its_tables_the_site_still_says_it_is_broken(app: Flask, session: Session) -> None:
    session.execute(db.text("DROP TABLE help_lines"))
    session.commit()
    answer = app.test_client().get("/")
    assert answer.status_code in (500, 503)
    assert "Leave this site" in answer.text
