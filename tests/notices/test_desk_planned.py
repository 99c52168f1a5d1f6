"""What becomes of a letter that is planned when its session changes before it goes."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.notices.models import SessionNotice
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import ADA, WEEKLY, Post, make_readers
from tests.outbox.ledger import becomes, rows

pytestmark = pytest.mark.usefixtures("clock")
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
PLANNED = "Wednesday 3 June 2026 at 10:00 am, Toronto time"


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    make_readers(session, ADA)
    return Post(app, letters, session)


def planned(session: Session, **facts: Any) -> SessionNotice:
    """A session on Thursday at 7 pm, whose letter goes on Wednesday at 10 am."""
    at = our_clock.now() + DAY
    return factories.make_notice(
        session, title="The group", send_to_readers=True, send_at=at, **facts
    )


def said(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())


def letter_on(coach: FlaskClient, notice: SessionNotice) -> str:
    """What the page of readers says of its own letter."""
    page = coach.get(f"/desk/notices/{notice.id}/readers").text
    return said(page.partition("<h2>The letter</h2>")[2].partition("</form>")[0])


def do(coach: FlaskClient, notice: SessionNotice, deed: str, **boxes: str) -> tuple[str, str]:
    """What the review says, and what is said when it is done."""
    address = f"/desk/notices/{notice.id}/{deed}"
    review = coach.post(address, data=boxes | {"act": "review"})
    (version,) = re.findall(r'name="version"[^>]*value="(\d+)"', review.text)
    pressed = boxes | {"act": deed, "version": version}
    return said(review.text), said(coach.post(address, data=pressed, follow_redirects=True).text)


def test_a_letter_that_is_planned_does_not_go_when_its_session_is_cancelled(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session)
    review, done = do(coach, notice, "cancel")
    for words in (review, done):
        assert f"Its letter, planned for {PLANNED}, does not go out." in words
    assert "No email goes out." in letter_on(coach, notice)
    clock.shift(DAY + MINUTE)
    assert post.to() == []


def test_what_takes_place_after_all_has_no_letter_planned_and_says_so(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session)
    do(coach, notice, "cancel")
    answer = coach.post(f"/desk/notices/{notice.id}/restore", follow_redirects=True)
    assert "No letter is planned. You can send one under “Readers and calendars”." in answer.text
    assert "No email has gone out. It can go now, or at a time." in letter_on(coach, notice)
    clock.shift(DAY + MINUTE)
    assert post.to() == []


def test_no_letter_is_offered_for_what_takes_place_after_all_in_a_moment(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    soon, now = our_clock.now() + 10 * MINUTE, our_clock.now()
    notice = factories.make_notice(session, starts_at=soon, cancelled_at=now)
    answer = coach.post(f"/desk/notices/{notice.id}/restore", follow_redirects=True)
    assert "It takes place after all" in answer.text
    assert "You can send one" not in answer.text


def test_a_plan_from_before_stays_untold_while_its_session_is_cancelled(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session, cancelled_at=our_clock.now())
    assert "It is cancelled, and nobody has a letter about it." in letter_on(coach, notice)
    clock.shift(DAY + MINUTE)
    assert post.to() == []


def test_one_day_that_is_cancelled_leaves_the_letter_of_a_series_as_planned(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session, **WEEKLY)
    for deed in ("cancel", "restore", "cancel"):
        if deed == "restore":
            address = f"/desk/notices/{notice.id}/restore"
            answer = coach.post(address, data={"day": "2026-06-11"}, follow_redirects=True)
            review = done = said(answer.text)
        else:
            review, done = do(coach, notice, "cancel", which="2026-06-11")
        for words in (review, done):
            assert f"Its letter goes to readers on {PLANNED}, as planned." in words
    clock.shift(DAY)
    (letter,) = post.new()
    assert "Thursday 11 June at 7:00 pm: cancelled" in said(letter.text)


def test_who_has_no_letter_yet_is_told_nothing_of_one(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    notice = factories.make_notice(session)
    for words in do(coach, notice, "move", date="2026-06-05", time="18:00"):
        assert "Its letter" not in words
    for words in do(coach, notice, "cancel"):
        assert "Its letter" not in words


def test_a_letter_that_was_called_back_is_not_said_to_have_reached_readers(
    app: Flask, coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    notice = factories.make_notice(session, send_to_readers=True)
    assert post.to() == []
    words = "Its letter was written on 2 June 2026. Nobody has got it."
    assert words in letter_on(coach, notice)
    _, done = do(coach, notice, "cancel")
    assert "Its letter, planned" not in done
    assert words in letter_on(coach, notice)
    page = said(coach.get(f"/desk/notices/{notice.id}/readers").text)
    assert "Nobody has got one, so there is nobody to tell." in page
    assert "Readers got it" not in page
    assert "Some readers have the old letter" not in page

    address = f"/desk/notices/{notice.id}/restore"
    done = said(coach.post(address, follow_redirects=True).text)
    assert "1 person was to get its letter. You can tell them" in done
    assert "Some readers were to get its letter" in done
    assert "this goes to 1 person who was to get its letter." in done
    assert "Tell the 1 person who was to get it" in done


TO_BEFORE_IT = {"date": "2026-06-03", "time": "09:00"}
TOO_LATE = (
    f"was to go out on {PLANNED}. That is too late: the session begins on"
    " Wednesday 3 June at 9:00 am, Toronto time."
)


def test_moving_a_session_to_before_its_letter_says_so_and_asks_when_it_shall_go(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session)
    review, done = do(coach, notice, "move", **TO_BEFORE_IT)
    for words in (review, done):
        assert f"Its letter {TOO_LATE} You can choose another time" in words
    # She stands where she can choose.
    assert "When should readers get it?" in done
    assert f"It {TOO_LATE} No email has gone out." in letter_on(coach, notice)
    assert "It goes to readers on" not in done

    address = f"/desk/notices/{notice.id}/readers"
    sooner = {"when": "later", "date": "2026-06-02", "time": "18:00"}
    review = coach.post(address, data=sooner | {"act": "review"}).text
    assert "Plan the letter to 1 reader" in said(review)
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', review)
    pressed = sooner | {"act": "send", "seen": unescape(seen)}
    answer = coach.post(address, data=pressed, follow_redirects=True)
    assert "It goes to 1 reader by email on Tuesday 2 June 2026 at 6:00 pm" in said(answer.text)
    again = coach.post(address, data=pressed, follow_redirects=True)
    assert "That was done already." in again.text
    clock.shift(8 * 60 * MINUTE)
    assert post.to() == [ADA]


def test_looking_over_a_move_changes_nothing(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    notice = planned(session, **WEEKLY)
    for boxes in ({"which": "all"}, {"which": "2026-06-04"}):
        data = boxes | {"date": "2026-06-03", "time": "18:00", "act": "review"}
        assert "as planned" in said(coach.post(f"/desk/notices/{notice.id}/move", data=data).text)
    session.refresh(notice)
    assert (notice.version, notice.sequence, notice.changed_days) == (1, 0, [])
    assert notice.first_on == date(2026, 6, 4)


def test_a_session_that_is_moved_back_has_its_letter_as_planned(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session)
    do(coach, notice, "move", **TO_BEFORE_IT)
    _, done = do(coach, notice, "move", date="2026-06-04", time="19:00")
    assert f"Its letter goes to readers on {PLANNED}, as planned." in done
    clock.shift(DAY)
    assert post.to() == [ADA]


def test_the_ordinary_form_says_it_too(coach: FlaskClient, session: Session, post: Post) -> None:
    notice = planned(session)
    boxes = TO_BEFORE_IT | {
        "title": "The group", "rhythm": "once", "end_time": "10:00", "version": "1", "act": "save",
    }  # fmt: skip
    page = coach.post(f"/desk/notices/{notice.id}", data=boxes, follow_redirects=True).text
    assert f"Its letter {TOO_LATE}" in said(page)


def test_cancelling_the_last_days_of_a_series_leaves_its_letter_too_late(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    at = our_clock.now() + 5 * DAY
    facts = WEEKLY | {"last_on": date(2026, 6, 11)}
    notice = factories.make_notice(session, send_to_readers=True, send_at=at, **facts)
    for words in do(coach, notice, "cancel", which="2026-06-11"):
        assert "That is too late: the last session begins on Thursday 4 June at 7:00 pm" in words
    for words in do(coach, notice, "cancel", which="2026-06-04"):
        assert "It does not: none of its sessions takes place." in words
    assert "When should readers get it?" not in letter_on(coach, notice)


def test_a_letter_that_could_not_go_in_time_is_not_said_to_go(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = planned(session)
    clock.shift(DAY + 33 * 60 * MINUTE - 10 * MINUTE)
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    assert post.to() == []
    words = f"It was to go out on {PLANNED}, and did not."
    assert f"{words} Nobody has got it, and it is too late" in letter_on(coach, notice)
    coach.post(f"/desk/notices/{notice.id}/readers", data={"act": "stop"})
    assert "No email has gone out, and it is too late for one now." in letter_on(coach, notice)


@pytest.mark.parametrize(("state", "repeats"), [("deferred", 1), ("uncertain", 0), ("sending", 0)])
def test_a_letter_that_somebody_may_have_is_said_neither_to_be_there_nor_not(
    coach: FlaskClient, session: Session, post: Post, state: str, repeats: int
) -> None:
    notice = factories.make_notice(session, send_to_readers=True)
    assert post.to() == [ADA]
    (copy,) = rows(session)
    becomes(session, copy, DeliveryState(state), repeat_count=repeats)
    words = "Its letter went out on 2 June 2026. Some readers may have it. How it went"
    assert letter_on(coach, notice) == words


def test_published_and_emailed_on_an_old_page_its_letter_goes_as_it_was_planned_since(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    notice = planned(session)
    boxes = {"title": "The group", "rhythm": "once", "date": "2026-06-04", "time": "19:00"}
    boxes |= {"end_time": "20:00", "version": str(notice.version), "act": "publish", "email": "y"}
    answer = coach.post(f"/desk/notices/{notice.id}", data=boxes, follow_redirects=True)
    assert f"Its letter goes to readers on {PLANNED}, as planned." in said(answer.text)
    assert "by email now" not in said(answer.text)
    assert post.to() == []
