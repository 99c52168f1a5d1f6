"""A digest that nobody has yet says of sessions what is so, and still comes to each reader once."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account
from hrsite.extensions import only_reads
from hrsite.newsletter import renewing
from hrsite.newsletter.models import Issue, Topic
from hrsite.notices.models import SessionNotice
from hrsite.outbox import claiming, pausing
from hrsite.outbox.models import Delivery, DeliveryState
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.journeys.doors import Letters
from tests.newsletter.following import change
from tests.newsletter.histories import copies, look
from tests.newsletter.test_digests import (
    DAY,
    FRIDAY,
    HOUR,
    digest_issues,
    make_reader,
    publish,
)
from tests.outbox.meeting import beside

MINUTE = timedelta(minutes=1)
HEADING = "Sessions to come"
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=30)


def write_one(
    app: Flask, session: Session, clock: time_machine.Traveller, at: datetime = FRIDAY
) -> tuple[SessionNotice, Issue]:
    """A weekly letter that names Saturday's group and Monday's, and waits."""
    make_reader(session, "weekly@example.org", topics=tuple(Topic))
    notice = factories.make_notice(session, title="Saturday group", starts_at=FRIDAY + 30 * HOUR)
    factories.make_notice(session, title="Tuesday group", starts_at=FRIDAY + 102 * HOUR)
    publish(session, app, title="More")
    publish(session, app, title="Words")
    clock.shift(HOUR)
    look(app)
    clock.move_to(at)
    look(app)
    (issue,) = digest_issues(session)
    assert "Saturday group" in issue.message.text
    return notice, issue


def the_letter(letters: Letters) -> str:
    """The one weekly letter there is, in both its parts."""
    (found,) = [one for one in letters() if one.letter.to == "weekly@example.org"]
    return f"{found.text}\n{found.html}"


def test_a_digest_held_over_the_weekend_names_no_session_of_that_weekend(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    _, issue = write_one(app, session, clock, FRIDAY + 3 * HOUR)
    assert issue.message.pause_kind == "late"
    clock.move_to(FRIDAY + 3 * DAY)
    session.rollback()
    pausing.resume(session.merge(issue).message, our_clock.now())
    session.commit()
    look(app)
    said = the_letter(letters)
    assert "Saturday group" not in said
    assert said.count("Tuesday group") == 2
    assert max(copies(session).values()) == 1


def test_a_session_called_off_before_a_digest_goes_stands_in_it_as_called_off(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    notice, issue = write_one(app, session, clock)
    begins_at = issue.message.starts_at
    change(session, notice, cancelled_at=our_clock.now())
    clock.shift(10 * MINUTE)
    look(app)
    assert letters() == []
    (issue,) = digest_issues(session)
    assert issue.message.starts_at == begins_at
    clock.move_to(begins_at)
    look(app)
    assert the_letter(letters).count("Cancelled. It was to be on Saturday 6 June 2026") == 2


def test_a_session_moved_before_a_digest_goes_stands_in_it_at_its_new_time(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    notice, _ = write_one(app, session, clock)
    change(session, notice, start_time=time(16, 30))
    clock.shift(31 * MINUTE)
    look(app)
    assert the_letter(letters).count("Saturday 6 June 2026 at 4:30") == 2


@pytest.mark.parametrize("path", ["notices/{}/withdraw", "bin/notice/{}"])
def test_a_session_taken_off_the_site_leaves_a_digest_that_waits_at_once(
    app: Flask,
    session: Session,
    coach: FlaskClient,
    clock: time_machine.Traveller,
    path: str,
) -> None:
    notice, _ = write_one(app, session, clock)
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    coach.post(f"/desk/{path.format(notice.id)}")
    (issue,) = digest_issues(session)
    assert "Saturday group" not in issue.message.text + issue.message.html
    assert "Tuesday group" in issue.message.text


def test_a_session_called_off_on_its_page_is_called_off_at_once_in_a_digest_that_waits(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    notice, _ = write_one(app, session, clock)
    coach = factories.sign_in(coach, session.scalars(select(Account)).one())
    session.rollback()
    told = {"act": "cancel", "version": str(notice.version)}
    coach.post(f"/desk/notices/{notice.id}/cancel", data=told)
    assert "Cancelled. It was to be on Saturday" in digest_issues(session)[0].message.text


def test_without_any_session_left_a_digest_says_nothing_of_sessions(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    write_one(app, session, clock)
    for notice in session.scalars(select(SessionNotice)):
        notice.published_at = None
    session.commit()
    clock.shift(31 * MINUTE)
    look(app)
    said = the_letter(letters)
    assert HEADING not in said
    assert "Words" in said


def test_a_digest_the_mail_service_has_not_taken_is_written_anew(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    _, issue = write_one(app, session, clock, FRIDAY + 29 * HOUR)
    pausing.resume(issue.message, our_clock.now())
    (copy,) = session.scalars(select(Delivery).where(Delivery.message_id == issue.message_id))
    copy.state, copy.attempt_count = DeliveryState.DEFERRED, 1
    copy.next_at = our_clock.now() + 2 * HOUR
    session.commit()
    clock.shift(2 * HOUR)
    look(app)
    assert "Saturday group" not in the_letter(letters)


def test_a_digest_that_somebody_has_stays_as_it_is(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "first@example.org", topics=tuple(Topic))
    notice, issue = write_one(app, session, clock)
    before = issue.message.text
    copy = session.scalars(select(Delivery).where(Delivery.message_id == issue.message_id)).first()
    assert copy is not None
    copy.state = DeliveryState.SENDING
    change(session, notice, cancelled_at=our_clock.now())
    token = only_reads.set(False)
    try:
        renewing.renew(session, issue.id, our_clock.now())
        session.commit()
    finally:
        only_reads.reset(token)
    assert digest_issues(session)[0].message.text == before


@pytest.mark.parametrize("database", ["postgresql"])
def test_a_digest_that_begins_to_go_in_this_very_moment_stays_as_it_is(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    notice, issue = write_one(app, session, clock)
    before, issue_id = issue.message.text, issue.id
    change(session, notice, cancelled_at=our_clock.now())
    clock.shift(30 * MINUTE)
    now = our_clock.now()
    claimed = claiming.claim(session, "a worker", now)
    session.commit()
    assert claiming.permit(session, claimed, now)
    with beside(app, session, lambda other: renewing.renew(other, issue_id, now)):
        pass
    assert digest_issues(session)[0].message.text == before


def test_a_digest_without_sessions_stays_as_it_is(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "articles@example.org")
    publish(session, app, title="Words")
    clock.shift(HOUR)
    look(app)
    clock.move_to(FRIDAY)
    look(app)
    factories.make_notice(session, title="New group", starts_at=FRIDAY + DAY)
    assert renewing.untrue(session, our_clock.now()) == []


def test_what_is_so_is_not_written_again(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    notice, _ = write_one(app, session, clock)
    assert renewing.untrue(session, our_clock.now()) == []
    change(session, notice, cancelled_at=our_clock.now())
    assert len(renewing.untrue(session, our_clock.now())) == 1
    look(app)
    session.rollback()
    assert renewing.untrue(session, our_clock.now()) == []


def test_a_digest_whose_article_is_off_the_site_too_is_dropped_and_what_is_left_comes_later(
    app: Flask, session: Session, clock: time_machine.Traveller, letters: Letters
) -> None:
    notice, _ = write_one(app, session, clock)
    kept, gone = session.scalars(select(Post).order_by(Post.title)).all()
    gone.published_at = None
    change(session, notice, cancelled_at=our_clock.now())
    clock.shift(31 * MINUTE)
    look(app)
    assert letters() == []
    clock.move_to(FRIDAY + 7 * DAY)
    look(app)
    clock.shift(31 * MINUTE)
    look(app)
    assert "More" in the_letter(letters)
    assert copies(session) == {("weekly@example.org", kept.id): 1}
