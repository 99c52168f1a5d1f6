"""Whoever presses the mail service's own unsubscribe link, and not ours, has left all the same."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.outbox.models import Delivery
from hrsite.outbox.models_bouncing import Bounce
from tests import factories
from tests.outbox import service_calls as calls
from tests.outbox.ledger import READERS, put_letter, rows

ADA, BEA, _ = READERS
BOTH = (Topic.ARTICLES, Topic.NOTICES)
NOTHING_LEFT, ALL_LEFT = calls.ses_preferences(), calls.ses_preferences(everything=True)
# Tells that somebody has left; the number makes it another call.
Telling = Callable[[str, int], int]


@pytest.fixture(params=["postmark", "postmark_answer", "mailgun", "mailgun_drops", "ses"])
def tell(request: pytest.FixtureRequest, client: FlaskClient, amazon: calls.Amazon) -> Telling:
    tokens = count()

    def post(service: str, data: bytes, **more: Any) -> int:
        return client.post(f"/webhooks/{service}", data=data, **more).status_code

    def mailgun(address: str, number: int, **said: Any) -> int:
        now, token = our_clock.now(), f"{next(tokens)}"  # Mailgun signs each call anew.
        call = calls.mailgun(calls.SECRET, address, now, token, id=f"{number}", **said)
        return post("mailgun", call)

    def postmark(address: str, number: int) -> int:
        call = calls.postmark_change(address, ChangedAt=f"2026-06-02T14:00:0{number}Z")
        return post("postmark", call, headers=calls.basic(calls.SECRET))

    def postmark_answer(address: str, number: int) -> int:
        call = calls.postmark("Unsubscribe", address, number, "please no more of these")
        return post("postmark", call, headers=calls.basic(calls.SECRET))

    def ses(address: str, number: int) -> int:
        told = calls.ses_subscription(address, ALL_LEFT, NOTHING_LEFT)
        told["subscription"]["timestamp"] = f"2026-06-02T14:00:0{number}.000Z"
        return post("ses", amazon.call(told))

    def drops(address: str, number: int) -> int:
        return mailgun(address, number, reason="suppress-unsubscribe")

    return {
        "postmark": postmark,
        "postmark_answer": postmark_answer,
        "mailgun": lambda address, number: mailgun(address, number, event="unsubscribed"),
        "mailgun_drops": drops,
        "ses": ses,
    }[request.param]  # fmt: skip


@pytest.fixture
def ada(session: Session, copy: Delivery) -> Subscriber:
    return factories.make_subscriber(session, ADA, BOTH)


def states(session: Session) -> set[SubscriptionState]:
    session.rollback()
    ada = session.scalars(select(Subscriber)).one()
    return {held.state for held in ada.subscriptions}


def how_they_left(session: Session) -> list[str]:
    left = select(ConsentEvent).where(ConsentEvent.kind == "unsubscribed")
    return [event.how for event in session.scalars(left)]


def test_whoever_left_at_the_mail_service_has_left(
    session: Session, clock: Traveller, tell: Telling, ada: Subscriber
) -> None:
    waiting = put_letter(session, ADA, key="issue/2")
    for _ in range(2):
        assert tell(ADA, 1) == 200
        assert states(session) == {SubscriptionState.UNSUBSCRIBED}
        clock.shift(timedelta(minutes=1))
    assert rows(session, waiting.id)[0].state == "withdrawn"
    assert how_they_left(session) == ["service", "service"]  # Of each topic once.
    assert [kind for _, kind in calls.noted(session)] == ["unsubscribed"]
    assert "please" not in session.scalars(select(Bounce.reply_text)).one()
    assert calls.closed(session) == []


def test_a_call_that_is_repeated_after_they_came_back_throws_nobody_out(
    session: Session, clock: Traveller, tell: Telling, ada: Subscriber
) -> None:
    tell(ADA, 1)
    clock.shift(timedelta(hours=1))
    ada = session.scalars(select(Subscriber)).one()
    subscribing.choose(session, ada, {Topic.ARTICLES}, "settings", our_clock.now())
    session.commit()
    clock.shift(timedelta(hours=1))
    assert tell(ADA, 1) == 200
    assert SubscriptionState.CONFIRMED in states(session)
    assert tell(ADA, 2) == 200
    assert states(session) == {SubscriptionState.UNSUBSCRIBED}


def test_the_link_of_a_letter_that_is_forgotten_here_counts_too(
    session: Session, tell: Telling, ada: Subscriber
) -> None:
    session.execute(delete(Delivery))
    session.commit()
    assert tell(ADA, 1) == 200
    assert states(session) == {SubscriptionState.UNSUBSCRIBED}


def test_nothing_is_kept_of_a_stranger_who_left_somebody_else_s_letters(
    session: Session, tell: Telling, ada: Subscriber
) -> None:
    assert tell("stranger@example.net", 1) == 200
    assert states(session) == {SubscriptionState.CONFIRMED}
    assert session.scalars(select(Bounce)).all() == []


def test_two_who_left_at_the_same_moment_are_both_heard(
    session: Session, tell: Telling, copy: Delivery
) -> None:
    put_letter(session, BEA, key="issue/2")
    for address in (ADA, BEA):
        factories.make_subscriber(session, address, BOTH)
    for address in (ADA, BEA):
        tell(address, 1)
    session.rollback()
    for person in session.scalars(select(Subscriber)):
        assert {held.state for held in person.subscriptions} == {SubscriptionState.UNSUBSCRIBED}


@pytest.mark.parametrize(
    "changes",
    [
        {"Origin": "Customer", "MessageID": None},
        {"Origin": "Admin", "MessageID": None},
        {"SuppressSending": False, "SuppressionReason": None},
        {"SuppressionReason": "HardBounce"},
        {"RecordType": "Open"},
        {"Recipient": 7},
    ],
)
def test_what_no_reader_did_at_postmark_makes_nobody_leave(
    client: FlaskClient, session: Session, ada: Subscriber, changes: dict[str, Any]
) -> None:
    call = calls.postmark_change(**{"address": ADA}, **changes)
    answer = client.post("/webhooks/postmark", data=call, headers=calls.basic(calls.SECRET))
    assert answer.status_code == 200
    assert states(session) == {SubscriptionState.CONFIRMED}
    assert calls.noted(session) == []


@pytest.mark.parametrize(
    ("new", "old", "has_left"),
    [
        (calls.ses_preferences("one"), NOTHING_LEFT, True),
        (calls.ses_preferences("one"), calls.ses_preferences("one", "two"), False),
        (NOTHING_LEFT, ALL_LEFT, False),
        ({"unsubscribeAll": "true", "topicSubscriptionStatus": {"one": "OptOut"}}, {}, False),
    ],
)
def test_leaving_one_kind_of_a_list_that_amazon_manages_is_leaving(
    client: FlaskClient, session: Session, amazon: calls.Amazon, ada: Subscriber,
    new: dict[str, Any], old: dict[str, Any], has_left: bool,
) -> None:  # fmt: skip
    client.post("/webhooks/ses", data=amazon.call(calls.ses_subscription(ADA, new, old)))
    left = {SubscriptionState.UNSUBSCRIBED}
    assert states(session) == (left if has_left else {SubscriptionState.CONFIRMED})
