"""Who got which letter is forgotten after 90 days, and every number stays as it was."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.newsletter import holding, summarising
from hrsite.newsletter.models import Issue
from hrsite.outbox import bouncing, forgetting, refusals, returned, tally
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Recipient
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.models_forgetting import ForgottenCopies
from tests import factories
from tests.outbox.ledger import becomes, claim_and_die, put_letter, rows, states
from tests.outbox.meeting import beside

pytestmark = pytest.mark.usefixtures("clock")
REASONS = ("5.1.1 none", "5.2.2 full", "5.1.1 none")


def count_of(session: Session, table: type) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(table)).one()


def an_old_issue(session: Session, clock: Traveller) -> Issue:
    """Seven readers: three refused, two taken (one came back), one called back, one too late."""
    for number in range(7):
        factories.make_subscriber(session, f"r{number}@example.org")
    factories.make_post(session, title="Small steps", send_to_readers=True)
    (issue,) = factories.open_issues(session)
    copies = rows(session, issue.message_id)
    for row, words in zip(copies, REASONS, strict=False):
        becomes(session, row, DeliveryState.REFUSED, reply_code=550, reply_text=words)
    for row in copies[3:5]:
        becomes(session, row, DeliveryState.ACCEPTED)
    becomes(session, copies[5], DeliveryState.WITHDRAWN)
    becomes(session, copies[6], DeliveryState.EXPIRED)
    told = bouncing.Event("postmark", "1", "soft", copies[3].address)
    assert bouncing.take_event(session, told, our_clock.now())
    issue.message.settled_at = our_clock.now()
    session.commit()
    return issue


def test_after_90_days_the_rows_are_gone_and_the_numbers_are_not(
    app: Flask, session: Session, clock: Traveller
) -> None:
    issue = an_old_issue(session, clock)
    line = summarising.summarise(session, [issue], our_clock.now())[issue.id].line
    groups = [(group.reason, group.count) for group in refusals.grouped(session, issue.message_id)]
    assert returned.came_back(session, issue.message_id) == {"soft": 1}
    clock.shift(timedelta(days=89))
    looking.tidy_up()
    assert count_of(session, Delivery) == 7
    clock.shift(timedelta(days=2))
    looking.tidy_up()
    assert count_of(session, Delivery) == count_of(session, Bounce) == 0
    assert summarising.summarise(session, [issue], our_clock.now())[issue.id].line == line
    after = [(one.reason, one.count) for one in refusals.grouped(session, issue.message_id)]
    assert after == groups == [("There is no such mailbox.", 2), ("The mailbox is full.", 1)]
    assert returned.came_back(session, issue.message_id) == {"soft": 1}
    assert tally.check(session) == {}
    assert holding.has_begun(session, issue)
    coach = factories.sign_in(app.test_client(), factories.make_account(session))
    page = coach.get(f"/desk/issues/{issue.id}/people/refused").text
    assert "3 readers. Who they were is forgotten." in page
    assert "That is how it should be" not in page
    assert "2 addresses do not exist" in coach.get("/desk/issues").text


def test_it_is_done_in_parts_and_a_part_counts_once(
    session: Session, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = an_old_issue(session, clock)
    monkeypatch.setattr(forgetting, "PART", 3)
    later = our_clock.now() + timedelta(days=1)
    session.rollback()
    sizes = []
    while count := forgetting.forget_part(session, later):
        session.commit()
        assert tally.check(session) == {}
        sizes.append(count)
    assert sizes == [3, 3, 1]
    kept = session.scalars(select(ForgottenCopies).where(ForgottenCopies.what == "refused"))
    assert {row.reason: row.count for row in kept} == {
        "There is no such mailbox.": 2,
        "The mailbox is full.": 1,
    }
    assert issue.message.accepted_count == 2


@pytest.mark.parametrize("database", ["postgresql"])
def test_two_workers_in_one_night_count_what_came_back_once(
    app: Flask, session: Session, clock: Traveller
) -> None:
    issue = an_old_issue(session, clock)
    later = our_clock.now() + timedelta(days=1)
    session.rollback()
    assert forgetting.forget_part(session, later) == 7
    with beside(app, session, lambda another: forgetting.forget_part(another, later)):
        pass
    assert returned.came_back(session, issue.message_id) == {"soft": 1}
    assert tally.check(session) == {}


@pytest.mark.parametrize("database", ["postgresql"])
def test_two_readers_may_be_forgotten_at_once(app: Flask, session: Session) -> None:
    put_letter(session)
    for row in rows(session):
        becomes(session, row, DeliveryState.ACCEPTED)
    ada, bea = [row.recipient_id for row in rows(session)][:2]
    session.rollback()
    forgetting.forget_of(session, ada)
    with beside(app, session, lambda another: forgetting.forget_of(another, bea)):
        pass
    assert len(rows(session)) == 1
    assert [row.count for row in session.scalars(select(ForgottenCopies))] == [2]
    assert tally.check(session) == {}


def test_what_a_worker_has_in_its_hands_is_left_to_it(session: Session) -> None:
    message = put_letter(session)
    (claimed,) = claim_and_die(session)
    forgetting.forget(session, [row.id for row in rows(session)])
    session.commit()
    assert [row.id for row in rows(session)] == [claimed.id]
    assert tally.check(session) == {}
    assert message.created_count == 3


def test_a_letter_that_still_waits_keeps_its_list(session: Session, clock: Traveller) -> None:
    put_letter(session)
    clock.shift(timedelta(days=400))
    assert forgetting.forget_part(session, our_clock.now()) == 0
    assert states(session) == {"queued": 3}


def test_a_letter_to_one_person_goes_with_its_copy(session: Session, clock: Traveller) -> None:
    message = put_letter(session, "ada@example.org", key="confirm/1/now", stream="transactional")
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED)
    message.settled_at = our_clock.now()
    session.commit()
    clock.shift(timedelta(days=91))
    looking.tidy_up()
    assert count_of(session, OutboxMessage) == count_of(session, ForgottenCopies) == 0
    assert count_of(session, Recipient) == 0
