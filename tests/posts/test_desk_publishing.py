"""Publishing: choose, read one sentence, press. Once is once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite import clock as site_clock
from hrsite.newsletter.models import Issue, SubscriptionState
from tests.factories import make_post, make_subscriber
from tests.posts.pressing import LATER, make_draft, plan, press
from tests.posts.writing import saved, send


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
        "On Thursday 4 June 2026 at 6:00\u00a0pm, Toronto time (in 2 days 8 hours), this goes on"
        " the site and to 2 readers. 1 has not confirmed." in page.text
    )
    assert "Schedule and send to 2 readers" in " ".join(page.text.split())
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

    assert "Thursday 4 June 2026 at 6:00\u00a0pm, Toronto time" in coach.get(done.location).text
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
        (
            {"when": "later", "date": "2027-03-14", "time": "02:30"},
            "The nearest times are 1:59 am and 3:00 am.",
        ),
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


@pytest.mark.parametrize(("which", "hour"), [("first", 5), ("second", 6)])
def test_of_an_hour_that_comes_twice_she_is_asked_which(
    coach: FlaskClient, session: Session, which: str, hour: int
) -> None:
    post, twice = make_draft(session), {"when": "later", "date": "2026-11-01", "time": "01:30"}

    asked = plan(coach, post, **twice)
    assert asked.status_code == 422
    for words in ("This time comes twice that night. Which one?", "after they went back"):
        assert words in asked.text
    page = plan(coach, post, **twice, which=which)
    press(coach, post, page)

    assert f"show this time twice. This is the {which} one." in page.text
    assert saved(session).published_at == datetime(2026, 11, 1, hour, 30, tzinfo=UTC)
    assert (
        f'value="{which}" checked'
        in " ".join(
            coach.get(f"/desk/posts/{post.id}/publish").text.replace("checked ", "").split()
        )
        or f'checked id="which-{which == "second":d}"'
        in coach.get(f"/desk/posts/{post.id}/publish").text
    )


def test_words_that_are_not_saved_are_told_before_the_old_ones_go_out(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    post = saved(session)
    address = f"/desk/posts/{post.id}/publish"
    boxes = {"title": post.title, "body": "Newer words.", "key": "k" * 22, "version": "1"}
    assert "not saved yet" not in coach.get(address).text
    coach.post(f"/desk/words/posts?id={post.id}", data=boxes)

    for page in (coach.get(address), plan(coach, post)):
        assert "You have words here that are not saved yet" in page.text
    send(coach, f"/desk/posts/{post.id}", body="Newer words.", key="k" * 22, version="1")
    assert "not saved yet" not in coach.get(address).text


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

    offered = coach.get(f"/desk/posts/{post.id}/publish").text
    assert re.findall(r'name="how"[^>]*value="(\w+)"', offered) == ["site"]
    assert "Put it on the site. Nobody gets it twice" in offered
    assert "each article by email" not in offered
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
