"""The coach says which time zone her times are written in, and not one moment moves."""

import re
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import furniture
from hrsite.notices.models import Rhythm
from hrsite.posts.models import Post
from hrsite.posts.models_viewing import PostViews
from hrsite.settings.reading import words
from tests.conftest import AppMaker
from tests.factories import make_notice, make_post
from tests.settings.test_desk import send

# In Toronto it is still May.
LATE = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
PLANNED = datetime(2026, 6, 4, 22, 0, tzinfo=UTC)


def test_pages_that_stand_ready_tell_times_in_the_new_zone_at_once(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="late", published_at=LATE)
    assert "31 May 2026" in client.get("/posts/late").text
    assert "/posts/2026/05" in client.get("/posts/").text

    assert send(coach, time_zone="europe/london").status_code == 303

    assert "1 June 2026" in client.get("/posts/late").text
    archive = client.get("/posts/").text
    assert "/posts/2026/06" in archive
    assert "/posts/2026/05" not in archive
    assert client.get("/posts/2026/06").status_code == 200
    assert 'value="Europe/London"' in coach.get("/desk/settings").text


def test_what_is_planned_is_shown_in_the_new_words_before_anything_is_saved(
    coach: FlaskClient, session: Session
) -> None:
    make_post(session, title="On Thursday", published_at=PLANNED)
    boxes = {"time_zone": "Europe/London", "tagline": "Still here"}

    answer = send(coach, **boxes)

    assert answer.status_code == 422
    assert "On Thursday: Thursday 4 June 2026 at 11:00\N{NO-BREAK SPACE}pm, London time" in (
        " ".join(answer.text.split(" ")).replace("\n", " ")
    )
    assert "Still here" in answer.text
    assert words(session).version == 0
    session.rollback()
    seen = re.search(r'name="zone_seen"[^>]*value="([^"]*)"', answer.text)
    assert seen is not None
    # Another one than the one she has seen is shown first, too.
    assert (
        send(coach, **boxes | {"time_zone": "Asia/Tokyo", "zone_seen": seen[1]}).status_code == 422
    )

    assert send(coach, **boxes, zone_seen=seen[1]).status_code == 303

    session.expire_all()
    assert session.scalars(select(Post.published_at)).all() == [PLANNED]
    assert "London time" in coach.get("/desk/").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Toronto", "Do you mean America/Toronto"),
        ("Mars/Zq7", "We know no time zone of this name."),
    ],
)
def test_a_zone_that_is_none_is_said_at_its_box_and_nothing_typed_is_lost(
    coach: FlaskClient, session: Session, typed: str, said: str
) -> None:
    answer = send(coach, time_zone=typed, tagline="Still here")
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed}"' in answer.text
    assert "Still here" in answer.text
    assert words(session).version == 0


def test_a_session_keeps_the_zone_it_was_written_in(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_notice(
        session, slug="weekly", starts_at=None, ends_at=None, rhythm=Rhythm.WEEKLY,
        first_on=date(2026, 6, 4), start_time=time(19, 0), length_minutes=60,
    )  # fmt: skip
    send(coach, time_zone="Europe/London")
    page = client.get("/notices/weekly").text
    assert "7:00\N{NO-BREAK SPACE}pm" in page
    assert "Toronto time" in page


def test_an_empty_box_means_the_zone_of_the_servers_settings(
    make_app: AppMaker, coach: FlaskClient, session: Session
) -> None:
    send(coach, time_zone="Europe/London")
    with make_app(TIME_ZONE="Asia/Tokyo").app_context():
        assert furniture.site().zone_name == furniture.zone_name() == "London time"
    send(coach, time_zone="", version="1")
    with make_app(TIME_ZONE="Asia/Tokyo").app_context():
        assert furniture.site().zone_name == furniture.zone_name() == "Tokyo time"


def test_a_reading_counts_for_the_day_it_is_in_the_new_zone(
    app: Flask, coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_post(session, slug="read")
    send(coach, time_zone="Pacific/Auckland")
    client.get("/posts/read", headers={"User-Agent": "Mozilla/5.0"})
    app.extensions["viewing"].flush()
    assert session.scalars(select(PostViews.day)).all() == [date(2026, 6, 3)]
