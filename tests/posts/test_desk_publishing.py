"""Publishing: choose, read one sentence, press. Once is once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock as site_clock
from hrsite.newsletter.models import Issue, SubscriptionState
from hrsite.posts.models import Post
from tests.factories import make_post, make_subscriber
from tests.posts.writing import saved, send

LATER = {"when": "later", "date": "2026-06-04", "time": "18:00"}


def plan(coach: FlaskClient, post: Post, **boxes: Any) -> TestResponse:
    """The first step: what the coach chooses."""
    form = {"how": "email", "when": "now", "date": "", "time": ""} | boxes
    return coach.post(f"/desk/posts/{post.id}/publish", data=form)


def press(coach: FlaskClient, post: Post, reviewed: TestResponse) -> TestResponse:
    """The second step: the button below the sentence, with all that its form holds."""
    boxes = re.findall(r'<input\s+type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', reviewed.text)
    assert "confirm" in dict(boxes)
    return coach.post(f"/desk/posts/{post.id}/publish", data=dict(boxes))


def make_draft(session: Session, **changes: Any) -> Post:
    return make_post(session, slug="~kept", title="Kept", published_at=None, **changes)


def test_the_page_shows_how_many_will_get_it(coach: FlaskClient, session: Session) -> None:
    post = make_draft(session)
    make_subscriber(session)

    assert "1 reader" in coach.get(f"/desk/posts/{post.id}/publish").text
    assert saved(session).is_draft


def test_nothing_goes_out_before_the_sentence_was_read(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)
    make_subscriber(session)
    make_subscriber(session, "other@example.org")
    make_subscriber(session, "new@example.org", state=SubscriptionState.UNCONFIRMED)

    page = plan(coach, post, **LATER)

    assert page.status_code == 200
    assert (
        "On Thursday 4 June 2026 at 6:00 pm, Toronto time, this goes on the site and to 2 readers."
        " 1 has not confirmed." in page.text
    )
    assert saved(session).is_draft


def test_now_means_at_once(coach: FlaskClient, session: Session, client: FlaskClient) -> None:
    post = make_draft(session)

    done = press(coach, post, plan(coach, post))

    assert done.location == f"/desk/posts/{post.id}/done"
    assert "Published" in coach.get(done.location).text
    assert saved(session).published_at == site_clock.now()
    assert saved(session).send_to_readers
    assert client.get("/posts/kept").status_code == 200


def test_later_means_then(
    coach: FlaskClient, session: Session, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    post = make_draft(session)

    done = press(coach, post, plan(coach, post, how="site", **LATER))

    assert "Thursday 4 June 2026 at 6:00 pm, Toronto time" in coach.get(done.location).text
    assert saved(session).published_at == datetime(2026, 6, 4, 22, tzinfo=UTC)
    assert not saved(session).send_to_readers
    assert client.get("/posts/kept").status_code == 404
    clock.move_to(datetime(2026, 6, 4, 22, tzinfo=UTC))
    assert client.get("/posts/kept").status_code == 200


def test_a_scheduled_article_keeps_its_plan_in_the_boxes_and_can_be_moved(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)
    press(coach, post, plan(coach, post, how="site", **LATER))

    page = coach.get(f"/desk/posts/{post.id}/publish").text
    assert 'value="2026-06-04"' in page
    assert 'value="18:00"' in page
    press(coach, post, plan(coach, post, **LATER | {"date": "2026-06-05"}))

    assert saved(session).published_at == datetime(2026, 6, 5, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"when": "later", "time": "18:00"}, "Choose a day."),
        ({"when": "later", "date": "2026-06-04"}, "Choose a time."),
        ({"when": "later", "date": "next week", "time": "18:00"}, "Write the day like"),
        ({"when": "later", "date": "2026-06-04", "time": "teatime"}, "Write the time like"),
        ({"when": "later", "date": "2026-06-02", "time": "09:59"}, "That time has passed."),
        ({"when": "later", "date": "2027-03-14", "time": "02:30"}, "clocks go forward"),
        ({"when": "later", "date": "9999-12-31", "time": "23:59"}, "year looks wrong"),
        ({"when": "later", "date": "0001-01-01", "time": "00:00"}, "year looks wrong"),
        ({"how": "both", "when": "now"}, ""),
        ({"how": "email", "when": ""}, ""),
        ({"how": "\x00", "when": "\x00"}, ""),
    ],
)
def test_a_choice_that_cannot_be_is_said_at_its_box(
    coach: FlaskClient, session: Session, boxes: dict[str, str], words: str
) -> None:
    post = make_draft(session)

    page = plan(coach, post, **boxes)

    assert page.status_code == 422
    assert words in page.text
    assert 'class="error"' in page.text
    assert saved(session).is_draft


def test_an_hour_that_comes_twice_is_the_first_and_the_sentence_says_so(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)

    page = plan(coach, post, when="later", date="2026-11-01", time="01:30")
    press(coach, post, page)

    assert "show this time twice. We take the first." in page.text
    assert saved(session).published_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("boxes", [{}, LATER])
def test_a_second_press_of_the_same_button_does_nothing_more(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller, boxes: dict[str, str]
) -> None:
    post = make_draft(session)
    page = plan(coach, post, **boxes)
    first = press(coach, post, page)
    date = saved(session).published_at
    clock.shift(timedelta(seconds=2))

    second = press(coach, post, page)

    assert second.location == first.location
    assert saved(session).published_at == date


def test_a_button_pressed_again_after_the_letters_went_just_says_what_was_done(
    coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    post = make_draft(session)
    make_subscriber(session)
    page = plan(coach, post)
    press(coach, post, page)
    work()

    assert press(coach, post, page).location == f"/desk/posts/{post.id}/done"
    work()
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Issue)) == 1


def test_a_change_after_the_review_shows_it_once_more(coach: FlaskClient, session: Session) -> None:
    post = make_draft(session)
    page = plan(coach, post)
    make_subscriber(session)

    again = press(coach, post, page)

    assert again.status_code == 409
    assert "Something changed since you looked" in again.text
    assert "and to 1 reader." in again.text
    assert saved(session).is_draft
    send(coach, f"/desk/posts/{post.id}", body="Other words.", version="1")
    assert press(coach, post, again).status_code == 409
    assert press(coach, post, plan(coach, post)).status_code == 303
    assert saved(session).is_published(site_clock.now())


def test_a_time_that_passes_during_the_review_is_not_used(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    post = make_draft(session)
    page = plan(coach, post, when="later", date="2026-06-02", time="10:05")
    clock.shift(timedelta(minutes=6))

    assert "That time has passed." in press(coach, post, page).text
    assert saved(session).is_draft


def test_an_article_without_text_is_sent_back_to_be_written(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session, body_html="")

    answer = coach.get(f"/desk/posts/{post.id}/publish")

    assert answer.location == f"/desk/posts/{post.id}"
    assert "There is no text in it yet." in coach.get(answer.location).text


def test_what_readers_got_once_cannot_go_to_them_again(
    coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    post = make_draft(session)
    make_subscriber(session)
    press(coach, post, plan(coach, post))
    work()
    coach.post(f"/desk/posts/{post.id}/withdraw")

    refused = plan(coach, post)
    press(coach, post, plan(coach, post, how="site"))
    work()

    assert refused.status_code == 422
    assert "Readers got this by email on 2 June 2026." in refused.text
    assert saved(session).is_published(site_clock.now())
    assert session.scalar(select(func.count()).select_from(Issue)) == 1


def test_an_article_on_the_site_can_be_emailed_later(
    coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    post = make_post(session)
    date = post.published_at
    make_subscriber(session)

    page = plan(coach, post)
    press(coach, post, page)
    work()

    assert "This is on the site already." in page.text
    assert saved(session).published_at == date
    assert session.scalar(select(Issue.post_id)) == post.id
    assert "See how the mail goes" in coach.get(f"/desk/posts/{post.id}/done").text


def test_a_withdrawn_article_is_gone_for_readers_and_kept_for_her(
    coach: FlaskClient, session: Session, client: FlaskClient
) -> None:
    post = make_post(session, slug="kept", send_to_readers=True)

    answer = coach.post(f"/desk/posts/{post.id}/withdraw")

    assert "It is off the site" in coach.get(answer.location).text
    assert client.get("/posts/kept").status_code == 404
    assert saved(session).is_draft
    assert coach.get(f"/desk/posts/{post.id}/withdraw").status_code == 405
    assert coach.get(f"/desk/posts/{post.id}/done").location == f"/desk/posts/{post.id}"
