"""Stop it, hold what is late, and what becomes of an Issue that was dropped."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.newsletter.models import Cadence, Issue, OwedArticle, Topic
from hrsite.outbox import presence
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.newsletter.histories import look
from tests.outbox.ledger import READERS, rows, states
from tests.posts.test_desk_publishing import make_draft, plan, press
from tests.posts.writing import saved

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
Work = Callable[[], None]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=5)


def only_issue(session: Session) -> Issue:
    session.rollback()
    return session.scalars(select(Issue)).one()


def back_at_the_desk(app: Flask, session: Session) -> FlaskClient:
    """Her desk has closed by itself over the hours; she signs in again."""
    session.rollback()
    return factories.sign_in(app.test_client(), session.scalars(select(Account)).one())


def published(coach: FlaskClient, session: Session) -> Post:
    """An article, published and emailed by the form, and not yet seen by the worker."""
    for reader in READERS:
        factories.make_subscriber(session, reader)
    post = make_draft(session)
    press(coach, post, plan(coach, post))
    return saved(session)


def test_drop_it_on_an_old_page_drops_nothing_that_goes_out_again(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    published(coach, session)
    work()
    path = f"/desk/issues/{only_issue(session).id}"
    for deed in ("stop", "resume"):
        coach.post(f"{path}/{deed}")
    answer = coach.post(f"{path}/drop", follow_redirects=True)
    assert "It goes out again since you opened this page. Stop it first." in answer.text
    assert only_issue(session).dropped_at is None
    clock.shift(10 * MINUTE)
    work()
    assert states(session) == {"accepted": 3}
    answer = coach.post(f"{path}/drop", follow_redirects=True)
    assert "There was nothing left to drop." in answer.text


def test_nothing_goes_out_before_the_window_is_over(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    post = published(coach, session)
    page = coach.get(f"/desk/posts/{post.id}/done").text
    assert "Mail starts at 10:05\u00a0am, to 3 readers" in page
    assert "Stop it" in page
    clock.shift(5 * MINUTE - timedelta(seconds=1))
    work()
    assert states(session) == {"queued": 3}
    clock.shift(timedelta(seconds=1))
    work()
    assert states(session) == {"accepted": 3}


@pytest.mark.parametrize("worker_was_there", [True, False])
def test_stop_it_holds_at_once_whether_or_not_the_worker_was_there(
    coach: FlaskClient,
    session: Session,
    work: Work,
    clock: time_machine.Traveller,
    worker_was_there: bool,
) -> None:
    post = published(coach, session)
    if worker_was_there:
        work()
    answer = coach.post(f"/desk/posts/{post.id}/stop")
    assert "Stopped. Nothing more of this goes out" in coach.get(answer.location).text
    clock.shift(10 * MINUTE)
    work()
    assert states(session) == {"queued": 3}
    issue = only_issue(session)
    assert issue.message.pause_kind == "stopped"
    coach.post(f"/desk/issues/{issue.id}/resume")
    work()
    assert states(session) == {"accepted": 3}


def test_a_dropped_issue_that_nobody_got_lets_its_article_go_out_anew(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, "weekly@example.org").cadence = Cadence.WEEKLY
    session.commit()
    post = published(coach, session)
    coach.post(f"/desk/posts/{post.id}/stop")
    issue = only_issue(session)
    answer = coach.post(f"/desk/issues/{issue.id}/drop")
    assert "you can email it anew" in coach.get(answer.location).text
    assert states(session) == {"withdrawn": 3}
    assert session.scalars(select(OwedArticle)).all() == []
    work()
    assert only_issue(session).dropped_at is not None
    press(coach, post, plan(coach, post))
    work()
    clock.shift(5 * MINUTE)
    work()
    assert states(session) == {"withdrawn": 3, "accepted": 3}
    assert len(session.scalars(select(OwedArticle)).all()) == 1


def test_a_dropped_issue_that_somebody_got_stays_the_only_one(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    post = published(coach, session)
    clock.shift(6 * MINUTE)
    work()
    issue = only_issue(session)
    coach.post(f"/desk/issues/{issue.id}/stop")
    coach.post(f"/desk/issues/{issue.id}/drop")
    assert only_issue(session).post_id == post.id
    assert states(session) == {"accepted": 3}
    assert "Readers got this by email" in plan(coach, post).text


@pytest.mark.parametrize(("late", "is_held"), [(2 * HOUR, False), (2 * HOUR + MINUTE, True)])
def test_a_scheduled_issue_more_than_two_hours_late_is_held(
    session: Session, work: Work, clock: time_machine.Traveller, late: timedelta, is_held: bool
) -> None:
    factories.make_subscriber(session)
    due_at = our_clock.now() + HOUR
    factories.make_post(session, send_to_readers=True, published_at=due_at, send_at=due_at)
    clock.move_to(due_at + late)
    work()
    message = only_issue(session).message
    assert (message.pause_kind == "late") == is_held
    assert states(session) == ({"queued": 1} if is_held else {"accepted": 1})


def test_the_desk_asks_what_to_do_with_it_and_does_it(
    app: Flask, coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session)
    now = our_clock.now()
    factories.make_post(session, title="Held", send_to_readers=True, published_at=now, send_at=now)
    clock.shift(3 * HOUR)
    work()
    coach = back_at_the_desk(app, session)
    issue = only_issue(session)
    home = coach.get("/desk/").text
    assert "This was due on Tuesday 2 June 2026 at 10:00\u00a0am, Toronto time." in home
    assert "Send now, set a time, or drop it" in home
    page = coach.get(f"/desk/issues/{issue.id}").text
    assert all(words in page for words in ("Send it now", "Send it then", "Drop it"))
    assert "The words stay as they were when it was written down." in page
    past = {"date": "2026-06-02", "time": "09:00"}
    refused = coach.post(f"/desk/issues/{issue.id}/reschedule", data=past)
    assert refused.status_code == 422
    assert 'value="2026-06-02"' in refused.text
    twice = {"date": "2026-11-01", "time": "01:30"}
    asked = coach.post(f"/desk/issues/{issue.id}/reschedule", data=twice)
    assert "This time comes twice that night. Which one?" in asked.text
    coach.post(f"/desk/issues/{issue.id}/reschedule", data=past | {"time": "18:00"})
    work()
    assert states(session) == {"queued": 1}
    clock.move_to(now + 8 * HOUR)
    work()
    assert states(session) == {"accepted": 1}


def test_send_now_sends_now_and_does_not_hold_it_again(
    app: Flask, coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session)
    now = our_clock.now()
    factories.make_post(session, send_to_readers=True, published_at=now, send_at=now)
    clock.shift(30 * HOUR)
    work()
    coach = back_at_the_desk(app, session)
    coach.post(f"/desk/issues/{only_issue(session).id}/resume")
    work()
    assert states(session) == {"accepted": 1}


@pytest.mark.parametrize("another_starts", [False, True])
def test_an_opened_issue_is_held_when_no_worker_was_there_at_its_start(
    coach: FlaskClient,
    session: Session,
    work: Work,
    clock: time_machine.Traveller,
    another_starts: bool,
) -> None:
    published(coach, session)
    work()
    clock.shift(3 * HOUR)
    session.rollback()
    if another_starts:
        presence.announce(session, "another worker", our_clock.now())
        session.commit()
    work()
    assert only_issue(session).message.pause_kind == "late"
    assert states(session) == {"queued": 3}


def test_an_issue_that_waits_its_turn_while_a_worker_is_there_is_not_held(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True)
    look(app)
    message = only_issue(session).message
    message.starts_at = our_clock.now()
    row = rows(session)[0]
    row.next_at = our_clock.now() + 9 * HOUR  # Behind others.
    session.commit()
    for _ in range(100):
        clock.shift(2 * MINUTE)
        look(app)
    assert only_issue(session).message.paused_at is None


def test_a_notice_has_two_minutes_and_none_when_its_session_is_near(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    now = our_clock.now()
    for hours in (5, 0.4):
        starts_at = now + hours * HOUR
        factories.make_notice(
            session, send_to_readers=True, published_at=now, send_at=now, starts_at=starts_at,
            ends_at=starts_at + HOUR,
        )  # fmt: skip
    look(app)
    session.rollback()
    begins = [
        issue.message.starts_at for issue in session.scalars(select(Issue).order_by(Issue.id))
    ]
    assert begins == [now + 2 * MINUTE, now]


def test_a_notice_past_its_session_is_never_handed_over(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, topics=tuple(Topic))
    now = our_clock.now()
    factories.make_notice(
        session, send_to_readers=True, published_at=now, send_at=now, starts_at=now + 5 * HOUR
    )
    look(app)
    clock.shift(4 * HOUR)
    look(app)
    assert states(session) == {"accepted": 1}, "three hours late, and still true"
    factories.make_notice(
        session, send_to_readers=True, published_at=now, send_at=our_clock.now(),
        starts_at=our_clock.now() + HOUR,
    )  # fmt: skip
    look(app)
    clock.shift(HOUR)
    look(app)
    assert states(session) == {"accepted": 1, "expired": 1}


def test_taking_an_article_off_the_site_takes_its_letter_back(
    coach: FlaskClient, session: Session, work: Work, clock: time_machine.Traveller
) -> None:
    post = published(coach, session)
    work()
    answer = coach.post(f"/desk/posts/{post.id}/withdraw")
    assert "Its letter is taken back: nobody has got it." in coach.get(answer.location).text
    clock.shift(6 * MINUTE)
    work()
    assert states(session) == {"withdrawn": 3}
