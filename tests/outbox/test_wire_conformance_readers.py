"""Many letters of one Issue: each holds its own reader's data, and nobody else's."""

from __future__ import annotations

import binascii
import re

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from hrsite import addresses, clock, tokens
from hrsite.newsletter.models import Subscriber, Subscription, SubscriptionState, Topic
from hrsite.newsletter.subscribing import PURPOSES, key_of
from hrsite.outbox.models import Recipient
from hrsite.outbox.numbering import letter_id_of
from tests import factories
from tests.outbox.conformance import deliver
from tests.outbox.keeping_server import EVERY_EXTENSION, Received, keeping_server
from tests.outbox.ledger import rows

READERS = 10_000
_DATE = re.compile(rb"(?m)^Date: [^\r]*")


@pytest.fixture
def database() -> str:
    """One kind is enough: what is looked at is what comes out of it."""
    return "sqlite"


def sign_up_many(session: Session, count: int) -> None:
    """So many confirmed readers, in two statements."""
    now, people, recipients = clock.now(), [], []
    for number in range(count):
        address = addresses.check(f"reader.{number}@r{number % 97}.example.org")
        links = {purpose: tokens.new_token() for purpose in PURPOSES}
        hashes = {f"{purpose}_hash": tokens.fingerprint(links[purpose]) for purpose in PURPOSES}
        person = {"address": address.typed, "address_key": key_of(address), "links": links}
        recipients.append({"id": number + 1} | person)
        people.append({"id": number + 1, "created_at": now} | hashes)
    session.execute(insert(Recipient), recipients)
    session.execute(insert(Subscriber), people)
    confirmed = {"topic": Topic.ARTICLES, "state": SubscriptionState.CONFIRMED, "changed_at": now}
    ids = session.scalars(select(Subscriber.id))
    session.execute(insert(Subscription), [{"subscriber_id": id} | confirmed for id in ids])
    session.commit()


def without_own(letter: Received, own: dict[bytes, bytes]) -> bytes:
    """The letter in plain octets, each thing of its own reader's replaced by that thing's name."""
    head, _, body = letter.octets.partition(b"\r\n\r\n")
    plain = _DATE.sub(b"Date:", head) + b"\r\n\r\n" + binascii.a2b_qp(body)
    for name, value in own.items():
        assert value in plain, (name, letter.recipient)
        plain = plain.replace(value, b"<" + name + b">")
    return plain


def test_each_of_very_many_letters_holds_its_own_readers_data_alone(
    app: Flask, session: Session
) -> None:
    sign_up_many(session, READERS)
    factories.make_post(session, send_to_readers=True)
    with keeping_server(*EVERY_EXTENSION) as keeper:
        received = {letter.recipient: letter for letter in deliver(app, session, keeper)}
        assert len(keeper.received) == len(received) == READERS
    copies, left_over = rows(session), set()
    for row in copies:
        own = {b"address": row.address, b"letter": letter_id_of(row)}
        own |= {name.encode(): row.links[name] for name in ("settings", "unsubscribe")}
        octets = {name: value.encode() for name, value in own.items()}
        left_over.add(without_own(received[row.address], octets))
    # With their own data taken out, all letters are the same: so nothing else is anybody's.
    (common,) = left_over
    # And what is common to all holds nothing of anybody's either.
    assert b"example.org" not in common
    found = set(re.findall(rb"[A-Za-z0-9_-]{22,}", common))
    secrets = {
        value.encode() for row in copies for value in (*row.links.values(), letter_id_of(row))
    }
    assert found & secrets == set()
    assert not any(secret in common for secret in secrets)
