"""What nobody knows of, with UNCERTAIN=hold: once more or leave it, and never by accident."""

import re

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import AuditEvent
from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Issue
from hrsite.outbox import presence, repeat_rules
from hrsite.outbox.models import DeliveryState
from hrsite.outbox.numbering import letter_id_of
from tests import factories
from tests.newsletter.test_desk_issues import page_of
from tests.outbox.ledger import READERS, becomes, look, mail_goes_to, rows, states
from tests.outbox.smtp_server import DROP, RawServer, mail_server

pytestmark = pytest.mark.usefixtures("clock")


def lost(app: Flask, session: Session, *readers: str) -> Issue:
    """An Issue for these readers, all of them in the air when the line broke."""
    for reader in readers:
        factories.make_subscriber(session, reader)
    factories.make_post(session, send_to_readers=True)
    (issue,) = factories.open_issues(session)
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        for _ in readers:
            look(app)
    assert states(session) == {"uncertain": len(readers)}
    return issue


@pytest.fixture
def issue(app: Flask, session: Session) -> Issue:
    """An Issue of which nobody knows; the worker is there, and waits for the coach."""
    app.config["UNCERTAIN"] = "hold"
    presence.announce(session, "one", our_clock.now())
    return lost(app, session, *READERS)


def press(coach: FlaskClient, issue: Issue, deed: str, **boxes: object) -> str:
    answer = coach.post(f"/desk/issues/{issue.id}/{deed}", data=boxes)
    assert answer.status_code == 303
    return page_of(coach, issue.id)


def test_the_page_says_plainly_what_is_not_known_and_offers_both_ways(
    coach: FlaskClient, issue: Issue
) -> None:
    page = page_of(coach, issue.id)
    assert "It may have arrived, and it may not: nobody can know." in page
    assert "Hand all 3 over once more" in page
    assert page.count("It waits for you.") == 3
    assert page.count('name="fence"') == 6


def test_all_are_handed_over_once_more_and_a_second_press_adds_none(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    letters = {row.address: letter_id_of(row) for row in rows(session)}
    assert "3 letters are handed over once more." in press(coach, issue, "again")
    assert "Nothing was changed." in press(coach, issue, "again")
    noted = select(AuditEvent.detail).where(AuditEvent.kind == "letters_repeated")
    assert session.scalars(noted).all() == [f"issue {issue.id}"]
    session.rollback()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
        press(coach, issue, "again")
        look(app)
        assert len(inbox.envelopes) == 3
    assert states(session) == {"accepted": 3}
    assert {row.address: letter_id_of(row) for row in rows(session)} == letters
    assert "3 of 3 accepted." in page_of(coach, issue.id)


def test_one_is_repeated_one_is_left_and_the_third_still_waits(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    first, second, third = rows(session)
    press(coach, issue, "again", copy=first.id, fence=first.fence)
    page = press(coach, issue, "leave", copy=second.id, fence=second.fence)
    assert page.count("It is handed over once more") == 1
    assert page.count("It is not handed over again.") == 1
    assert page.count("It waits for you.") == 1
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
        assert [envelope.rcpt_tos for envelope in inbox.envelopes] == [[first.address]]
    # What was left stays left, whatever is pressed later for "all".
    press(coach, issue, "again")
    assert {row.id for row in rows(session) if row.next_at} == {third.id}


@pytest.mark.parametrize("boxes", [{"copy": "x"}, {"copy": ""}, {"copy": "9" * 40, "fence": "1"}])
def test_a_number_that_is_none_never_means_all_of_them(
    session: Session, coach: FlaskClient, issue: Issue, boxes: dict[str, str]
) -> None:
    assert "Nothing was changed." in press(coach, issue, "again", **boxes)
    assert [row.next_at for row in rows(session)] == [None] * 3


def test_an_old_page_decides_nothing_about_a_newer_attempt(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    first = rows(session)[0]
    assert "Nothing was changed." in press(
        coach, issue, "again", copy=first.id, fence=first.fence - 1
    )


def test_whoever_left_since_is_not_written_to_again(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    leaver = subscribing.find_by_address(session, READERS[0])
    assert leaver
    subscribing.unsubscribe(session, leaver, "settings", our_clock.now())
    session.commit()
    assert "2 letters are handed over once more." in press(coach, issue, "again")
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
        to = {address for envelope in inbox.envelopes for address in envelope.rcpt_tos}
    assert to == set(READERS[1:])


def test_a_notice_whose_session_has_begun_is_not_handed_over_again(
    session: Session, coach: FlaskClient, issue: Issue
) -> None:
    message = issue.message
    message.is_timely, message.not_after = True, our_clock.now()
    session.commit()
    assert "Its session has begun" in press(coach, issue, "again")
    assert [row.next_at for row in rows(session)] == [None] * 3


def test_where_repeats_come_by_themselves_the_page_says_when(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    page = page_of(coach, lost(app, session, READERS[0]).id)
    assert "It is handed over once more, from" in page
    assert "10:15 am, Toronto time" in page
    assert not re.search(r'id="issue_(again|leave)', page)


def test_where_the_mail_service_knows_a_letter_again_the_page_says_that_nobody_has_it_twice(
    app: Flask, session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    app.config["IDEMPOTENCY_HEADER"] = "Resend-Idempotency-Key"
    issue = lost(app, session, READERS[0])
    page = page_of(coach, issue.id)
    assert "It is handed over once more, from" in page
    assert "takes it once only" in page
    assert "twice" not in page
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        for _ in range(repeat_rules.KEYED.most):
            clock.shift(repeat_rules.UNCERTAIN_PAUSE)
            look(app)
            page = page_of(coach, issue.id)
    assert "These are not repeated by themselves any more." in page
    assert "It waits for you." in page
    assert re.search(r'id="issue_again', page)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({}, "At the most that is 1 letter at a time for each worker"),
        ({"MAIL_IN_FLIGHT": 16}, "At the most that is 16 letters at a time"),
        ({"UNCERTAIN": "repeat"}, "handed over once more after a quarter of an hour"),
        ({"UNCERTAIN": "hold"}, "It waits for you to decide."),
        ({"UNCERTAIN": "hold", "IDEMPOTENCY_HEADER": "Idempotency-Key"}, "so nobody has it twice"),
    ],
)
def test_the_desk_says_what_the_coach_can_rely_on_with_her_own_settings(
    app: Flask, coach: FlaskClient, settings: dict[str, object], says: str
) -> None:
    app.config.update(settings)
    page = " ".join(coach.get("/desk/issues").text.split())
    assert says in page


def test_more_than_a_page_holds_are_a_page_further(
    session: Session, coach: FlaskClient, issue: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hrsite.newsletter.desk_issues.UNCERTAIN_SHOWN", 2)
    page = page_of(coach, issue.id)
    assert page.count("It waits for you.") == 2
    assert f"/desk/issues/{issue.id}/people/uncertain" in page
    becomes(session, rows(session)[0], DeliveryState.ACCEPTED)
    assert "Hand all 2 over once more" in page_of(coach, issue.id)
