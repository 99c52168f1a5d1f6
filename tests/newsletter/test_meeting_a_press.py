"""The coach presses on PostgreSQL while a list is written down: neither waits for ever.

PostgreSQL would end one of the two, and her page would be a fault. See outbox/turns.py.
"""

from datetime import time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import only_reads
from hrsite.newsletter import digests, following, holding, issues, renewing
from hrsite.newsletter.models import Issue, Topic
from hrsite.notices import publishing
from hrsite.notices.models import SessionNotice
from hrsite.outbox import enqueue, turns
from hrsite.outbox.models import Delivery, OutboxMessage
from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker
from tests.newsletter.following import change, make_readers
from tests.newsletter.test_digests import digest_issues, make_reader, publish
from tests.newsletter.test_renewing import FRIDAY, write_one
from tests.outbox.ledger import rows
from tests.outbox.meeting import beside

pytestmark = pytest.mark.parametrize("database", ["postgresql"])


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(UNDO_MINUTES=30)


@pytest.fixture(autouse=True)
def who_writes(app: Flask, clock: time_machine.Traveller) -> None:
    """A Tuesday; and what follows may write."""
    only_reads.set(False)


def open_notice(session: Session, notice: SessionNotice) -> Issue:
    """Its own letter is written down, and waits."""
    notice.send_to_readers, notice.send_at = True, our_clock.now()
    session.commit()
    (told,) = [one for one in issues.due(session, our_clock.now()) if one.id == notice.id]
    issue = issues.open_issue(session, told, our_clock.now())
    session.commit()
    assert issue is not None
    return issue


def begin_its_list_anew(session: Session, issue: Issue) -> None:
    """As if the list were long, and not one part of it written down."""
    message = issue.message
    message.expanded_at = message.audience_cursor = None
    message.tally.created_count = 0
    session.execute(delete(Delivery).where(Delivery.message_id == message.id))
    session.commit()


def test_a_session_is_called_off_while_the_list_of_a_digest_is_written_down(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    notice, _ = write_one(app, session, clock)
    open_notice(session, notice)
    (digest,) = digest_issues(session)
    begin_its_list_anew(session, digest)
    issue_id, now = digest.id, our_clock.now()
    change(session, notice, cancelled_at=now)
    following.call_back_untrue(session, notice, now)
    with beside(app, session, lambda other: issues.list_more(other, issue_id, 1000, now)):
        renewing.keep_true(session, now)
    (digest,) = digest_issues(session)
    assert "Cancelled" in digest.message.text
    assert len(rows(session, digest.message_id)) == 1
    assert digest.message.expanded_at is not None


def test_while_she_has_a_letter_in_hand_its_list_waits_and_nobody_with_it(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    """A reader who leaves would else wait for whoever waits for her."""
    _, digest = write_one(app, session, clock)
    begin_its_list_anew(session, digest)
    issue_id, now = digest.id, our_clock.now()
    session.execute(select(OutboxMessage.id).where(OutboxMessage.id == digest.message_id)
                    .with_for_update())  # fmt: skip
    with beside(app, session, lambda other: issues.list_more(other, issue_id, 1000, now)):
        turns.before_a_change(session)
    assert rows(session, digest.message_id) == []
    issues.list_more(session, issue_id, 1000, now)
    session.commit()
    assert len(rows(session, digest.message_id)) == 1


def test_an_article_is_taken_back_while_a_list_is_written_down(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    make_reader(session, "weekly@example.org")
    post_id = publish(session, app, title="Words").id
    clock.move_to(FRIDAY)
    for one in digests.due(session, FRIDAY):
        digests.open_digest(session, one, FRIDAY)
    session.commit()
    (digest,) = digest_issues(session)

    def take_back(other: Session) -> None:
        post = other.get_one(Post, post_id)
        assert "is stopped too" in holding.take_back(other, post, FRIDAY)

    turns.before_a_list(session)
    with beside(app, session, take_back):
        enqueue.hold(session, digest.message)
    assert digest_issues(session)[0].message.pause_kind == "stopped"


@pytest.mark.parametrize("kind", [Post, SessionNotice])
def test_a_letter_is_dropped_while_somebody_has_what_it_tells_of(
    app: Flask, session: Session, kind: type[Post] | type[SessionNotice]
) -> None:
    factories.make_subscriber(session, "ada@example.org", tuple(Topic))
    make = factories.make_post if kind is Post else factories.make_notice
    told_id = make(session, send_to_readers=True).id
    (issue,) = factories.open_issues(session)
    issue_id, message = issue.id, issue.message

    def drop(other: Session) -> None:
        assert holding.drop(other, other.get_one(Issue, issue_id), our_clock.now())

    session.execute(select(kind.id).where(kind.id == told_id).with_for_update())
    with beside(app, session, drop):
        enqueue.withdraw_all(session, message, our_clock.now())
    session.rollback()
    assert session.get_one(Issue, issue_id).dropped_at is not None
    assert not session.get_one(kind, told_id).send_to_readers


def test_two_changes_are_told_at_the_same_moment(app: Flask, session: Session) -> None:
    make_readers(session, "ada@example.org")
    numbers = []
    for _ in range(2):
        notice = factories.make_notice(session)
        open_notice(session, notice)
        change(session, notice, moved_from_at=notice.starts_at, start_time=time(20))
        numbers.append(notice.id)
    now = our_clock.now()

    def tell(one: Session, number: int) -> None:
        notice = publishing.hold(one, number)
        assert following.tell(one, notice, now + timedelta(seconds=1)) is not None

    following.call_back_untrue(session, publishing.hold(session, numbers[0]), now)
    with beside(app, session, lambda other: tell(other, numbers[1])):
        tell(session, numbers[0])
    waiting = select(Issue.about_id).where(Issue.follow_up.is_not(None)).order_by(Issue.about_id)
    assert session.scalars(waiting).all() == numbers
