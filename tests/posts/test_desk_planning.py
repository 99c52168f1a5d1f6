"""An article on the site whose letter is planned for later: seen, changed and called off."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.posts import shelf
from hrsite.posts.models import Post
from tests.factories import make_post, make_subscriber
from tests.journeys.doors import Letters
from tests.posts.pressing import LATER, make_draft, plan, press
from tests.posts.writing import saved
from tests.settings.test_desk import send as send_settings

THEN = "Thursday 4 June 2026 at 6:00 pm, Toronto time"


@pytest.fixture
def post(coach: FlaskClient, session: Session) -> Post:
    """On the site now; to one reader on Thursday."""
    make_subscriber(session)
    made: Post = make_post(session, title="Small steps")
    press(coach, made, plan(coach, made, **LATER))
    return made


def words_of(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page.split("<main", 1)[1]).split()).replace(" .", ".")


def test_emailed_now_after_all_it_goes_now(
    coach: FlaskClient, session: Session, post: Post, work: Callable[[], None], letters: Letters
) -> None:
    done = press(coach, post, plan(coach, post))
    work()

    assert [letter.letter.to for letter in letters()] == ["reader@example.org"]
    assert THEN not in words_of(coach.get(done.location).text)


def test_pressed_twice_it_is_planned_once(coach: FlaskClient, session: Session, post: Post) -> None:
    again = press(coach, post, plan(coach, post, **LATER))
    assert again.location == f"/desk/posts/{post.id}/done"
    assert saved(session).press_count == 1


@pytest.mark.parametrize("where", ["", "posts/", "posts/{id}", "posts/{id}/done"])
def test_its_plan_is_seen_and_leads_to_where_it_is_changed(
    coach: FlaskClient, post: Post, where: str
) -> None:
    shown = coach.get(f"/desk/{where.format(id=post.id)}").text
    assert f'href="/desk/posts/{post.id}/publish"' in shown
    assert "Change when or how" in shown
    assert THEN in words_of(shown)


def test_what_is_chosen_stands_in_the_boxes(coach: FlaskClient, post: Post) -> None:
    page = coach.get(f"/desk/posts/{post.id}/publish").text
    assert 'value="2026-06-04"' in page
    assert 'value="18:00"' in page


def test_planned_by_email_only_it_can_go_on_the_site_too_at_the_same_time(
    coach: FlaskClient, session: Session
) -> None:
    draft = make_draft(session)
    press(coach, draft, plan(coach, draft, how="only", **LATER))
    planned_at = saved(session).unlisted_at
    press(coach, draft, plan(coach, draft, **LATER))
    assert (saved(session).published_at, saved(session).unlisted_at) == (planned_at, None)


def test_called_off_it_stands_in_no_plan(coach: FlaskClient, session: Session, post: Post) -> None:
    press(coach, post, plan(coach, post, how="site"))
    assert not saved(session).send_to_readers
    assert shelf.scheduled(session, our_clock.now()) == []
    home = words_of(coach.get("/desk/").text)
    assert THEN not in home
    assert "Not emailed." in home


def test_what_is_planned_stands_in_the_order_of_its_moments(session: Session, post: Post) -> None:
    days = {}
    for day in (3, 5):
        at = our_clock.now().replace(day=day)
        days[day] = make_post(session, published_at=at, send_at=at, send_to_readers=True)
    found = shelf.scheduled(session, our_clock.now())
    assert [one.id for one in found] == [days[3].id, post.id, days[5].id]


def test_another_time_zone_shows_what_becomes_of_its_moment(coach: FlaskClient, post: Post) -> None:
    page = send_settings(coach, time_zone="Europe/Berlin").text
    assert "Friday 5 June 2026 at 12:00 am" in words_of(page)
