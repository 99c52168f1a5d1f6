"""While she writes a notice, the coach is told what plain letters leave out of her words."""

import html
import json
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.notices.models import SessionNotice
from tests import factories
from tests.posts.test_desk_hinting import button, kept_in

CLINIC = "Clinic door, code 4471."


def write(coach: FlaskClient, address: str = "/desk/notices/new", **boxes: Any) -> str:
    """What the page says of the words in its boxes."""
    form = {
        "title": "Thursday’s group moves", "body": "We meet *online*.", "date": "2026-06-04",
        "time": "19:00", "end_time": "20:30", "place": "Online", "act": "hints", "version": "0",
        "how_to_join": f"{CLINIC} Using the bell wakes the neighbours.",
    }  # fmt: skip
    return coach.post(address, data=form | boxes, follow_redirects=True).text


def ideas(page: str) -> str:
    """The ideas about her words, as they are read."""
    found = re.search(r'id="hints-told">(.*?)<button[^>]*look-again-button', page, re.S)
    assert found
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", found[1]).split()))


def test_she_is_told_which_sentence_plain_letters_leave_out_and_why(coach: FlaskClient) -> None:
    said = ideas(write(coach))
    assert f"“{CLINIC}” under “How to join”" in said
    assert "“Clinic” could tell an onlooker" in said
    assert "plain letters leave this out and keep “code 4471” of it" in said
    assert "Using" not in said
    assert "One idea" in said


def test_she_is_told_of_the_place_and_of_the_site_s_own_names(
    coach: FlaskClient, session: Session
) -> None:
    factories.make_tag(session, "Grief")
    boxes = {"place": "Steady Ground, upstairs", "how_to_join": "Ask for the grief circle."}
    said = ideas(write(coach, **boxes))
    assert "“Steady Ground, upstairs” under “Where”" in said
    assert "“grief” could tell an onlooker" in said
    assert "So plain letters leave this out; whole letters have all of it." in said


def test_she_is_told_nothing_of_words_that_plain_letters_hold(coach: FlaskClient) -> None:
    boxes = {"how_to_join": "Using the bell wakes the neighbours.", "title": "Drug checking"}
    assert "plain letters" not in ideas(write(coach, **boxes))


def test_what_she_keeps_is_not_told_again(coach: FlaskClient, session: Session) -> None:
    page = write(coach, act=button(write(coach), "It is fine so"))
    assert "stays as it is" in page
    assert "could tell an onlooker" not in ideas(page)
    saved = write(coach, act="save", kept_hints=json.dumps(kept_in(page)))
    assert "could tell an onlooker" not in ideas(saved)
    notice = session.query(SessionNotice).one()
    page = coach.get(f"/desk/notices/{notice.id}").text
    assert kept_in(page) == [f"plain:{CLINIC.casefold()}"]
