"""What holds for every service's door: closed unless set up, bounded, and nothing trips it."""

import json
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.outbox import mailgun, postmark, ses
from hrsite.outbox.events import NotSigned
from hrsite.outbox.models import Delivery
from tests.outbox import service_calls as calls
from tests.outbox.ledger import READERS

ADA = READERS[0]
PATHS = ("ses", "postmark", "mailgun")


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("service", PATHS)
def test_a_service_that_is_not_set_up_has_no_door(
    app: Flask, client: FlaskClient, service: str
) -> None:
    app.config.update(SES_TOPIC="", POSTMARK_SECRET="", MAILGUN_SIGNING_KEY="")
    assert client.post(f"/webhooks/{service}", data=b"{}").status_code == 404
    assert client.get(f"/webhooks/{service}").status_code == 405


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize("service", PATHS)
@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"null", b"[" * 100_000, b'{"Type": {}}'])
def test_nonsense_is_refused_and_too_much_is_not_read(
    client: FlaskClient, service: str, body: bytes
) -> None:
    assert client.post(f"/webhooks/{service}", data=body).status_code == 403
    assert client.post(f"/webhooks/{service}", data=b"x" * 300_000).status_code == 413


# What JSON can spell, and no database takes.
UNKEPT = ["\ud800", "\udcff", "\0", "a\0b\ud800"]


@pytest.mark.parametrize("words", UNKEPT, ids=ascii)
def test_words_that_no_database_takes_are_heard_all_the_same(
    client: FlaskClient, session: Session, copy: Delivery, amazon: calls.Amazon, words: str
) -> None:
    now, postmark_s = our_clock.now(), calls.basic(calls.SECRET)
    change = calls.postmark_change(ADA, ChangedAt=words, MessageID=words)
    for service, call, headers in (
        ("mailgun", calls.mailgun(calls.SECRET, ADA, now, id=f"1{words}"), {}),
        ("ses", amazon.call(calls.ses_bounce(ADA, feedback_id=f"1{words}")), {}),
        ("postmark", change, postmark_s),
        ("postmark", calls.postmark("HardBounce", ADA, details=f"550 5.1.1 {words}"), postmark_s),
    ):
        assert client.post(f"/webhooks/{service}", data=call, headers=headers).status_code == 200
    told = [("mailgun", "hard"), ("ses", "hard"), ("postmark", "unsubscribed")]
    assert calls.noted(session) == [*told, ("postmark", "hard")]


def test_a_token_that_no_database_takes_is_good_once_too(
    client: FlaskClient, session: Session, copy: Delivery
) -> None:
    # Signed as octets, half of a pair is a question mark.
    for number in ("1", "2"):
        call = calls.mailgun(calls.SECRET, ADA, our_clock.now(), "a?b", id=number)
        call = call.replace(b'"a?b"', rb'"a\ud800b"')
        assert client.post("/webhooks/mailgun", data=call).status_code == 200
    assert calls.noted(session) == [("mailgun", "hard")]


@pytest.mark.parametrize("number", ["2147483648", "9999999999999999999"])
def test_a_return_path_with_a_number_that_no_copy_has_names_none(
    client: FlaskClient, session: Session, copy: Delivery, amazon: calls.Amazon, number: str
) -> None:
    made_up = f"bounces+{number}.{'a' * 16}@example.com"
    now, envelope = our_clock.now(), {"sender": made_up}
    for service, call in (
        ("ses", amazon.call(calls.ses_bounce(ADA, source=made_up))),
        ("mailgun", calls.mailgun(calls.SECRET, ADA, now, envelope=envelope)),
    ):
        assert client.post(f"/webhooks/{service}", data=call).status_code == 200
    # The reader is named too, and the services have signed what they say.
    assert calls.noted(session) == [("ses", "hard"), ("mailgun", "hard")]


JSON: strategies.SearchStrategy[Any] = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.text()
    | strategies.sampled_from(["Subscription", "SubscriptionChange", "unsubscribed", "Bounce"]),
    lambda inside: strategies.lists(inside, max_size=3)
    | strategies.dictionaries(
        strategies.sampled_from(
            ["Type", "ID", "Email", "event", "severity", "signature", "event-data", "bounce",
             "mail", "notificationType", "RecordType", "subscription", "newTopicPreferences",
             "topicSubscriptionStatus", "destination", "feedbackId",
             "bouncedRecipients", "headers", "delivery-status"]
        ),
        inside,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@hypothesis.given(JSON)
def test_nothing_a_signed_call_holds_can_make_it_stumble(said: Any) -> None:
    octets = json.dumps(said).encode()
    now = our_clock.now()
    assert isinstance(ses._events(said if isinstance(said, dict) else {}), list)
    assert isinstance(mailgun._events(said if isinstance(said, dict) else {}), list)
    assert isinstance(
        postmark.read(octets, calls.basic(calls.SECRET)["Authorization"], calls.SECRET), list
    )
    with pytest.raises(NotSigned):
        ses.read(octets, [], calls.TOPIC, now)
    with pytest.raises(NotSigned):
        mailgun.read(octets, calls.SECRET, now)
