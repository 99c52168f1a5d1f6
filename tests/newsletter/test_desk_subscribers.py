"""The page of all subscribers: numbers that add up, a line with a table behind it, and no name."""

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.newsletter.models_people import DailyTally
from tests.newsletter.test_standing import TODAY, people_of_every_kind

pytestmark = pytest.mark.usefixtures("clock")


def page_of(coach: FlaskClient) -> str:
    return " ".join(coach.get("/desk/subscribers").text.split())


def keep(session: Session, day: date, getting: int) -> None:
    counts = dict.fromkeys(("paused_count", "waiting_count", "left_count", "closed_count"), 0)
    session.add(DailyTally(day=day, getting_count=getting, **counts))
    session.commit()


def test_an_empty_list_has_a_page_too(coach: FlaskClient) -> None:
    page = page_of(coach)
    assert "0 people get your letters." in page
    assert "From today on, each day is kept as a number" in page
    assert "People who ask for your letters stand here." in page


def test_everybody_is_counted_and_nobody_is_named(coach: FlaskClient, session: Session) -> None:
    people_of_every_kind(session)
    page = page_of(coach)
    assert "4 people get your letters." in page
    assert "1 has paused, 1 has not confirmed yet, and 1 has left." in page
    assert "Nothing is written to 1 more" in page
    assert "both@example.org" not in page
    assert 'At once</th> <td class="number">3</td><td class="number">2' in page


def test_the_line_has_its_numbers_in_a_table(coach: FlaskClient, session: Session) -> None:
    people_of_every_kind(session)
    keep(session, TODAY - timedelta(days=10), 1)
    keep(session, TODAY - timedelta(days=4), 8)
    page = page_of(coach)
    assert "1 person got letters on 23 May 2026, and 4 get them today." in page
    assert 'd="M0.0,90.0 L600.0,20.0 L1000.0,60.0"' in page
    assert '29 May 2026</time> </th> <td class="number">8</td>' in page
    assert 'style="' not in page
