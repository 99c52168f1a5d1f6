"""A reader signs up on a page that was kept ready: made for somebody else, some time ago."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.newsletter.models_asking import SignupRequest
from tests import factories
from tests.conftest import AppMaker
from tests.journeys.doors import STAMP

PAGES = ("/", "/posts/steps", "/posts/", "/posts/steps?plain=1")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("max_hours", [0.5, 24])
@pytest.mark.parametrize("database", ["sqlite"])
def test_the_form_of_a_kept_page_is_good_for_the_last_reader_too(
    make_app: AppMaker, session: Session, clock: Traveller, path: str, max_hours: float
) -> None:
    factories.make_post(session, slug="steps")
    app = make_app(SIGNUP_MAX_HOURS=max_hours)
    first = app.test_client().get(path)
    stamp = STAMP.findall(first.text)[0]
    # The page is as old as a kept page may become; then a reader takes her time with it.
    last = first
    waited = timedelta(0)
    while STAMP.findall(last.text)[0] == stamp:
        oldest = last
        clock.shift(10)
        waited += timedelta(seconds=10)
        last = app.test_client().get(path)
    assert oldest.data == first.data
    assert timedelta(minutes=1) <= waited <= timedelta(minutes=15, seconds=10)
    clock.shift(timedelta(hours=max_hours) * 0.9 - waited)
    answer = _sign_up(app.test_client(), oldest.text)
    assert answer == (303, [])
    assert session.scalar(select(func.count()).select_from(SignupRequest)) == 1


@pytest.mark.parametrize("database", ["sqlite"])
def test_whoever_signs_up_changes_the_kept_page_for_nobody(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    factories.make_post(session, slug="steps")
    first = client.get("/posts/steps")
    clock.shift(10)
    assert _sign_up(client, first.text) == (303, [])
    again = client.get("/posts/steps")
    assert again.data == first.data
    assert "Set-Cookie" not in again.headers
    assert "ada@example.org" not in again.text


def _sign_up(client: FlaskClient, page: str) -> tuple[int, list[str]]:
    """Fill in the form of a page and send it; the status, and the cookies that came back."""
    fields = {"address": "ada@example.org", "topics": "articles", "website": ""}
    answer = client.post("/signup", data=fields | {"stamp": STAMP.findall(page)[0]})
    return answer.status_code, answer.headers.getlist("Set-Cookie")
