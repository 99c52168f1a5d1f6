"""What needs the coach."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter.models import Issue
from hrsite.outbox import repeating, returned
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.models_workers import Worker
from hrsite.pages.needing import needs
from tests.factories import make_page, make_post, make_subscriber, open_issues
from tests.outbox.ledger import READERS, becomes, rows


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


def test_letters_of_which_nobody_knows_are_told_where_they_wait_for_her(
    app: Flask, session: Session
) -> None:
    make_worker(session)
    make_page(session)
    for reader in READERS:
        make_subscriber(session, reader)
    make_post(session, title="Small steps", send_to_readers=True)
    (issue,) = open_issues(session)
    ada, bea, cleo = rows(session)
    becomes(session, ada, DeliveryState.UNCERTAIN)
    becomes(session, bea, DeliveryState.UNCERTAIN)
    becomes(session, cleo, DeliveryState.UNCERTAIN, next_at=clock.now())
    # Where each is repeated by itself and then left, there is nothing for her to decide.
    assert said(session) == []
    app.config["UNCERTAIN"] = "hold"

    (need,) = needs(session, clock.now())

    assert need.text == (
        "“Small steps”: nobody knows whether 2 letters arrived."
        " Hand them over once more, or leave them?"
    )
    assert need.values == {"issue_id": issue.id, "_anchor": "uncertain"}
    assert repeating.leave_be(session, issue.message, clock.now()) == 2
    session.commit()
    assert said(session) == []


def test_returned_mail_that_cannot_be_read_is_told_after_an_hour(
    app: Flask, session: Session
) -> None:
    make_worker(session)
    make_page(session)
    make_post(session)
    app.config["BOUNCE_MAILDIR"] = "/nowhere"
    for minutes, told in ((10, 0), (70, 1)):
        began_at = clock.now() - timedelta(minutes=minutes)
        returned.looked(session, "maildir", None, began_at)
        returned.looked(session, "maildir", "BOUNCE_MAILDIR cannot be read.", began_at)
        session.commit()
        assert ["BOUNCE_MAILDIR cannot be read." in text for text in said(session)] == [True] * told
    app.config["BOUNCE_MAILDIR"] = ""  # Not wanted any more, so it is no trouble either.
    assert said(session) == []


def test_a_service_that_waits_for_a_yes_is_told(session: Session) -> None:
    make_worker(session)
    make_page(session)
    make_post(session)
    returned.must_open(session, "ses", "https://sns.x.amazonaws.com/?Token=t", clock.now())
    session.commit()
    (told,) = said(session)
    assert "hrsite doctor" in told
