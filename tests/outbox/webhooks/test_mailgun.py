"""Mailgun tells what came back: believed when signed, lately, and once."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.outbox.models import Delivery
from tests.outbox import service_calls as calls
from tests.outbox.ledger import READERS

ADA = READERS[0]


def mailgun_call(client: FlaskClient, **changes: Any) -> int:
    octets = calls.mailgun(calls.SECRET, ADA, our_clock.now(), **changes)
    return client.post("/webhooks/mailgun", data=octets).status_code


@pytest.mark.parametrize(
    ("changes", "noted"),
    [
        ({}, ["hard"]),
        ({"severity": "temporary"}, []),
        ({"event": "complained"}, ["complaint"]),
        ({"event": "accepted"}, []),
        ({"event": "unsubscribed"}, ["unsubscribed"]),
        ({"reason": "suppress-unsubscribe", "delivery-status": {"code": 606}}, ["unsubscribed"]),
        ({"reason": "old", "delivery-status": {"code": 452}}, ["soft"]),
        ({"delivery-status": {"code": 550, "enhanced-code": "5.7.1"}}, ["policy"]),
        ({"delivery-status": {"code": 552, "enhanced-code": "5.2.2"}}, ["soft"]),
        ({"delivery-status": {"code": 605}, "reason": "suppress-bounce"}, ["hard"]),
    ],
)
def test_mailgun_tells_once(
    client: FlaskClient, session: Session, copy: Delivery, changes: dict[str, Any],
    noted: list[str],
) -> None:  # fmt: skip
    for token in ("t" * 50, "u" * 50, "t" * 50):
        assert mailgun_call(client, token=token, **changes) == 200
    assert [kind for _, kind in calls.noted(session)] == noted


def test_a_signature_of_mailgun_s_is_good_once_and_not_for_long(
    client: FlaskClient, session: Session, copy: Delivery, clock: Traveller
) -> None:
    assert mailgun_call(client, event="accepted") == 200
    assert mailgun_call(client) == 200  # The same token, with other words: not believed.
    assert calls.noted(session) == []
    call = calls.mailgun(calls.SECRET, ADA, our_clock.now(), token="v" * 50)
    clock.shift(timedelta(hours=13))
    assert client.post("/webhooks/mailgun", data=call).status_code == 403
    call = calls.mailgun(calls.SECRET, ADA, our_clock.now() + timedelta(hours=1), token="w" * 50)
    assert client.post("/webhooks/mailgun", data=call).status_code == 403
    call = calls.mailgun(calls.SECRET[1:], ADA, our_clock.now(), token="x" * 50)
    assert client.post("/webhooks/mailgun", data=call).status_code == 403
    assert calls.noted(session) == []
