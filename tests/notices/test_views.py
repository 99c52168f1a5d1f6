"""Session notices as readers see them."""

from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories import make_notice, make_post


@pytest.mark.usefixtures("clock")
def test_how_to_join_is_on_no_page(client: FlaskClient, session: Session) -> None:
    make_post(session, slug="kept")
    make_notice(session, slug="group", title="Group at seven", how_to_join="The secret door")

    for address in ("/", "/posts/", "/posts/kept", "/notices/", "/notices/group", "/feed.xml"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert "secret door" not in page.text, address
    assert "Group at seven" in client.get("/notices/group").text
    assert "Thursday 4 June 2026 at 7:00\u00a0pm, Toronto time" in client.get("/notices/").text


def test_the_bar_goes_when_the_session_is_over(
    client: FlaskClient, clock: time_machine.Traveller, session: Session
) -> None:
    make_notice(session, slug="group", title="Group at seven")
    assert "Group at seven" in client.get("/posts/").text

    clock.shift(timedelta(days=3))

    assert "Group at seven" not in client.get("/posts/").text
    assert "Group at seven" in client.get("/notices/").text
    assert "This session is over" in client.get("/notices/group").text


def test_drafts_are_seen_nowhere(client: FlaskClient, session: Session) -> None:
    make_notice(session, slug="draft", title="Not yet said", published_at=None)

    for address in ("/", "/posts/", "/notices/"):
        assert "Not yet said" not in client.get(address).text
    assert client.get("/notices/draft").status_code == 404


def test_without_notices_the_page_says_what_will_stand_there(client: FlaskClient) -> None:
    assert "No session notices right now" in client.get("/notices/").text


def test_a_bare_link_leads_to_the_notice_and_to_nothing_that_is_not_public(
    client: FlaskClient, session: Session
) -> None:
    notice, draft = make_notice(session), make_notice(session, published_at=None)
    answer = client.get(f"/t/{notice.id}")
    assert (answer.status_code, answer.location) == (302, f"/notices/{notice.slug}")
    for number in (draft.id, 10**6, 2**31, 10**30):
        assert client.get(f"/t/{number}").status_code == 404
