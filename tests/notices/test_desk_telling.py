"""The desk's page of a notice's letters, reminders and calendars."""

import re
from datetime import UTC, date, datetime, time, timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter.models import Issue
from hrsite.notices.models import Rhythm, SessionNotice
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import ADA, BEA, CLEO, Post, change, make_readers

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    return Post(app, letters, session)


def page_of(notice: SessionNotice) -> str:
    return f"/desk/notices/{notice.id}/readers"


def said(text: str) -> str:
    """What stands on a page, in one line."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())


def boxes(text: str, act: str) -> dict[str, str]:
    """The hidden boxes of the form whose button does this."""
    (form,) = (one for one in re.findall(r"(?s)<form.*?</form>", text) if f'value="{act}"' in one)
    hidden = re.findall(r'<input type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', form)
    return {name: unescape(value) for name, value in hidden} | {"act": act}


def test_a_stranger_does_not_see_it(client: FlaskClient, session: Session) -> None:
    address = page_of(factories.make_notice(session))
    assert client.get(address).location.startswith("/desk/sign-in")
    assert client.post(address, data={"act": "tell"}).status_code in (302, 403)


def test_the_letter_goes_at_its_time_and_to_as_many_as_was_said(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session)
    later = {"when": "later", "date": "2026-06-03", "time": "12:00", "act": "review"}
    review = coach.post(page_of(notice), data=later).text
    assert "Wednesday 3 June 2026 at 12:00 pm, Toronto time (in 1 day 2 hours)" in said(review)
    assert "Plan the letter to 2 readers" in said(review)
    sent = boxes(review, "send")
    answer = coach.post(page_of(notice), data=sent, follow_redirects=True)
    assert "It goes to 2 readers by email on Wednesday 3 June 2026 at 12:00 pm" in said(answer.text)
    again = coach.post(page_of(notice), data=sent, follow_redirects=True)
    assert "That was done already" in again.text
    assert post.to() == []


def test_it_goes_when_its_time_has_come_and_not_before(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    now = our_clock.now()
    factories.make_notice(session, send_to_readers=True, send_at=now + timedelta(hours=1))
    due = factories.make_notice(session, send_to_readers=True, send_at=now)
    assert [one.letter.subject for one in post.new()] == [due.title]
    assert len(session.scalars(select(Issue)).all()) == 1


def test_a_plan_is_taken_back(coach: FlaskClient, session: Session, post: Post) -> None:
    make_readers(session, ADA)
    soon = our_clock.now() + timedelta(hours=1)
    notice = factories.make_notice(session, send_to_readers=True, send_at=soon)
    page = coach.get(page_of(notice)).text
    assert "It goes to readers on Tuesday 2 June 2026 at 11:00 am" in said(page)
    coach.post(page_of(notice), data=boxes(page, "stop"))
    session.refresh(notice)
    assert not notice.send_to_readers
    assert notice.published_at is not None


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"when": "later"}, "Choose a day."),
        ({"when": "later", "date": "2026-06-01", "time": "10:00"}, "That time has passed."),
        ({"when": "later", "date": "2026-06-04", "time": "18:50"}, "It begins too soon"),
        ({"when": "later", "date": "2027-03-14", "time": "02:30"}, "never comes"),
    ],
)
def test_a_time_that_cannot_be_is_said_at_its_box(
    coach: FlaskClient, session: Session, when: dict[str, str], why: str
) -> None:
    notice = factories.make_notice(session)
    answer = coach.post(page_of(notice), data=when | {"act": "review"})
    assert answer.status_code == 422
    assert why in said(answer.text)
    assert "Nothing has gone out" in answer.text


@pytest.mark.parametrize(
    ("when", "why"),
    [
        ({"when": "now"}, "Its last session has begun. No email can go out."),
        (
            {"when": "later", "date": "2026-06-02", "time": "10:30"},
            "Its last session has begun then. Choose an earlier time.",
        ),
    ],
)
def test_no_letter_of_a_series_is_planned_for_after_its_last_session_has_begun(
    coach: FlaskClient, session: Session, when: dict[str, str], why: str
) -> None:
    notice = factories.make_notice(
        session,
        starts_at=None,
        rhythm=Rhythm.WEEKLY,
        first_on=date(2026, 5, 26),
        start_time=time(9, 30),
        length_minutes=90,
        last_on=date(2026, 6, 2),
    )
    answer = coach.post(page_of(notice), data=when | {"act": "review"})
    assert answer.status_code == 422
    assert why in said(answer.text)


def test_of_a_time_that_comes_twice_it_asks_which_and_says_it(
    coach: FlaskClient, session: Session
) -> None:
    notice = factories.make_notice(session, starts_at=None, rhythm=Rhythm.STANDING)
    twice = {"when": "later", "date": "2026-11-01", "time": "01:30", "act": "review"}
    asked = coach.post(page_of(notice), data=twice)
    assert asked.status_code == 422
    assert "This time comes twice that night. Which one?" in said(asked.text)
    review = coach.post(page_of(notice), data=twice | {"which": "second"})
    assert "show this time twice. This is the second one." in said(review.text)
    coach.post(page_of(notice), data=boxes(review.text, "send"))
    session.refresh(notice)
    assert notice.send_at == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_when_the_list_has_changed_the_button_shows_the_sentence_again(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session)
    review = coach.post(page_of(notice), data={"when": "now", "act": "review"}).text
    make_readers(session, BEA)
    answer = coach.post(page_of(notice), data=boxes(review, "send"))
    assert answer.status_code == 409
    assert "Something changed since you looked" in answer.text
    assert "Send it to 2 readers" in said(answer.text)
    assert post.to() == []
    coach.post(page_of(notice), data=boxes(answer.text, "send"))
    assert post.to() == [ADA, BEA]


def test_who_had_the_letter_is_told_of_the_change_by_one_press(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    post.new()
    make_readers(session, CLEO)
    assert "Some readers have the old letter" not in coach.get(page_of(notice)).text
    change(session, notice, cancelled_at=our_clock.now())

    page = coach.get(page_of(notice)).text
    assert "It will not take place." in said(page)
    assert "this goes to 2 people who had a letter about it." in said(page)
    assert "Tell the 2 people who had the letter" in said(page)
    pressed = boxes(page, "tell")
    answer = coach.post(page_of(notice), data=pressed, follow_redirects=True)
    assert "It goes to 2 people." in answer.text
    again = coach.post(page_of(notice), data=pressed, follow_redirects=True)
    assert "Nobody gets it twice" in again.text
    assert post.to() == [ADA, BEA]
    assert post.to() == []


@pytest.mark.parametrize("minutes", [0, 5])
def test_that_it_can_be_stopped_is_said_only_where_it_can(
    app: Flask, coach: FlaskClient, session: Session, post: Post, minutes: int
) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    assert post.to() == [ADA]
    app.config["UNDO_MINUTES"] = minutes
    change(session, notice, cancelled_at=our_clock.now())
    pressed = boxes(coach.get(page_of(notice)).text, "tell")
    answer = coach.post(page_of(notice), data=pressed, follow_redirects=True)
    assert "It goes to 1 person." in answer.text
    assert ("You can still stop it" in answer.text) is (minutes > 0)
    assert post.to() == ([] if minutes else [ADA])


def test_a_button_that_says_an_old_number_does_nothing(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    change(session, notice, cancelled_at=our_clock.now())
    pressed = boxes(coach.get(page_of(notice)).text, "tell")
    notice.title, notice.version = "Other words", notice.version + 1
    session.commit()
    answer = coach.post(page_of(notice), data=pressed)
    assert answer.status_code == 409
    assert "Something changed since you looked" in answer.text
    assert post.to() == []


def test_saving_another_time_says_who_has_the_old_letter(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    page = coach.get(f"/desk/notices/{notice.id}").text
    assert page_of(notice) in page
    change(session, notice, cancelled_at=our_clock.now())
    assert "Tell the 1 person who had the letter" in said(coach.get(page_of(notice)).text)


def test_the_coach_chooses_about_reminders_and_calendars(
    coach: FlaskClient, session: Session
) -> None:
    notice = factories.make_notice(session)
    page = coach.get(page_of(notice)).text
    choice = boxes(page, "share") | {"tells_in_calendar": "y"}
    answer = coach.post(page_of(notice), data=choice, follow_redirects=True)
    assert "Saved." in answer.text
    session.refresh(notice)
    assert (notice.tells_in_calendar, notice.sends_reminders) == (True, False)
    coach.post(page_of(notice), data=boxes(page, "share") | {"sends_reminders": "y"})
    session.refresh(notice)
    assert (notice.tells_in_calendar, notice.sends_reminders) == (False, True)


def test_a_draft_is_published_first(coach: FlaskClient, session: Session) -> None:
    notice = factories.make_notice(session, published_at=None)
    assert "It is a draft." in coach.get(page_of(notice)).text
    answer = coach.post(
        page_of(notice), data={"act": "review", "when": "now"}, follow_redirects=True
    )
    assert "Publish it first." in answer.text
    assert coach.get("/desk/notices/999/readers").status_code == 404
    assert coach.post("/desk/notices/999/readers", data={"act": "tell"}).status_code == 404


def test_who_cancels_comes_to_where_readers_are_told(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    assert post.to() == [ADA]
    address = f"/desk/notices/{notice.id}/cancel"
    deed = {"act": "cancel", "version": str(notice.version)}
    answer = coach.post(address, data=deed, follow_redirects=True)
    assert "1 person has an older letter." in said(answer.text)
    assert "Tell the 1 person who had the letter" in said(answer.text)
    coach.post(page_of(notice), data=boxes(answer.text, "tell"))
    (letter,) = post.new()
    assert letter.letter.subject.startswith("Cancelled: ")
