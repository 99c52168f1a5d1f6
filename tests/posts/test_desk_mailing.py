"""The button "Stop it" of an article, pressed in time, too late, and where all wait for Friday."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter.models import Issue, OwedArticle
from hrsite.outbox import pausing
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.journeys.doors import Letters
from tests.newsletter.histories import look
from tests.newsletter.test_digests import make_reader
from tests.newsletter.test_holding import only_issue
from tests.posts.pressing import make_draft, plan, press

FRIDAY = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EACH, WEEKLY = "each@example.org", "weekly@example.org"


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=5)


def emailed(coach: FlaskClient, session: Session, app: Flask) -> Post:
    """An article, published with email, whose Issue the worker has written."""
    post = make_draft(session)
    press(coach, post, plan(coach, post))
    look(app)
    return post


def got_it(letters: Letters) -> list[str]:
    return sorted(letter.letter.to for letter in letters())


@pytest.mark.parametrize("door", ["posts", "issues"])
def test_pressed_when_all_have_it_it_says_so_and_the_weekly_letter_comes(
    app: Flask,
    coach: FlaskClient,
    session: Session,
    clock: time_machine.Traveller,
    letters: Letters,
    door: str,
) -> None:
    factories.make_subscriber(session, EACH)
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)
    clock.shift(6 * MINUTE)
    look(app)
    id = post.id if door == "posts" else only_issue(session).id

    answer = coach.post(f"/desk/{door}/{id}/stop")

    said = coach.get(answer.location).text
    assert "There was nothing left to stop. Everybody has a result." in said
    assert "has stopped on its way" not in coach.get("/desk/").text
    for at in (FRIDAY, FRIDAY + 6 * MINUTE):
        session.rollback()
        clock.move_to(at)
        look(app)
    assert got_it(letters) == [EACH, WEEKLY]


@pytest.mark.parametrize("door", ["posts", "issues"])
def test_where_all_wait_for_the_weekly_letter_it_can_be_stopped_and_emailed_anew(
    app: Flask,
    coach: FlaskClient,
    session: Session,
    clock: time_machine.Traveller,
    letters: Letters,
    door: str,
) -> None:
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)
    id = post.id if door == "posts" else only_issue(session).id

    answer = coach.post(f"/desk/{door}/{id}/stop")

    said = "Stopped. Nobody has got it, so you can email it anew when it is right."
    assert said in coach.get(answer.location).text
    assert "has stopped on its way" not in coach.get("/desk/").text
    assert session.scalars(select(OwedArticle)).all() == []
    press(coach, post, plan(coach, post))
    for at in (our_clock.now(), FRIDAY, FRIDAY + 6 * MINUTE):
        session.rollback()
        clock.move_to(at)
        look(app)
    assert got_it(letters) == [WEEKLY]


def test_one_that_stopped_when_all_had_it_can_go_on(
    app: Flask, coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, EACH)
    emailed(coach, session, app)
    clock.shift(6 * MINUTE)
    look(app)
    issue = only_issue(session)
    pausing.pause(issue.message, "The mail service would take no more.", our_clock.now())
    session.commit()

    page = coach.get(f"/desk/issues/{issue.id}").text
    said = coach.post(f"/desk/issues/{issue.id}/resume", follow_redirects=True).text

    assert "It is stopped no more. Nothing of it waits." in said
    assert "Going on." not in said
    assert "Everybody on its list has a result, and it is still stopped." in page
    assert 'id="resume"' in page
    session.expire_all()
    assert session.scalars(select(Issue)).one().message.paused_at is None
