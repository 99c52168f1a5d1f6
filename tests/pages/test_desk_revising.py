"""What a page said before comes back; and its button, pressed twice at once, does one thing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite import clock, earlier
from hrsite.earlier import EarlierText
from hrsite.pages import binning
from hrsite.pages.models import Page
from tests.factories import make_page
from tests.pages.test_desk_pages import NEW, send

PAGE = "/desk/pages/what-to-expect"


def page_of(session: Session) -> Page:
    session.rollback()
    return session.scalars(select(Page)).one()


def rewrite(coach: FlaskClient, version: str, **boxes: Any) -> TestResponse:
    return send(coach, PAGE, **{"version": version, "address": "what-to-expect"} | boxes)


def test_the_coach_sees_what_would_change_and_brings_it_back(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    send(coach, body="Two calls, and a walk.", menu_name="Expect")
    rewrite(coach, "1", title="What may come", body="Three calls, and a walk.", is_in_menu="")
    listed = coach.get(f"{PAGE}/revisions").text
    assert f"{PAGE}/revisions/1" in listed
    assert "As it is now" in listed

    page = coach.get(f"{PAGE}/revisions/1").text
    assert '<del><span class="quiet-text">Gone: </span>Three</del>' in page
    assert '<ins><span class="quiet-text">New: </span>Two</ins>' in page
    assert "In the menu: " in page
    assert "Bring this text back, for readers too" in page
    assert "Three calls" in page_of(session).body_html
    answer = coach.post(f"{PAGE}/revisions/1", data={"version": "2"})

    assert answer.status_code == 303
    now = page_of(session)
    assert (now.title, now.body_html) == ("What to expect", "<p>Two calls, and a walk.</p>")
    assert (now.menu_name, now.is_in_menu, now.version) == ("Expect", True, 3)
    assert "Two calls, and a walk." in client.get("/what-to-expect").text
    # And back again: the words of a moment ago are kept too.
    coach.post(f"{PAGE}/revisions/2", data={"version": "3"})
    assert "Three calls" in page_of(session).body_html


def test_what_a_page_said_before_anything_was_kept_is_kept_at_its_first_saving(
    coach: FlaskClient, session: Session
) -> None:
    page = make_page(session, slug="what-to-expect", body_html="<p>Written long ago.</p>")
    rewrite(coach, "1", body="New words.")

    before = earlier.all_of(session, "pages", page.id)[-1]

    assert (before.version, before.body_html) == (1, "<p>Written long ago.</p>")


def test_bringing_back_never_takes_the_place_of_words_she_has_not_seen(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, body="One.")
    rewrite(coach, "1", body="Two.")
    rewrite(coach, "2", body="Three.")

    answer = coach.post(f"{PAGE}/revisions/1", data={"version": "2"})

    assert "has changed since" in coach.get(answer.location).text
    assert page_of(session).body_html == "<p>Three.</p>"


def test_they_go_with_the_page_and_the_question_before_counts_them(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, body="One.")
    rewrite(coach, "1", body="Two.")
    page = page_of(session)
    coach.post(f"/desk/bin/page/{page.id}")

    assert "1 earlier text" in coach.get(f"/desk/bin/page/{page.id}/delete").text
    coach.post(f"/desk/bin/page/{page.id}/delete")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(EarlierText)) == 0


def test_nightly_tidying_lets_go_of_them_too(coach: FlaskClient, session: Session) -> None:
    send(coach, body="One.")
    page = page_of(session)
    page.deleted_at = clock.now() - 2 * binning.LASTS
    session.flush()

    assert binning.empty(session, clock.now()) == 1
    assert session.scalar(select(func.count()).select_from(EarlierText)) == 0


def test_the_button_of_a_new_page_pressed_many_times_at_once_makes_one(
    coach: FlaskClient, session: Session
) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(coach, NEW, key="k" * 22), range(4)))

    assert {answer.location for answer in answers} == {PAGE}
    assert page_of(session).title == "What to expect"
    assert len(earlier.all_of(session, "pages", page_of(session).id)) == 1


def test_of_two_savings_at_once_one_is_kept_and_the_other_is_shown_both_texts(
    coach: FlaskClient, session: Session
) -> None:
    send(coach, body="One.")
    with ThreadPoolExecutor(2) as pool:
        words = ("Mine.", "Yours.")
        answers = list(pool.map(lambda body: rewrite(coach, "1", body=body), words))

    assert sorted(answer.status_code for answer in answers) == [303, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert "Mine." in refused.text
    assert "Yours." in refused.text
    assert page_of(session).version == 2


def test_two_pages_at_once_of_one_title_have_two_addresses(
    coach: FlaskClient, session: Session
) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda key: send(coach, NEW, key=key * 22), "ab"))

    assert {answer.status_code for answer in answers} <= {303, 422}
    session.rollback()
    made = session.scalars(select(Page.slug)).all()
    assert len(made) == sum(answer.status_code == 303 for answer in answers)
    refused = [answer for answer in answers if answer.status_code == 422]
    assert all("A <em>calm</em>" in one.text or "A *calm* talk." in one.text for one in refused)
