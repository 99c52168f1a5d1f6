"""What holds for every service's door: closed unless set up, bounded, and nothing trips it."""

import json
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import strategies

from hrsite import clock as our_clock
from hrsite.outbox import mailgun, postmark, ses
from hrsite.outbox.events import NotSigned
from tests.outbox import service_calls as calls

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
