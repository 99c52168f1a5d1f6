"""A letter of which there is no answer turns out to have been taken: it is not repeated."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.outbox import bouncing, claiming, proving, tally
from hrsite.outbox.models import Delivery, DeliveryState
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests.outbox import returned_mail
from tests.outbox import service_calls as calls
from tests.outbox.ledger import (
    READERS,
    becomes,
    claim_and_die,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
    while_in_the_air,
)
from tests.outbox.smtp_server import DROP, RawServer, mail_server

ADA = READERS[0]
Telling = Callable[[Delivery], int]


@pytest.fixture
def in_the_air(app: Flask, session: Session, clock: Traveller) -> Delivery:
    """A letter to Ada that went out as the line broke; it is to be repeated."""
    put_letter(session, ADA)
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        look(app)
    (row,) = rows(session)
    assert (row.state, row.next_at is None) == (DeliveryState.UNCERTAIN, False)
    return row


def path_of(copy: Delivery) -> str:
    path = return_paths().return_path_for(copy.id, letter_id_of(copy))
    assert path is not None
    return path


def by_mailgun(client: FlaskClient, copy: Delivery, **changes: Any) -> int:
    told = {"event": "delivered", "delivery-status": {"code": 250}} | changes
    message_id = f"{letter_id_of(copy)}@localhost"
    octets = calls.mailgun(calls.SECRET, ADA, our_clock.now(), message_id=message_id, **told)
    return client.post("/webhooks/mailgun", data=octets).status_code


def by_amazon(
    client: FlaskClient, amazon: calls.Amazon, copy: Delivery, what: str = "Delivery"
) -> int:
    octets = amazon.call(calls.ses_taken(ADA, path_of(copy), what))
    return client.post("/webhooks/ses", data=octets).status_code


def is_known(session: Session) -> bool:
    """Is it accepted, waits for nothing, and do the numbers say so too?"""
    (row,) = rows(session)
    assert tally.check(session) == {}
    said = (row.state, row.next_at, row.reply_text, row.message.accepted_count)
    return said == (DeliveryState.ACCEPTED, None, proving.TOLD_LATER, 1)


def not_repeated(app: Flask, clock: Traveller) -> bool:
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        for _ in range(3):
            clock.shift(timedelta(minutes=20))
            look(app)
        return inbox.envelopes == []


@pytest.mark.parametrize("what", ["accepted", "delivered"])
def test_what_mailgun_has_taken_is_not_repeated(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller, in_the_air: Delivery,
    what: str,
) -> None:  # fmt: skip
    for token in ("t" * 50, "u" * 50):
        assert by_mailgun(client, in_the_air, token=token, event=what) == 200
        assert is_known(session)
    assert not_repeated(app, clock)
    assert calls.noted(session) == []


@pytest.mark.parametrize("what", ["Send", "Delivery"])
def test_what_amazon_has_taken_is_not_repeated(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller, amazon: calls.Amazon,
    in_the_air: Delivery, what: str,
) -> None:  # fmt: skip
    assert by_amazon(client, amazon, in_the_air, what) == 200
    assert is_known(session)
    assert not_repeated(app, clock)


def test_what_came_back_had_been_taken(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller, in_the_air: Delivery
) -> None:
    full = {"delivery-status": {"code": 552, "enhanced-code": "5.2.2"}}
    assert by_mailgun(client, in_the_air, event="failed", reason="old", **full) == 200
    assert is_known(session)
    assert [kind for _, kind in calls.noted(session)] == ["soft"]
    assert not_repeated(app, clock)


def test_a_report_by_mail_says_so_too(
    client: FlaskClient, session: Session, in_the_air: Delivery
) -> None:
    octets = returned_mail.status_report(path_of(in_the_air))
    assert bouncing.take_message(session, octets, (), our_clock.now())
    session.commit()
    assert is_known(session)


def test_a_killed_worker_s_letter_is_known_before_its_lease_is_over(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller
) -> None:
    put_letter(session, ADA)
    claim_and_die(session)
    assert by_mailgun(client, rows(session)[0]) == 200
    assert is_known(session)
    clock.shift(claiming.LEASE)
    assert not_repeated(app, clock)


def test_an_answer_that_comes_after_it_is_not_counted_again(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller
) -> None:
    put_letter(session, ADA)
    copy = rows(session)[0]
    told: list[int] = []
    with mail_server() as inbox:
        while_in_the_air(inbox, lambda: told.append(by_mailgun(client, copy)))
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
        assert (len(inbox.envelopes), told) == (1, [200])
    assert is_known(session)


def test_a_letter_that_an_older_database_thinks_is_waiting_is_not_handed_over_again(
    app: Flask, client: FlaskClient, session: Session, clock: Traveller
) -> None:
    put_letter(session, ADA)
    assert by_mailgun(client, rows(session)[0]) == 200
    assert is_known(session)
    assert not_repeated(app, clock)


def test_of_what_has_an_answer_nothing_changes(
    client: FlaskClient, session: Session, amazon: calls.Amazon, copy: Delivery
) -> None:
    becomes(session, copy, DeliveryState.REFUSED, reply_text="550 no")
    fence = copy.fence
    assert by_mailgun(client, copy) == by_amazon(client, amazon, copy) == 200
    assert [(row.state, row.fence) for row in rows(session)] == [(DeliveryState.REFUSED, fence)]


def test_what_names_no_letter_of_hers_proves_nothing(
    client: FlaskClient, session: Session, in_the_air: Delivery
) -> None:
    other = put_letter(session, ADA, key="issue/2")
    becomes(session, rows(session, other.id)[0], DeliveryState.ACCEPTED)
    # Postmark does not say which letter: the newest may be another one.
    call = calls.postmark("SoftBounce", ADA)
    headers = calls.basic(calls.SECRET)
    assert client.post("/webhooks/postmark", data=call, headers=headers).status_code == 200
    octets = calls.mailgun(
        calls.SECRET, ADA, our_clock.now(), message_id=f"{'0' * 32}@x", event="delivered"
    )
    assert client.post("/webhooks/mailgun", data=octets).status_code == 200
    assert states(session, in_the_air.message_id) == {"uncertain": 1}


@pytest.mark.parametrize("said", ["", "x", "[]", '{"mail": 3}', '{"mail": {"destination": 7}}'])
def test_what_amazon_says_in_no_shape_we_know_changes_nothing(
    client: FlaskClient, session: Session, amazon: calls.Amazon, in_the_air: Delivery, said: str
) -> None:
    for what in ("Send", "Delivery"):
        found = json.loads(said) if said[:1] == "{" else {}
        octets = amazon.call(json.dumps({"eventType": what} | found) if found else said)
        assert client.post("/webhooks/ses", data=octets).status_code == 200
    assert states(session) == {"uncertain": 1}
