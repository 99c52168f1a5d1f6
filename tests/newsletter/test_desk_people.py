"""One person's page: it says why a letter did not reach her, and names nobody."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.accounts.models import Account, AuditEvent
from hrsite.newsletter import consent, leaving, subscribing
from hrsite.newsletter.models import Cadence, Subscriber, SubscriptionState, Topic
from hrsite.outbox import bouncing, pausing, presence, suppression
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.outbox.ledger import answer_to, becomes, look, mail_goes_to, rows
from tests.outbox.smtp_server import mail_server

ADA = "ada@example.org"
DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def ada(session: Session) -> Subscriber:
    presence.announce(session, "one", our_clock.now())
    return factories.make_subscriber(session, ADA)


def page_about(coach: FlaskClient, typed: str = ADA) -> str:
    answer = coach.post("/desk/subscribers", data={"address": typed})
    assert answer.status_code == 200
    page = " ".join(answer.text.split())
    assert typed not in page
    return page


def make_issue(session: Session, title: str = "Small steps", **changes: object) -> None:
    factories.make_post(session, title=title, send_to_readers=True, **changes)
    factories.open_issues(session)


def test_an_accepted_letter_is_told_without_a_promise(
    app: Flask, session: Session, coach: FlaskClient, ada: Subscriber
) -> None:
    make_issue(session)
    look(app)
    page = page_about(coach)
    assert "a•••@example.org" in page
    assert "Articles: gets them, since Tuesday 2 June 2026" in page
    assert "Session notices: never asked for them." in page
    assert "Accepted on Tuesday 2 June 2026 at 10:00 am, Toronto time" in page
    assert "We cannot know whether it reached the inbox." in page


def test_a_refusal_is_told_with_its_reason_and_closes_the_address(
    app: Flask, session: Session, coach: FlaskClient, ada: Subscriber
) -> None:
    make_issue(session)
    with mail_server() as inbox:
        answer_to(inbox, {ADA: f"550 5.1.1 <{ADA}>: unknown"})
        mail_goes_to(app, inbox.port)
        look(app)
    make_issue(session, "The next one")
    page = page_about(coach)
    assert "There is no such mailbox." in page
    assert "550 5.1.1 &lt;[address]&gt;: unknown" in page
    assert "Nothing is written to this address: mail to it came back." in page
    assert "Not handed over: the address was blocked." in page
    assert "Came back: the address does not take mail." in page


def test_leaving_by_the_mail_service_s_own_link_is_told(
    app: Flask, session: Session, coach: FlaskClient, ada: Subscriber, clock: time_machine.Traveller
) -> None:
    make_issue(session)
    look(app)
    told = bouncing.Event("mailgun", "1", "unsubscribed", ADA)
    assert bouncing.take_event(session, told, our_clock.now())
    assert leaving.leave_as_told(session, our_clock.now()) == 1
    session.commit()
    clock.shift(60)
    make_issue(session, "The next one")
    page = page_about(coach)
    assert "Articles: left on Tuesday 2 June 2026" in page
    assert "By telling your mail service, not us." in page
    assert (
        "They told your mail service, not us, that they want no more. Until you take them off"
        in page
    )
    assert "Not written to. They had left this kind of letter." in page
    assert "Nothing is written to this address" not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DeliveryState.DEFERRED, "Put off by the mail service."),
        (DeliveryState.UNCERTAIN, "Not known: the line broke"),
        (DeliveryState.WITHDRAWN, "Taken back on"),
        (DeliveryState.EXPIRED, "Too late"),
        (DeliveryState.SENDING, "Being handed over"),
        (DeliveryState.QUEUED, "Waiting for its turn."),
    ],
)
def test_each_result_has_its_words(
    session: Session, coach: FlaskClient, ada: Subscriber, state: DeliveryState, words: str
) -> None:
    make_issue(session)
    becomes(session, rows(session)[0], state)
    assert words in page_about(coach)


def test_a_letter_that_waits_says_what_holds_it(
    session: Session, coach: FlaskClient, ada: Subscriber, clock: time_machine.Traveller
) -> None:
    make_issue(session)
    clock.shift(timedelta(minutes=12))
    assert "Waiting for its turn. Not sending: worker last seen 12 minutes ago." in page_about(
        coach
    )
    message = rows(session)[0].message
    pausing.pause(message, "The password is wrong.", our_clock.now())
    session.commit()
    assert "The Issue has stopped: The password is wrong." in page_about(coach)


def test_issues_that_went_to_others_say_why_not_to_her(
    session: Session, coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, "bea@example.org", tuple(Topic))
    ada = factories.make_subscriber(session, ADA, state=SubscriptionState.UNCONFIRMED)
    consent.note(session, ada.address_key, "asked", Topic.ARTICLES, "form", our_clock.now())
    make_issue(session, "Before she said yes")
    clock.shift(timedelta(minutes=5))
    subscribing.confirm(session, ada.links["confirm"], our_clock.now())
    make_issue(session, "While she was there")
    factories.make_notice(session, title="A notice", send_to_readers=True)
    factories.open_issues(session)
    clock.shift(timedelta(minutes=5))
    subscribing.unsubscribe(session, ada, "settings", our_clock.now())
    session.commit()
    make_issue(session, "After she left")
    page = page_about(coach)
    told = page[page.index("Letters of the last 90 days") :]
    for title, why in (
        ("After she left", "Not written to. They had left this kind of letter."),
        ("A notice", "Not written to. They never asked for this kind of letter."),
        ("While she was there", "Taken back on"),
        ("Before she said yes", "Not written to. They had asked, but had not confirmed yet."),
    ):
        assert why in told[told.index(title) :].split("</li>")[0]
    assert "Articles: left on Tuesday 2 June 2026 at 10:10 am" in page
    assert "Said yes by the letter&#39;s link: articles" in page


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (["paused"], "They had paused all letters."),
        (["paused", "went_on"], "They were not on the list at that moment."),
        (["weekly"], "They had chosen the weekly letter instead."),
        (["weekly", "monthly"], "They had chosen the monthly letter instead."),
        (["weekly", "each"], "They were not on the list at that moment."),
    ],
)
def test_a_pause_or_another_rhythm_is_told(
    session: Session, coach: FlaskClient, ada: Subscriber, kinds: list[str], words: str
) -> None:
    for kind, topic in (("confirmed", Topic.ARTICLES), *((kind, None) for kind in kinds)):
        consent.note(session, ada.address_key, kind, topic, "settings", our_clock.now())
    key = ada.address_key
    make_issue(session)
    for row in rows(session):
        assert row.address_key == key
        session.delete(row)
    session.commit()
    assert f"Not written to. {words}" in page_about(coach)


def test_a_pause_that_is_over_is_no_reason_any_more(
    session: Session, coach: FlaskClient, ada: Subscriber, clock: time_machine.Traveller
) -> None:
    consent.note(session, ada.address_key, "confirmed", Topic.ARTICLES, "letter", our_clock.now())
    subscribing.choose_cadence(session, ada, Cadence.WEEKLY, our_clock.now())
    subscribing.pause(session, ada, 1, our_clock.now())
    session.commit()
    clock.shift(10 * DAY)
    make_issue(session, "While she paused")
    clock.shift(40 * DAY)
    make_issue(session, "Long after")
    told = page_about(factories.sign_in(coach, session.scalars(select(Account)).one()))
    assert "They had paused all letters." in told[told.index("While she paused") :]
    told = told[told.index("Long after") :].split("</li>")[0]
    assert "They had chosen the weekly letter instead." in told


@pytest.mark.parametrize(
    ("changes", "articles", "notices"),
    [
        ({}, "gets them, since {}", "gets them, since {}"),
        ({"months": 3}, "{}, paused until 2 September 2026", "{}, paused until 2 September 2026"),
        ({"cadence": Cadence.WEEKLY}, "{}, in the weekly letter", "gets them, since {}"),
        (
            {"cadence": Cadence.MONTHLY, "months": 1},
            "{}, in the monthly letter, paused until 2 July 2026",
            "{}, paused until 2 July 2026",
        ),
        ({"is_closed": True}, "{}, but the address is closed", "{}, but the address is closed"),
    ],
)
def test_where_they_stand_names_a_pause_and_another_rhythm(
    session: Session,
    coach: FlaskClient,
    changes: dict[str, Any],
    articles: str,
    notices: str,
) -> None:
    ada = factories.make_subscriber(session, ADA, tuple(Topic))
    subscribing.choose_cadence(session, ada, changes.get("cadence", Cadence.EACH), our_clock.now())
    if "months" in changes:
        subscribing.pause(session, ada, changes["months"], our_clock.now())
    if "is_closed" in changes:
        suppression.suppress(session, ada.address_key, "It came back.", our_clock.now())
    session.commit()
    page = page_about(coach).replace("\u00a0", " ")
    for label, words in (("Articles", articles), ("Session notices", notices)):
        words = words.format("Tuesday 2 June 2026 at 10:00 am, Toronto time")
        said = words if words.startswith("gets") else f"on the list since {words}"
        assert f"{label}: {said}.</p>" in page


def test_a_pause_that_is_over_is_not_told_where_they_stand(
    session: Session, coach: FlaskClient, ada: Subscriber, clock: time_machine.Traveller
) -> None:
    subscribing.pause(session, ada, 1, our_clock.now())
    session.commit()
    clock.shift(31 * DAY)
    told = page_about(factories.sign_in(coach, session.scalars(select(Account)).one()))
    assert "Articles: gets them, since" in told


def test_an_address_we_know_nothing_of_gets_a_clear_answer(
    session: Session, coach: FlaskClient, ada: Subscriber
) -> None:
    make_issue(session)
    page = page_about(coach, "stranger@example.org")
    assert "We know nothing of this address." in page
    assert "Small steps" not in page


def test_a_person_who_is_gone_but_blocked_is_told_as_blocked(
    session: Session, coach: FlaskClient
) -> None:
    key = subscribing.key_of(subscribing.addresses.check(ADA))
    suppression.suppress(session, key, f"{ADA} said: no", our_clock.now())
    session.commit()
    page = page_about(coach)
    assert "Nothing is written to this address" in page
    assert "said: no" in page
    assert "They are not on the list now." in page


def test_what_was_typed_wrong_comes_back_with_a_sentence(coach: FlaskClient) -> None:
    answer = coach.post("/desk/subscribers", data={"address": "ada.example.org"})
    assert "This address has no @ sign." in answer.text
    assert "Subscribers" in answer.text


def test_each_look_is_written_down_without_the_name(
    session: Session, coach: FlaskClient, ada: Subscriber
) -> None:
    page_about(coach)
    session.rollback()
    (line,) = session.scalars(select(AuditEvent).where(AuditEvent.kind == "person_looked_up"))
    assert line.account_id
    assert line.detail == ""


def test_what_is_older_than_ninety_days_is_not_told(
    session: Session, coach: FlaskClient, ada: Subscriber, clock: time_machine.Traveller
) -> None:
    make_issue(session)
    clock.shift(91 * DAY)
    factories.sign_in(coach, session.scalars(select(Account)).one())
    assert "Small steps" not in page_about(coach)
