"""The coach writes the welcome letter: nothing she typed is lost, none is saved unasked."""

import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.newsletter.models_welcome import WelcomeWords
from hrsite.unsaved import UnsavedWords

PAGE, KEY, OTHER = "/desk/welcome", "k" * 22, "o" * 22
UNSAVED = "These words are not saved yet"


def keep(coach: FlaskClient, **boxes: Any) -> TestResponse:
    """What the script sends while she writes."""
    form = {"is_on": "y", "body": "Good that you are here.", "version": "0", "key": KEY}
    return coach.post("/desk/words/welcome_words?id=0", data=form | boxes)


def save(coach: FlaskClient, **boxes: Any) -> TestResponse:
    """What the button sends."""
    form = {"is_on": "y", "body": "Good that you are here.", "version": "0", "key": KEY}
    return coach.post(PAGE, data=form | boxes)


def boxed(page: str) -> str:
    """What stands in the box."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    return found[1].strip()


def kept(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(UnsavedWords.key)))


def test_what_she_typed_before_her_first_letter_stands_there_again(
    coach: FlaskClient, session: Session
) -> None:
    assert keep(coach, body="Half a senten").json == {"kept_at": "10:00\u00a0am"}
    page = coach.get(PAGE).text
    assert UNSAVED in page
    assert boxed(page) == "Half a senten"
    assert session.scalars(select(WelcomeWords)).all() == []
    assert save(coach).status_code == 303
    assert UNSAVED not in coach.get(PAGE).text
    assert kept(session) == []


def test_words_of_a_letter_that_is_saved_are_kept_beside_it(
    coach: FlaskClient, session: Session
) -> None:
    save(coach)
    keep(coach, version="1", key=OTHER, body="Good that you are here, too.")
    page = coach.get(PAGE).text
    assert UNSAVED in page
    assert "Show what is different from the saved text" in page
    assert boxed(page) == "Good that you are here, too."
    answer = coach.post("/desk/words/welcome_words/throw-away?id=0", data={"key": OTHER})
    assert answer.location == PAGE
    assert boxed(coach.get(PAGE).text) == "Good that you are here."
    assert kept(session) == []


def test_the_last_words_that_come_after_the_button_are_no_news(coach: FlaskClient) -> None:
    save(coach)
    keep(coach)
    assert UNSAVED not in coach.get(PAGE).text


def test_of_two_open_forms_neither_loses_a_word(coach: FlaskClient) -> None:
    save(coach)
    assert keep(coach, key=OTHER, body="From the other tab.").status_code == 200
    page = coach.get(PAGE).text
    assert boxed(page) == "From the other tab."
    assert "There are two texts now" in page
    stale = save(coach, key=OTHER, body="From the other tab.")
    assert stale.status_code == 409
    assert boxed(stale.text) == "From the other tab."


def test_a_version_that_never_was_is_answered_with_both_texts(coach: FlaskClient) -> None:
    stale = save(coach, version="7")
    assert stale.status_code == 409
    assert boxed(stale.text) == "Good that you are here."
    assert "Thank you for saying yes" in stale.text


def test_the_pictures_page_takes_a_letter_that_names_one_in_its_stride(coach: FlaskClient) -> None:
    keep(coach, body="[See](/media/aaaaaaaaaaaaaaaaaaaaaa.webp)")
    assert coach.get("/desk/pictures/").status_code == 200
