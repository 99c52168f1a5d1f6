"""The test to herself before an article goes out; and what is said of a letter while it goes."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.histories import look
from tests.outbox.ledger import READERS, becomes, rows
from tests.posts.pressing import LATER, make_draft, plan, press

pytestmark = pytest.mark.usefixtures("clock")


def test_a_test_from_the_review_page_leaves_her_at_what_she_has_planned(
    app: Flask, coach: FlaskClient, session: Session, letters: Letters
) -> None:
    factories.make_subscriber(session)
    post = make_draft(session)
    page = plan(coach, post, how="only", **LATER)
    boxes = dict(
        re.findall(
            r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"',
            page.text.partition(f'action="/desk/posts/{post.id}/test"')[2],
        )
    )
    assert (boxes["how"], boxes["when"], boxes["date"]) == ("only", "later", "2026-06-04")
    assert "confirm" not in boxes
    answer = coach.post(f"/desk/posts/{post.id}/test", data=boxes)
    # By this a browser sends the same boxes there; the client of tests has read them already.
    assert (answer.status_code, answer.location) == (307, f"/desk/posts/{post.id}/publish")
    after = coach.post(answer.location, data=boxes)
    assert "A test is on its way" in after.text
    assert "On Thursday 4 June 2026 at 6:00\u00a0pm" in after.text
    look(app)
    assert [letter.letter.subject for letter in letters()] == ["[Test] Kept"]
    done = press(coach, post, after)
    assert done.location == f"/desk/posts/{post.id}/done"
    session.refresh(post)
    assert post.unlisted_at is not None


def test_what_goes_out_is_not_said_to_have_gone(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    post = make_draft(session)
    press(coach, post, plan(coach, post))
    factories.open_issues(session)

    def said() -> str:
        return " ".join(coach.get(f"/desk/posts/{post.id}/done").text.split())

    assert "It is going out by email: 0 of 3 accepted, 3 waiting." in said()
    for copy in rows(session):
        becomes(session, copy, DeliveryState.ACCEPTED)
    assert "It went by email: 3 of 3 accepted." in said()
    for copy in rows(session):
        becomes(session, copy, DeliveryState.WITHDRAWN)
    assert "Its email is over: 0 of 3 accepted, 3 taken back." in said()
