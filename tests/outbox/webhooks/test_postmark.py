"""Postmark tells what came back: believed when it knows the password, each thing once."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite.outbox.models import Delivery
from tests.outbox import service_calls as calls
from tests.outbox.ledger import READERS

ADA = READERS[0]


@pytest.mark.parametrize(
    ("kind", "noted"),
    [
        ("HardBounce", ["hard"]), ("SpamComplaint", ["complaint"]), ("SoftBounce", ["soft"]),
        ("Blocked", ["policy"]), ("AutoResponder", []), ("ChallengeVerification", []),
        ("Transient", []), ("Invented", []),
    ],
)  # fmt: skip
def test_postmark_tells_once(
    client: FlaskClient, session: Session, copy: Delivery, kind: str, noted: list[str]
) -> None:
    for _ in range(2):
        call = calls.postmark(kind, ADA)
        answer = client.post("/webhooks/postmark", data=call, headers=calls.basic(calls.SECRET))
        assert answer.status_code == 200
    assert [kind for _, kind in calls.noted(session)] == noted


@pytest.mark.parametrize(
    "headers",
    [{}, calls.basic(""), calls.basic(calls.SECRET[1:]), {"Authorization": "Basic ???"},
     {"Authorization": f"Bearer {calls.SECRET}"}],
)  # fmt: skip
def test_whoever_does_not_know_postmark_s_password_changes_nothing(
    client: FlaskClient, session: Session, copy: Delivery, headers: dict[str, str]
) -> None:
    call = calls.postmark("HardBounce", ADA)
    assert client.post("/webhooks/postmark", data=call, headers=headers).status_code == 403
    assert calls.noted(session) == []
