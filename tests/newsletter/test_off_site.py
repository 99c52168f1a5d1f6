"""Half of it has gone, and what it tells of is off the site: the rest goes on when it is back."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import holding
from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from hrsite.outbox import pausing
from hrsite.outbox.models import DeliveryState
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.journeys.doors import Letters
from tests.newsletter.following import ADA, BEA, make_readers
from tests.newsletter.histories import look
from tests.newsletter.test_digests import digest_issues, make_reader
from tests.newsletter.test_holding import back_at_the_desk, only_issue, published
from tests.newsletter.test_holding_taken_back import (
    EACH,
    FRIDAY,
    NOTICE,
    WEEKLY,
    emailed,
    mend,
    taken_off,
)
from tests.outbox.ledger import becomes, rows

LATER = {"when": "later", "date": "2026-06-05", "time": "10:00"}
REFUSED = "so its letter would lead nowhere. Put it back first, or drop it."


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=5)


def page_of(coach: FlaskClient, issue: Issue, deed: str = "") -> str:
    path = f"/desk/issues/{issue.id}"
    if deed:
        answer = coach.post(f"{path}/{deed}", data=LATER, follow_redirects=True)
        return " ".join(answer.text.split())
    return " ".join(coach.get(path).text.split())


def half_gone(coach: FlaskClient, session: Session, app: Flask) -> Post:
    for reader in (EACH, ADA):
        factories.make_subscriber(session, reader)
    post = emailed(coach, session, app)
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED)
    return post


def test_an_article_that_half_of_them_have_goes_to_nobody_else_once_it_is_off_the_site(
    coach: FlaskClient, session: Session
) -> None:
    post = published(coach, session)
    factories.open_issues(session)
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED)
    page = coach.get(coach.post(f"/desk/posts/{post.id}/withdraw").location).text
    assert "Letters that went out cannot be called back. The rest is stopped." in page
    issue = only_issue(session)
    assert (issue.message.pause_kind, issue.message.waiting_count) == ("stopped", 2)


@pytest.mark.parametrize("is_binned", [True, False])
def test_the_rest_of_an_article_that_is_off_the_site_does_not_go_on(
    app: Flask, coach: FlaskClient, session: Session, is_binned: bool
) -> None:
    post = half_gone(coach, session, app)
    where = "is in the bin" if is_binned else "is not on the site"
    if is_binned:
        coach.post(f"/desk/bin/article/{post.id}")
    else:
        taken_off(coach, post)
    issue = only_issue(session)
    page = page_of(coach, issue)
    assert f"Its article {where}, so this has stopped." in page
    assert f'href="/desk/posts/{post.id}"' in page
    assert 'id="resume"' not in page
    assert "Send it then" not in page
    assert "Drop it" in page
    for deed in ("resume", "reschedule"):
        assert f"Its article {where}, {REFUSED}" in page_of(coach, issue, deed)
        assert only_issue(session).message.paused_at is not None


def test_put_back_it_goes_on_and_it_can_be_dropped(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    post = half_gone(coach, session, app)
    taken_off(coach, post)
    issue = only_issue(session)
    saved = session.get_one(Post, post.id)
    saved.published_at = our_clock.now()
    session.commit()
    assert 'id="resume"' in page_of(coach, issue)
    assert "Going on." in page_of(coach, issue, "resume")
    assert only_issue(session).message.paused_at is None
    taken_off(coach, post)
    assert "Dropped." in page_of(coach, issue, "drop")


def test_the_same_holds_of_a_notice(app: Flask, coach: FlaskClient, session: Session) -> None:
    make_readers(session, ADA, BEA)
    coach.post("/desk/notices/new", data=NOTICE | {"body": "Come at six.", "version": "0"})
    look(app)
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED)
    notice = session.scalars(select(SessionNotice)).one()
    coach.post(f"/desk/notices/{notice.id}/withdraw")
    issue = only_issue(session)
    assert "Its notice is not on the site, so this has stopped." in page_of(coach, issue)
    assert f"Its notice is not on the site, {REFUSED}" in page_of(coach, issue, "resume")
    assert only_issue(session).message.paused_at is not None


def test_a_digest_that_holds_it_does_not_go_on_either(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)
    with time_machine.travel(FRIDAY, tick=False):
        look(app)
        coach = back_at_the_desk(app, session)
        taken_off(coach, post)
        (digest,) = digest_issues(session)
        assert f"which it holds, is not on the site, {REFUSED}" in page_of(coach, digest, "resume")
        mend(coach, session, post)
        assert "Dropped. Its articles come with the next" in page_of(coach, digest, "drop")


def test_the_page_of_waiting_letters_leads_to_the_issue_and_does_not_go_on_by_itself(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    post = half_gone(coach, session, app)
    taken_off(coach, post)
    issue = only_issue(session)
    page = " ".join(coach.get("/desk/letters/").text.split())
    assert f'action="/desk/letters/{issue.message_id}/resume"' not in page
    assert "You stopped it yourself." in page
    assert 'href="/desk/issues"' in page
    coach.post(f"/desk/letters/{issue.message_id}/resume")
    assert only_issue(session).message.paused_at is not None


@pytest.mark.parametrize("is_dropped", [False, True])
def test_what_a_fault_has_paused_does_not_go_on_with_all_others_when_it_leads_nowhere(
    app: Flask, coach: FlaskClient, session: Session, letters: Letters, is_dropped: bool
) -> None:
    make_reader(session, WEEKLY)
    post = emailed(coach, session, app)
    with time_machine.travel(FRIDAY, tick=False):
        look(app)
        coach = back_at_the_desk(app, session)
        (digest,) = digest_issues(session)
        pausing.pause(digest.message, "The password is wrong.", FRIDAY)
        if is_dropped:  # Its own letter, so that no Issue is of this article any more.
            own = session.scalars(select(Issue).where(Issue.post_id == post.id)).one()
            holding.drop(session, own, FRIDAY)
        session.commit()
        coach.post(f"/desk/posts/{post.id}/withdraw")
        coach.post("/desk/letters/resume")
    with time_machine.travel(FRIDAY + timedelta(minutes=6), tick=False):
        look(app)
        assert letters() == []
        coach = back_at_the_desk(app, session)
        (digest,) = digest_issues(session)
        assert "which it holds, is not on the site, so this has stopped." in page_of(coach, digest)
