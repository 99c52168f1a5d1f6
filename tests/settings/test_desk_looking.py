"""A picture of the first page with what stands in the boxes; nothing is saved by looking."""

import re
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import colours
from hrsite.settings.reading import words
from tests.factories import make_post

LOOK = "/desk/settings/look"


def test_the_picture_shows_what_stands_in_the_boxes_and_nothing_is_saved(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    make_post(session, title="What I carry")
    typed = {"site_name": "Solid <Ground>", "tagline": "One day", "coach_name": "Robin Vale",
             "accent": "#14514A"}  # fmt: skip
    for answer in (coach.post(LOOK, data=typed), coach.get(LOOK, query_string=typed)):
        assert answer.status_code == 200
        for said in ("Solid &lt;Ground&gt;", "<h1>One day</h1>", "With Robin Vale", "What I carry"):
            assert said in answer.text
        assert f"--clay:var(--day,{colours.by_day('#14514a')})" in answer.text
    assert words(session).version == 0
    assert "Steady Ground" in client.get("/").text


def test_what_cannot_be_shown_leaves_the_picture_as_the_site_is(coach: FlaskClient) -> None:
    page = coach.post(LOOK, data={"site_name": " ", "coach_name": "", "accent": "red;}"}).text
    assert "Steady Ground" in page
    assert "With Jordan Hale" in page
    assert "red;}" not in page
    # The nearest colour that can be read stands for one that cannot.
    assert f"var(--day,{colours.by_day('#ffff00')})" in coach.get(f"{LOOK}?accent=%23ffff00").text
    assert coach.get(f"{LOOK}?site_name={'n' * 5000}").status_code == 200


def test_nothing_in_the_picture_runs_submits_or_is_framed_elsewhere(
    coach: FlaskClient, client: FlaskClient
) -> None:
    assert "frame-src 'self'" in coach.get("/desk/settings").headers["Content-Security-Policy"]
    answer = coach.get(LOOK)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith("; sandbox allow-same-origin")
    assert "frame-ancestors 'self'" in policy
    assert "<script" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(LOOK).status_code == 303


def test_a_form_that_comes_back_shows_the_picture_of_what_was_typed(coach: FlaskClient) -> None:
    answer = coach.post("/desk/settings", data={"site_name": "", "tagline": "Still here"})
    assert answer.status_code == 422
    frame = re.search(r'<iframe[^>]*\ssrc="([^"]+)"', answer.text)
    assert frame is not None
    assert "<h1>Still here</h1>" in coach.get(unescape(frame[1])).text
