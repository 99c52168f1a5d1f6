"""What stands in an open form is kept, is never taken for saved, and is never lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock, looking
from hrsite.unsaved import UnsavedWords
from tests.factories import make_post
from tests.posts.writing import saved, saved_count, send

KEY, OTHER = "k" * 22, "o" * 22


def keep(coach: FlaskClient, post_id: int = 0, **boxes: Any) -> TestResponse:
    """What the script sends while she writes."""
    form = {"title": "What I carry", "body": "Two doses.", "key": KEY, "version": "0"}
    return coach.post(f"/desk/words/posts?id={post_id}", data=form | boxes)


def kept_count(session: Session) -> int:
    """How many forms have words that are not saved."""
    session.rollback()
    return session.scalar(select(func.count()).select_from(UnsavedWords)) or 0


def test_a_new_article_that_was_never_saved_is_found_and_goes_on(
    coach: FlaskClient, session: Session
) -> None:
    answer = keep(coach)
    assert answer.json == {"kept_at": "10:00\u00a0am"}
    keep(coach, body="Two doses, and a spare.", lasts="until", until_on="2026-07-01")
    assert saved_count(session) == 0

    listed = coach.get("/desk/posts/").text
    assert "Begun, and not saved yet" in listed
    page = coach.get(f"/desk/posts/new?words={KEY}").text
    for words in ("Two doses, and a spare.", "2026-07-01", KEY, "These words are not saved yet"):
        assert words in page
    send(coach, key=KEY, body="Two doses, and a spare.")

    assert saved(session).body_html == "<p>Two doses, and a spare.</p>"
    assert kept_count(session) == 0
    assert "Begun, and not saved yet" not in coach.get("/desk/posts/").text


def test_words_of_an_article_stand_in_the_boxes_again_and_readers_see_none(
    coach: FlaskClient, session: Session
) -> None:
    post = make_post(session, slug="kept", body_html="<p>Old words here.</p>")
    keep(coach, post.id, title=post.title, body="New words here.", version="1")

    page = coach.get(f"/desk/posts/{post.id}").text

    assert "These words are not saved yet" in page
    assert re.search(r"<textarea[^>]*>\s*New words here\.", page)
    assert "Old</del>" in page
    assert "New words" not in coach.get("/posts/kept").text
    assert saved(session).body_html == "<p>Old words here.</p>"


def test_thrown_away_the_saved_text_stands_there(coach: FlaskClient, session: Session) -> None:
    post = make_post(session, body_html="<p>Old words.</p>")
    keep(coach, post.id, body="New words.", version="1")

    answer = coach.post(f"/desk/words/posts/throw-away?id={post.id}", data={"key": KEY})

    page = coach.get(answer.location).text
    assert "New words." not in page
    assert "Old words." in page
    assert kept_count(session) == 0


def test_the_same_words_are_no_news(coach: FlaskClient, session: Session) -> None:
    send(coach)
    post = saved(session)
    keep(coach, post.id, body="Two doses, and a spare.", version="1", lasts="always")
    assert "not saved yet</h2>" not in coach.get(f"/desk/posts/{post.id}").text


def test_words_kept_on_a_text_that_was_saved_over_are_shown_beside_it(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, body="One two three.")
    post = saved(session)
    keep(coach, post.id, body="One two four.", version="1")
    send(coach, f"/desk/posts/{post.id}", body="One two five.", version="1", key=OTHER)

    page = coach.get(f"/desk/posts/{post.id}").text
    assert "There are two texts now" in page
    assert "five.</del>" in page
    assert "four.</ins>" in page
    send(coach, f"/desk/posts/{post.id}", body="One two four.", version="2", key=KEY)

    assert saved(session).body_html == "<p>One two four.</p>"
    assert kept_count(session) == 0
    # The other text is not lost either.
    assert "five." in coach.get(f"/desk/posts/{post.id}/revisions/2").text


def test_pressed_twice_or_after_back_the_button_makes_one_article(
    coach: FlaskClient, session: Session
) -> None:
    first, second = send(coach, key=KEY), send(coach, key=KEY)

    assert saved_count(session) == 1
    assert first.location == second.location
    third = send(coach, key=KEY, body="Other words, on the same form.")
    assert third.location == first.location
    assert saved(session).body_html == "<p>Other words, on the same form.</p>"
    fourth = send(coach, key=KEY, body="And others, on a form from before.")
    assert fourth.status_code == 409
    assert "And others, on a form from before." in fourth.text
    assert saved_count(session) == 1


def test_what_comes_after_the_saving_is_not_taken_for_a_new_article(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, key=KEY)
    assert keep(coach).status_code == 200
    assert kept_count(session) == 0


@pytest.mark.parametrize("key", ["", "short", "k" * 23, "k" * 21 + "/"])
def test_a_form_without_a_name_keeps_nothing(
    coach: FlaskClient, session: Session, key: str
) -> None:
    assert keep(coach, key=key).status_code == 400
    assert send(coach, key=key).status_code == 303
    assert kept_count(session) == 0


def test_too_much_is_refused_in_words(coach: FlaskClient, session: Session) -> None:
    answer = keep(coach, body="b" * 410_001)
    assert answer.status_code == 422
    assert "400,000 characters" in answer.json["trouble"]
    assert kept_count(session) == 0


def test_a_stranger_keeps_nothing(client: FlaskClient, session: Session) -> None:
    assert keep(client).status_code >= 400
    assert kept_count(session) == 0


def test_after_ninety_days_they_are_forgotten(coach: FlaskClient, session: Session) -> None:
    keep(coach)
    with time_machine.travel(clock.now() + timedelta(days=89), tick=False):
        looking.tidy_up()
    assert kept_count(session) == 1
    with time_machine.travel(clock.now() + timedelta(days=91), tick=False):
        looking.tidy_up()
    assert kept_count(session) == 0
