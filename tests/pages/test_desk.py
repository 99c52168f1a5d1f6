"""The first page of the desk, and writing About."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock as site_clock
from hrsite.newsletter.models import Topic
from hrsite.outbox import presence
from hrsite.pages.models import Page
from tests.factories import make_notice, make_page, make_post, make_subscriber


def send(coach: FlaskClient, **boxes: Any) -> TestResponse:
    form = {"title": "About Jordan", "body": "I listen *first*.", "version": "0"}
    return coach.post("/desk/pages/about", data=form | boxes)


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, session: Session) -> None:
    for address in ("/desk/", "/desk/pages/about"):
        assert client.get(address).location.startswith("/desk/sign-in")
    send(client)
    session.rollback()
    assert session.scalars(select(Page)).all() == []


def test_an_empty_desk_says_where_to_begin(coach: FlaskClient) -> None:
    page = coach.get("/desk/").text

    assert "There are no articles yet." in page
    assert "The About page is not written yet." in page
    assert 'href="/desk/posts/new"' in page
    assert 'href="/desk/pages/about"' in page


def test_the_desk_shows_what_is_begun_what_is_planned_and_what_is_out(
    coach: FlaskClient, session: Session
) -> None:
    make_page(session)
    presence.announce(session, "here", site_clock.now())
    session.commit()
    make_post(session, title="Begun", published_at=None)
    make_post(session, title="Planned", published_at=site_clock.now() + timedelta(days=1))
    make_post(session, title="Read by many")
    make_notice(session, title="Group at seven")
    make_subscriber(session, topics=(Topic.ARTICLES, Topic.NOTICES))
    make_subscriber(session, "b@example.org")

    page = coach.get("/desk/").text

    for words in ("Begun", "Planned", "Read by many", "Group at seven", "2 readers", "1 reader"):
        assert words in page
    assert "Nothing needs you right now." in page


def test_a_notice_that_has_stood_for_long_is_asked_about(
    coach: FlaskClient, session: Session
) -> None:
    make_page(session)
    make_post(session)
    old = site_clock.now() - timedelta(days=91)
    make_notice(session, title="All online", starts_at=None, ends_at=None, updated_at=old)

    assert "“All online” stands until further notice. Still true?" in coach.get("/desk/").text


def test_about_is_written_and_shown_at_once(coach: FlaskClient, client: FlaskClient) -> None:
    assert 'value="About"' in coach.get("/desk/pages/about").text

    answer = send(coach)

    assert answer.location == "/desk/pages/about"
    assert "Readers see the new words now." in coach.get(answer.location).text
    assert "I listen <em>first</em>." in client.get("/about").text
    assert re.search(r"I listen [*_]first[*_]\.", coach.get(answer.location).text)


def test_a_stale_form_writes_nothing_and_shows_both_texts(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_page(session, body_html="<p>From my phone.</p>", version=3)

    answer = send(coach, body="From my laptop.", version="2")

    assert answer.status_code == 409
    assert "From my phone." in answer.text
    assert "From my laptop." in answer.text
    assert "From my phone." in client.get("/about").text
    assert send(coach, body="From my laptop.", version="3").status_code == 303


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"title": ""}, "Give it a title first."),
        ({"title": "t" * 201}, "200 characters at most"),
        ({"body": "b" * 400_001}, "400,000 characters at most"),
    ],
)
def test_a_fault_is_said_at_its_box(coach: FlaskClient, boxes: dict[str, str], words: str) -> None:
    answer = send(coach, **boxes)

    assert answer.status_code == 422
    assert words in answer.text


def test_a_page_that_cannot_be_is_not_found(coach: FlaskClient) -> None:
    for slug in ("other", "%00", "About", "a" * 3000):
        assert coach.get(f"/desk/pages/{slug}").status_code == 404
