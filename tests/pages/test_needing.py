"""What needs the coach."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter.models import Issue
from hrsite.outbox.models import Worker
from hrsite.pages.needing import needs
from tests.factories import make_page, make_post, make_subscriber, open_issues


def said(session: Session) -> list[str]:
    return [need.text for need in needs(session, clock.now())]


def test_with_all_in_order_nothing_needs_her(session: Session) -> None:
    make_page(session)
    make_post(session)

    assert said(session) == []


def test_letters_that_nobody_carries_are_told(session: Session) -> None:
    make_page(session)
    make_post(session, send_to_readers=True)
    make_subscriber(session)
    open_issues(session)

    assert any("not running" in text for text in said(session))
    now = clock.now()
    session.add(Worker(name="here", started_at=now, seen_at=now - timedelta(minutes=1)))
    session.commit()
    assert said(session) == []


def test_an_issue_that_stopped_on_its_way_is_told_with_its_reason(session: Session) -> None:
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
