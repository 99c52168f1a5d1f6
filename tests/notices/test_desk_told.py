"""What the desk says of who knows: after a reminder alone, and after a letter about a change."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts.models import Account
from hrsite.newsletter import following
from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import A_WHILE, ADA, BEA, WEEKLY, Post, change, make_readers
from tests.notices.test_desk import send
from tests.notices.test_desk_planned import do, letter_on, said
from tests.notices.test_desk_telling import boxes, page_of

pytestmark = pytest.mark.usefixtures("clock")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOBODY = "It is cancelled, and nobody has a letter about it. No email goes out."


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    return Post(app, letters, session)


def reminded(session: Session, post: Post, clock: time_machine.Traveller) -> SessionNotice:
    """A session on Thursday of which one of two readers has had the reminder, and nobody more."""
    make_readers(session, ADA, wants_reminders=True)
    make_readers(session, BEA)
    notice = factories.make_notice(session, title="The group")
    clock.shift(DAY + 10 * HOUR)
    assert post.to() == [ADA]
    return notice


def back(coach: FlaskClient, session: Session) -> FlaskClient:
    """Signed in anew: hours have gone by."""
    return factories.sign_in(coach, session.scalars(select(Account)).one())


def cancel(coach: FlaskClient, notice: SessionNotice) -> str:
    deed = {"act": "cancel", "version": str(notice.version)}
    address = f"/desk/notices/{notice.id}/cancel"
    return said(coach.post(address, data=deed, follow_redirects=True).text)


def tell(coach: FlaskClient, notice: SessionNotice) -> str:
    pressed = boxes(coach.get(page_of(notice)).text, "tell")
    return said(coach.post(page_of(notice), data=pressed, follow_redirects=True).text)


def test_who_had_the_reminder_alone_can_be_told_that_it_is_cancelled(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = reminded(session, post, clock)
    coach = back(coach, session)
    assert not following.has_news(session, notice)
    page = cancel(coach, notice)
    assert "1 person has an older letter. You can tell them" in page
    assert "Tell the 1 person who had the letter" in page
    assert NOBODY not in page
    assert "It goes to 1 person." in tell(coach, notice)
    (letter,) = post.new()
    assert (letter.letter.to, letter.letter.subject) == (ADA, "Cancelled: The group")
    assert not following.has_news(session, notice)
    words = "Readers were told by email on 3 June 2026 that it was cancelled."
    assert words in letter_on(coach, notice)
    assert NOBODY not in letter_on(coach, notice)


def test_a_reminder_of_one_day_tells_nobody_of_another(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session, title="The group", **WEEKLY)
    clock.shift(DAY + 10 * HOUR)
    assert post.to() == [ADA]
    change(session, notice, start_time=time(20))
    assert following.has_news(session, notice)
    clock.shift(7 * DAY)
    assert post.to() == [ADA]
    assert following.has_news(session, notice)


def test_a_reminder_that_was_called_back_is_no_letter_that_anybody_has(
    app: Flask, coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session, title="The group")
    clock.shift(DAY + 9 * HOUR)
    assert post.to() == []
    coach = back(coach, session)
    assert "older letter" not in cancel(coach, notice)
    assert NOBODY in letter_on(coach, notice)


def test_a_letter_about_a_change_counts_as_one_that_readers_got(
    app: Flask, coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    assert post.to() == []
    do(coach, notice, "move", date="2026-06-04", time="20:00")
    assert "Nobody has got it." in letter_on(coach, notice)
    assert "It goes to 2 people." in tell(coach, notice)
    clock.shift(A_WHILE)
    assert post.to() == [ADA, BEA]

    shown = letter_on(coach, notice)
    assert "Readers were told of its change by email on 2 June 2026." in shown
    assert "Nobody has got it" not in shown
    page = coach.get(page_of(notice)).text
    last = session.scalars(select(Issue).order_by(Issue.id.desc())).first()
    assert last is not None
    assert re.findall(r'href="/desk/issues/(\d+)">How it went', page) == [str(last.id)]
    # Told anew, it is those who have a letter now.
    page = cancel(coach, notice)
    assert "2 people have an older letter." in page
    assert "were to get" not in page


def a_change_that_waits(
    app: Flask, coach: FlaskClient, session: Session, post: Post
) -> SessionNotice:
    """Ada has its letter; the one about its change is written, and nobody has it."""
    make_readers(session, ADA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    assert post.to() == [ADA]
    app.config["UNDO_MINUTES"] = 2
    do(coach, notice, "move", date="2026-06-04", time="20:00")
    tell(coach, notice)
    return notice


def test_of_a_letter_that_is_written_and_waits_is_said_beside_the_one_that_went(
    app: Flask, coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = a_change_that_waits(app, coach, session, post)
    shown = letter_on(coach, notice)
    assert "Readers got it by email on 2 June 2026." in shown
    assert "A letter about its change is written, and nobody has it yet." in shown
    clock.shift(A_WHILE)
    assert post.to() == [ADA]
    assert "is written, and nobody has it" not in letter_on(coach, notice)


def test_one_that_was_called_back_waits_no_more_though_no_worker_has_looked(
    app: Flask, coach: FlaskClient, session: Session, post: Post
) -> None:
    notice = a_change_that_waits(app, coach, session, post)
    do(coach, notice, "move", date="2026-06-04", time="21:00")
    assert "is written, and nobody has it" not in letter_on(coach, notice)


def test_taken_off_to_be_mended_it_says_who_has_the_old_letter_when_it_is_back(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    send(coach, act="publish", email="y")
    notice = session.scalars(select(SessionNotice)).one()
    assert post.to() == [ADA]
    coach.post(f"/desk/notices/{notice.id}/withdraw")
    session.refresh(notice)
    mended = {"time": "20:00", "end_time": "21:00", "version": str(notice.version)}
    address = f"/desk/notices/{notice.id}"
    answer = send(coach, address, act="publish", email="y", **mended)
    page = said(coach.get(answer.location).text)
    assert "No second one goes out. 1 person has an older letter. You can tell them" in page


def test_moved_taken_off_and_put_back_it_is_told_from_when_it_moved(
    coach: FlaskClient, session: Session, post: Post
) -> None:
    make_readers(session, ADA)
    send(coach, act="publish", email="y")
    notice = session.scalars(select(SessionNotice)).one()
    assert post.to() == [ADA]
    do(coach, notice, "move", date="2026-06-04", time="20:00")
    coach.post(f"/desk/notices/{notice.id}/withdraw")
    session.refresh(notice)
    same = {"time": "20:00", "end_time": "21:30", "version": str(notice.version)}
    send(coach, f"/desk/notices/{notice.id}", act="publish", **same)
    page = said(coach.get(page_of(notice)).text)
    assert "It was to begin Thursday 4 June 2026 at 7:00 pm, Toronto time." in page


def test_what_readers_know_by_a_letter_about_a_change_is_not_said_to_be_taken_back(
    app: Flask, coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    post.new()
    do(coach, notice, "move", date="2026-06-04", time="20:00")
    tell(coach, notice)
    clock.shift(A_WHILE)
    assert post.to() == [ADA]
    answer = coach.post(f"/desk/notices/{notice.id}/withdraw", follow_redirects=True)
    assert "Letters that went out cannot be called back." in answer.text
    assert "nobody has got it" not in answer.text


def test_a_letter_to_a_few_about_a_change_leaves_its_own_letter_to_be_sent(
    coach: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    notice = reminded(session, post, clock)
    coach = back(coach, session)
    do(coach, notice, "move", date="2026-06-04", time="21:00")
    tell(coach, notice)
    assert post.to() == [ADA]
    shown = letter_on(coach, notice)
    assert "Readers were told of its change by email on 3 June 2026." in shown
    assert "It can go now, or at a time." in shown
    assert "No email has gone out" not in shown
