"""An article that has no text when its hour comes goes to nobody, and the desk asks what to do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts.models import Account
from hrsite.newsletter.models import Issue
from hrsite.posts.models import Post
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.histories import look
from tests.posts.pressing import LATER, make_draft, plan, press
from tests.posts.writing import saved, send

HOUR = datetime(2026, 6, 4, 22, 0, tzinfo=UTC)
ASKED = "“Kept” was to go to readers on Thursday 4 June 2026 at 6:00\u00a0pm, Toronto time"
Desk = Callable[[], FlaskClient]


@pytest.fixture
def later(app: Flask, coach: FlaskClient, session: Session, clock: time_machine.Traveller) -> Desk:
    """The hour comes and the worker looks; she sits down at her desk again."""

    def come() -> FlaskClient:
        session.rollback()
        clock.move_to(HOUR + timedelta(minutes=1))
        look(app)
        look(app)
        return factories.sign_in(app.test_client(), session.scalars(select(Account)).one())

    return come


def save(coach: FlaskClient, session: Session, body: str) -> str:
    """Save its text; what the desk says."""
    post = saved(session)
    version = str(post.version)
    answer = send(coach, f"/desk/posts/{post.id}", title="Kept", body=body, version=version)
    return coach.get(answer.location).text


def planned(coach: FlaskClient, session: Session, **how: Any) -> Post:
    """To one reader on Thursday at six."""
    factories.make_subscriber(session)
    post = make_draft(session)
    press(coach, post, plan(coach, post, **LATER | how))
    return saved(session)


def on_the_site(coach: FlaskClient, session: Session) -> Post:
    factories.make_subscriber(session)
    post: Post = factories.make_post(session, title="Kept")
    press(coach, post, plan(coach, post, **LATER))
    return saved(session)


def test_emptied_and_saved_it_stays_planned_and_she_is_told(
    coach: FlaskClient, session: Session
) -> None:
    send_at = planned(coach, session).send_at
    said = save(coach, session, "")
    assert "as planned." in said
    assert "There is no text in it now. Without text it goes to no readers." in said
    assert (saved(session).send_at, saved(session).send_to_readers) == (send_at, True)
    assert "There is no text" not in save(coach, session, "Here it is.")


def test_filled_again_before_its_hour_it_goes_as_planned(
    coach: FlaskClient, session: Session, later: Desk, letters: Letters
) -> None:
    planned(coach, session)
    save(coach, session, "")
    save(coach, session, "Here it is.")
    later()
    (letter,) = letters()
    assert "Here it is." in letter.text


@pytest.mark.parametrize("how", ["email", "only", "on the site"])
def test_without_text_at_its_hour_nobody_gets_it_and_the_desk_asks(
    coach: FlaskClient, session: Session, later: Desk, letters: Letters, how: str
) -> None:
    post = on_the_site(coach, session) if how == "on the site" else planned(coach, session, how=how)
    save(coach, session, "")
    coach = later()

    assert letters() == []
    assert session.scalars(select(Issue)).all() == []
    assert ASKED in coach.get("/desk/").text
    # To write it is not to send it: that is another press.
    assert "choose when and how it goes" in save(coach, session, "Here it is.")
    coach = later()
    assert letters() == []
    assert ASKED in coach.get("/desk/").text

    press(coach, post, plan(coach, post, how="only" if how == "only" else "email"))
    later()
    (letter,) = letters()
    assert "Here it is." in letter.text
    assert ASKED not in coach.get("/desk/").text


@pytest.mark.parametrize("how", ["email", "only"])
def test_she_can_leave_it_without_email(
    app: Flask,
    coach: FlaskClient,
    session: Session,
    client: FlaskClient,
    later: Desk,
    letters: Letters,
    how: str,
) -> None:
    post = planned(coach, session, how=how)
    save(coach, session, "")
    coach = later()
    save(coach, session, "Here it is.")

    press(coach, post, plan(coach, post, how="site"))

    assert ASKED not in coach.get("/desk/").text
    assert "Here it is." in client.get(f"/posts/{saved(session).slug}").text
    later()
    assert letters() == []


@pytest.mark.parametrize("deed", ["posts/{id}/withdraw", "bin/article/{id}"])
def test_off_the_site_nothing_is_asked_any_more(
    coach: FlaskClient, session: Session, later: Desk, deed: str
) -> None:
    post = planned(coach, session)
    save(coach, session, "")
    coach = later()
    assert ASKED in coach.get("/desk/").text
    coach.post(f"/desk/{deed.format(id=post.id)}")
    assert ASKED not in coach.get("/desk/").text
