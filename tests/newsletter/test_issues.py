"""A published article or notice becomes one Issue, once, with a copy for each reader."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import finding, issues, summarising
from hrsite.newsletter.models import Topic
from hrsite.outbox import enqueue, pausing
from hrsite.outbox.models import OutboxMessage
from tests import factories
from tests.outbox.ledger import READERS, rows, states

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("clock")


def test_an_article_is_sent_once_however_often_it_is_saved(session: Session) -> None:
    factories.make_subscriber(session)
    post = factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    post.title, post.version = "Better words", 2
    session.commit()
    assert factories.open_issues(session) == []
    assert finding.issue_of(session, post) == issue
    assert (issue.topic, issue.message.stream) == (Topic.ARTICLES, "articles")
    assert states(session) == {"queued": 1}


@pytest.mark.parametrize(
    "changes", [{"published_at": None}, {"send_to_readers": False}], ids=["draft", "site only"]
)
def test_what_is_not_meant_for_readers_stays_here(
    session: Session, changes: dict[str, object]
) -> None:
    factories.make_subscriber(session, topics=tuple(Topic))
    factories.make_post(session, **{"send_to_readers": True} | changes)
    factories.make_notice(session, **{"send_to_readers": True} | changes)
    assert factories.open_issues(session) == []


def test_a_scheduled_article_goes_when_its_moment_comes(
    session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session)
    factories.make_post(session, send_to_readers=True, published_at=our_clock.now() + HOUR)
    clock.shift(HOUR - timedelta(seconds=1))
    assert factories.open_issues(session) == []
    clock.shift(timedelta(seconds=1))
    assert len(factories.open_issues(session)) == 1


def test_planned_for_later_as_the_worker_comes_to_it_it_waits_for_that_time(
    session: Session,
) -> None:
    now = our_clock.now()
    post = factories.make_post(session, send_to_readers=True, send_at=now)
    (told,) = issues.due(session, now)
    post.send_at = now + timedelta(hours=1)
    session.commit()
    assert issues.open_issue(session, told, now) is None


def test_the_list_and_the_words_are_frozen_when_the_issue_opens(session: Session) -> None:
    factories.make_subscriber(session, READERS[0])
    post = factories.make_post(session, title="First words", send_to_readers=True)
    (issue,) = factories.open_issues(session)
    factories.make_subscriber(session, READERS[1])
    post.title = "Other words"
    session.commit()
    assert factories.open_issues(session) == []
    assert [row.address for row in rows(session)] == [READERS[0]]
    assert issue.message.subject == issue.title == "First words"


def test_an_issue_with_nobody_on_the_list_is_an_issue_all_the_same(session: Session) -> None:
    post = factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    assert (
        summarising.summaries(session, [post.id], our_clock.now())[post.id].line
        == "Nobody was on the list"
    )
    assert issues.latest(session, 5) == [issue]


def test_what_was_published_first_goes_first(session: Session) -> None:
    now = our_clock.now()
    for hours, title in ((1, "newest"), (3, "oldest"), (2, "middle")):
        factories.make_post(
            session, title=title, send_to_readers=True, published_at=now - hours * HOUR
        )
    assert [issue.title for issue in factories.open_issues(session)] == [
        "oldest",
        "middle",
        "newest",
    ]


@pytest.mark.parametrize("hours", [2, 23, 49, 24 * 60])
def test_a_notice_ends_a_quarter_of_an_hour_before_its_session(
    session: Session, hours: int
) -> None:
    starts_at = our_clock.now() + hours * HOUR
    notice = factories.make_notice(session, send_to_readers=True, starts_at=starts_at)
    (issue,) = factories.open_issues(session)
    assert finding.issue_of(session, notice) == issue
    assert issue.message.is_timely
    assert issue.message.not_after == starts_at - timedelta(minutes=15)


def test_a_resumed_notice_is_not_handed_over_past_its_session(
    session: Session, clock: time_machine.Traveller
) -> None:
    starts_at = our_clock.now() + 25 * HOUR
    factories.make_notice(session, send_to_readers=True, starts_at=starts_at)
    (issue,) = factories.open_issues(session)
    pausing.pause(issue.message, "You stopped it.", our_clock.now())
    clock.shift(20 * HOUR)
    pausing.resume(issue.message, our_clock.now())
    assert issue.message.not_after < starts_at


def test_a_notice_until_further_notice_is_tried_for_a_day(session: Session) -> None:
    factories.make_notice(session, send_to_readers=True, starts_at=None, ends_at=None)
    (issue,) = factories.open_issues(session)
    assert not issue.message.is_timely
    assert issue.message.not_after == our_clock.now() + enqueue.PATIENCE


@pytest.mark.parametrize("minutes", [15, 5, -60])
def test_a_notice_whose_session_is_upon_us_is_not_sent(session: Session, minutes: int) -> None:
    starts_at = our_clock.now() + timedelta(minutes=minutes)
    factories.make_notice(session, send_to_readers=True, starts_at=starts_at)
    assert factories.open_issues(session) == []
    assert session.scalars(select(OutboxMessage)).all() == []
