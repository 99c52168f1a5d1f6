"""What needs the coach."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter.models import Issue
from hrsite.outbox.models import Worker
from hrsite.pages.needing import needs
from tests.factories import make_page, make_post, open_issues


def said(session: Session) -> list[str]:
    return [need.text for need in needs(session, clock.now())]


def make_worker(session: Session) -> None:
    now = clock.now()
    session.add(Worker(name="here", started_at=now, seen_at=now - timedelta(minutes=1)))
    session.commit()


def test_with_all_in_order_nothing_needs_her(session: Session) -> None:
    make_worker(session)
    make_page(session)
    make_post(session)

    assert said(session) == []


def test_without_a_worker_she_is_told_even_before_a_letter_waits(session: Session) -> None:
    make_page(session)
    make_post(session)
    (told,) = said(session)
    assert told.startswith("Not sending: no worker has run yet.")
    make_worker(session)
    assert said(session) == []


def test_an_issue_that_stopped_on_its_way_is_told_with_its_reason(session: Session) -> None:
    make_worker(session)
    make_page(session)
    post = make_post(session, title="Small steps", send_to_readers=True)
    open_issues(session)
    issue = session.scalars(select(Issue)).one()
    issue.message.paused_at = clock.now()
    issue.message.pause_reason = "The password was refused."
    session.commit()

    (need,) = needs(session, clock.now())

    assert need.text == "“Small steps” has stopped on its way to readers. The password was refused."
    assert need.values == {"issue_id": issue.id}
    assert post.id == issue.post_id
