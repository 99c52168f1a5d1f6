"""What changed since she looked is said before anything goes out, and once is once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock as site_clock
from hrsite.accounts.models import Account
from hrsite.newsletter.models import Issue, SubscriptionState
from hrsite.posts import publishing
from tests.factories import make_post, make_subscriber, sign_in
from tests.posts.pressing import LATER, make_draft, plan, press
from tests.posts.writing import saved, send


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


def test_a_change_after_the_review_shows_it_once_more_with_the_difference(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)
    page = plan(coach, post)
    assert "When you press the button" in page.text
    make_subscriber(session)
    make_subscriber(session, "new@example.org", state=SubscriptionState.UNCONFIRMED)

    again = press(coach, post, page)

    assert again.status_code == 409
    assert "Something changed since you looked" in again.text
    assert "0 readers when you looked, 1 now." in again.text
    assert "Not confirmed yet: 0 when you looked, 1 now." in again.text
    assert "and to 1 reader." in again.text
    assert saved(session).is_draft
    other = {"title": "Kept safe", "body": "Other words."}
    send(coach, f"/desk/posts/{post.id}", version="1", **other)
    third = press(coach, post, again)
    assert third.status_code == 409
    assert "The title changed from “Kept” to “Kept safe”." in third.text
    assert "Other words.</ins>" in third.text.replace("</span>", "")
    assert "1 now." not in third.text
    assert press(coach, post, third).status_code == 303
    assert saved(session).is_published(site_clock.now())


def test_readers_who_come_change_nothing_for_what_goes_to_the_site_alone(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)
    page = plan(coach, post, how="site")
    make_subscriber(session)
    assert press(coach, post, page).status_code == 303


def test_another_plan_from_another_tab_does_not_overrule_the_first(
    coach: FlaskClient, session: Session
) -> None:
    post = make_draft(session)
    now, later = plan(coach, post, how="site"), plan(coach, post, how="email", **LATER)
    press(coach, post, now)

    again = press(coach, post, later)

    assert again.status_code == 409
    assert "It was a draft when you looked, and is on the site now." in again.text
    assert not saved(session).send_to_readers


def test_an_old_page_cannot_send_again_what_was_taken_back(
    coach: FlaskClient, session: Session
) -> None:
    post = make_post(session, title="Kept")
    page = plan(coach, post)
    press(coach, post, page)
    kept = saved(session)
    publishing.call_off(kept)
    session.commit()

    again = press(coach, post, page)

    assert again.status_code == 409
    assert "was planned since you looked, and was taken back." in again.text
    assert not saved(session).send_to_readers


@pytest.mark.parametrize("seen", ["", "{}", "[" * 5000, "null", '{"presses": "1"}', "\x00"])
def test_a_page_that_brings_nothing_of_ours_is_read_once_more(
    coach: FlaskClient, session: Session, seen: str
) -> None:
    post = make_draft(session)
    boxes = {"how": "site", "when": "now", "confirm": "1", "seen": seen}
    assert coach.post(f"/desk/posts/{post.id}/publish", data=boxes).status_code == 409
    assert saved(session).is_draft


def test_pressed_at_once_in_many_tabs_there_is_one_issue(
    app: Flask, coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    post = make_draft(session)
    make_subscriber(session)
    pages = [plan(coach, post) for _ in range(4)]
    account, post_id, together = session.scalars(select(Account)).one(), post.id, Barrier(4)
    browsers = [sign_in(app.test_client(), account) for _ in pages]

    def tab(browser: FlaskClient, page: TestResponse) -> str | None:
        together.wait()
        return press(browser, post_id, page).location

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(tab, browsers, pages))
    work()

    assert answers == [f"/desk/posts/{post_id}/done"] * 4
    assert saved(session).press_count == 1
    assert session.scalar(select(func.count()).select_from(Issue)) == 1
