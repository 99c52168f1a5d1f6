"""Hints beside the writing form: one press changes the words or keeps them; nothing is lost."""

import html
import json
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.posts.models import Post
from tests.factories import make_post

TEXT = "An addict came in. I heard her.\n\nAnother addict waited.\n"


def open_form(coach: FlaskClient, **boxes: str) -> dict[str, Any]:
    return {"title": "Listening", "body": TEXT, "body_format": "markdown", "key": "k" * 22} | boxes


def button(page: str, words: str) -> str:
    """What the button with these words sends."""
    for value, told in re.findall(r'<button[^>]*value="([^"]*)"[^>]*>(.*?)</button>', page, re.S):
        if words in " ".join(re.sub(r"<[^>]*>", "", told).split()):
            return html.unescape(value)
    raise AssertionError(f"no button says {words}")


def box(page: str, name: str) -> str:
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.S)
    assert found
    return html.unescape(found[1]).replace("\r\n", "\n").strip()


def kept_in(page: str) -> list[str]:
    found = re.search(r'name="kept_hints"[^>]*value="([^"]*)"', page)
    assert found
    keys: list[str] = json.loads(html.unescape(found[1]) or "[]")
    return keys


def test_one_press_says_it_otherwise_and_saves_nothing(
    coach: FlaskClient, session: Session
) -> None:
    page = coach.post("/desk/posts/new", data=open_form(coach, act="hints")).text
    act = button(page, "Say “person who uses drugs”")
    page = coach.post("/desk/posts/new", data=open_form(coach, act=act)).text
    assert box(page, "body") == (
        "A person who uses drugs came in. I heard her.\n\nAnother person who uses drugs waited."
    )
    assert "The text is not saved yet." in page
    assert session.query(Post).count() == 0


def test_what_is_kept_stays_kept_after_saving_and_can_be_asked_again(
    coach: FlaskClient, session: Session
) -> None:
    page = coach.post("/desk/posts/new", data=open_form(coach, act="hints")).text
    page = coach.post("/desk/posts/new", data=open_form(coach, act=button(page, "Keep it"))).text
    assert kept_in(page) == ["word:addict"]
    assert "Nothing that asks for a second look." in page
    saved = open_form(coach, act="save", kept_hints=json.dumps(kept_in(page)))
    coach.post("/desk/posts/new", data=saved)
    post = session.query(Post).one()
    page = coach.get(f"/desk/posts/{post.id}").text
    assert kept_in(page) == ["word:addict"]
    assert "Say “" not in page
    again = open_form(coach, kept_hints=json.dumps(kept_in(page)), version="1")
    again["act"] = button(page, "Ask again about addict")
    page = coach.post(f"/desk/posts/{post.id}", data=again).text
    assert kept_in(page) == []
    assert "Say “person who uses drugs”" in page


def test_the_title_is_looked_at_and_changed_too(coach: FlaskClient) -> None:
    boxes = open_form(coach, title="Junkies are people", body="Yes.", act="hints")
    page = coach.post("/desk/posts/new", data=boxes).text
    assert "in the title" in page
    boxes["act"] = button(page, "Say “people who use drugs”")
    page = coach.post("/desk/posts/new", data=boxes).text
    assert 'value="People who use drugs are people"' in page


def test_a_hint_that_is_no_longer_true_changes_nothing(coach: FlaskClient) -> None:
    page = coach.post("/desk/posts/new", data=open_form(coach, act="hints")).text
    late = open_form(coach, body="Nobody came.", act=button(page, "Say “person who"))
    page = coach.post("/desk/posts/new", data=late).text
    assert "That is no longer in the text." in page
    assert box(page, "body") == "Nobody came."


def test_odd_answers_are_no_error(coach: FlaskClient) -> None:
    odd = (
        "hint-say",
        "hint-say|99|x",
        "hint-keep|\N{SUPERSCRIPT TWO}|body:word:addict:",
        "hint-ask||",
    )
    for act in odd:
        for kept in ("{", "[1, null]", '"x"', "[" * 9_000):
            boxes = open_form(coach, act=act, kept_hints=kept)
            assert coach.post("/desk/posts/new", data=boxes).status_code == 200


def test_the_publish_page_mentions_them_and_stops_nothing(
    coach: FlaskClient, session: Session
) -> None:
    post = make_post(session, published_at=None, body_html="<p>An addict and TK.</p>")
    page = coach.get(f"/desk/posts/{post.id}/publish").text
    assert "2 ideas about your words" in page
    boxes = {"how": "site", "when": "now"}
    assert "confirm" in coach.post(f"/desk/posts/{post.id}/publish", data=boxes).text


def test_a_text_too_long_for_a_letter_is_told(coach: FlaskClient) -> None:
    boxes = open_form(coach, body="Yes we can. " * 3_100, act="hints")
    page = coach.post("/desk/posts/new", data=boxes).text
    assert "9,300 words" in page
    assert "The letter will hold its beginning" in page
