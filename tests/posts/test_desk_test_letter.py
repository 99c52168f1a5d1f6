"""The test to herself before an article goes out; and what is said of a letter while it goes."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.newsletter import trying
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


def test_a_test_before_the_review_leaves_her_at_what_she_has_chosen_so_far(
    app: Flask, coach: FlaskClient, session: Session, letters: Letters
) -> None:
    factories.make_subscriber(session)
    post = make_draft(session)
    page = coach.get(f"/desk/posts/{post.id}/publish").text
    # The buttons send the boxes of the form above them.
    assert page.count('form="publish-form"') == 2
    boxes = {"how": "only", "seen": "", **LATER}
    answer = coach.post(f"/desk/posts/{post.id}/test", data=boxes)
    assert (answer.status_code, answer.location) == (307, f"/desk/posts/{post.id}/publish?boxes=1")
    after = coach.post(answer.location, data=boxes)
    assert "A test is on its way" in after.text
    assert has_chosen(after.text)
    look(app)
    (test,) = letters()
    assert f"/r/{trying.TEST_LINK}" in test.text


def test_back_from_the_review_all_that_she_chose_stands_in_the_boxes_and_nothing_goes_out(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)
    page = plan(coach, post, how="only", **LATER).text
    assert f'formaction="/desk/posts/{post.id}/publish?boxes=1"' in page
    boxes = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page))
    boxes = {name: unescape(value) for name, value in boxes.items()}
    assert "confirm" in boxes
    assert has_chosen(coach.post(f"/desk/posts/{post.id}/publish?boxes=1", data=boxes).text)
    session.refresh(post)
    assert post.is_draft


def has_chosen(page: str) -> bool:
    ticked = set(re.findall(r"<input[^>]*checked[^>]*>", page))
    values = {value for one in ticked for value in re.findall(r'value="(\w+)"', one)}
    return values >= {"only", "later"} and 'value="2026-06-04"' in page and 'value="18:00"' in page


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
