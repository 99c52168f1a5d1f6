"""What is written down when a letter goes out: once, for everybody, and called back in time."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hrsite import addresses, clock
from hrsite import clock as our_clock
from hrsite.newsletter.audience import audience, numbers
from hrsite.newsletter.models import SubscriptionState, Topic
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import enqueue, tally
from hrsite.outbox.compose import Letter
from hrsite.outbox.models import DeliveryState, OutboxMessage, Recipient
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.parts import AT_ONCE, ListWriter
from tests import factories
from tests.outbox.ledger import READERS, close, look, put_letter, rows, states

LETTER = Letter(mark="place-0", subject="Hello", text="Hello.", html="<p>Hello.</p>", language="en")


def envelope(key: str = "issue/1") -> enqueue.Envelope:
    return enqueue.Envelope(key, "articles", clock.now() + enqueue.PATIENCE)


def put_next(session: Session, message: OutboxMessage, most: int = AT_ONCE) -> int:
    now = clock.now()
    writer = ListWriter(numbers(Topic.ARTICLES), audience(Topic.ARTICLES, now))
    return writer.put(session, message, writer.next_part(session, message, most), now)


def withdraw(session: Session, reader: str, *streams: str) -> int:
    key = key_of(addresses.check(reader))
    count = enqueue.withdraw(session, key, streams, clock.now())
    session.commit()
    return count


def test_the_same_key_twice_is_one_message(session: Session) -> None:
    assert enqueue.put_message(session, envelope(), LETTER, clock.now())
    assert enqueue.put_message(session, envelope(), LETTER, clock.now()) is None
    session.commit()
    assert enqueue.put_message(session, envelope(), LETTER, clock.now()) is None
    assert len(session.scalars(select(OutboxMessage)).all()) == 1


def test_a_second_writer_at_the_same_moment_fails_at_the_key(session: Session) -> None:
    first = enqueue.put_message(session, envelope(), LETTER, clock.now())
    assert first
    columns = [column.name for column in OutboxMessage.__table__.columns]
    twin = {name: getattr(first, name) for name in columns} | {"id": None}
    session.add(OutboxMessage(**twin))
    with pytest.raises(IntegrityError):
        session.flush()


def test_each_reader_of_the_topic_gets_one_row_and_nobody_else_does(session: Session) -> None:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_subscriber(session, "other@example.org", (Topic.NOTICES,))
    factories.make_subscriber(session, "new@example.org", state=SubscriptionState.UNCONFIRMED)
    factories.make_subscriber(session, "gone@example.org", state=SubscriptionState.UNSUBSCRIBED)
    message = enqueue.put_message(session, envelope(), LETTER, clock.now())
    assert message
    count = put_next(session, message)
    session.commit()
    assert count == 3
    assert {row.address for row in rows(session)} == set(READERS)
    assert states(session) == {"queued": 3}


def test_a_long_list_is_written_down_in_parts_and_nothing_goes_out_before_its_end(
    app: Flask, session: Session
) -> None:
    for number in range(5):
        factories.make_subscriber(session, f"reader{number}@example.org")
    close(session, "reader3@example.org")
    message = enqueue.put_message(session, envelope(), LETTER, clock.now())
    assert message
    counts = []
    while message.expanded_at is None:
        counts.append(put_next(session, message, most=2))
        session.commit()
        assert message.created_count == sum(counts)
        if message.expanded_at is None:
            session.rollback()
            assert look(app) == 0
    assert counts == [2, 2, 1]
    assert look(app) == 4
    assert states(session) == {"accepted": 4, "suppressed": 1}
    assert tally.check(session) == {}


def test_nothing_goes_out_before_its_moment(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    soon = our_clock.now() + timedelta(minutes=5)
    later = replace(envelope(), starts_at=soon)
    message = enqueue.put_message(session, later, LETTER, our_clock.now())
    assert message
    factories.make_subscriber(session, READERS[0])
    put_next(session, message)
    session.commit()
    assert look(app) == 0
    clock.move_to(soon)
    assert look(app) == 1


def test_a_closed_address_gets_a_row_that_says_so_and_no_letter(
    app: Flask, session: Session
) -> None:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    close(session, READERS[1])
    message = enqueue.put_message(session, envelope(), LETTER, clock.now())
    assert message
    put_next(session, message)
    session.commit()
    (closed,) = [row for row in rows(session) if row.address == READERS[1]]
    assert (closed.address, closed.state, closed.next_at) == (READERS[1], "suppressed", None)
    assert look(app) == 2
    assert states(session) == {"accepted": 2, "suppressed": 1}


def test_every_row_has_an_identity_and_links_of_its_own(session: Session) -> None:
    people = [factories.make_subscriber(session, reader) for reader in READERS]
    message = enqueue.put_message(session, envelope(), LETTER, clock.now())
    assert message
    put_next(session, message)
    session.commit()
    assert {row.address: row.links for row in rows(session)} == {
        person.address: person.links for person in people
    }
    letter_ids = [letter_id_of(row) for row in rows(session)]
    assert len(set(letter_ids)) == 3
    assert all(len(one) == 32 for one in letter_ids)


def test_no_two_lists_written_by_the_same_statement_share_an_identity(session: Session) -> None:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    writer = ListWriter(numbers(Topic.ARTICLES), audience(Topic.ARTICLES, clock.now()))
    for key in ("issue/1", "issue/2"):
        message = enqueue.put_message(session, envelope(key), LETTER, clock.now())
        assert message
        while message.expanded_at is None:
            writer.put(session, message, writer.next_part(session, message, 2), clock.now())
    session.commit()
    assert len({letter_id_of(row) for row in rows(session)}) == len(rows(session)) == 6


def test_one_person_cannot_have_two_copies_of_a_message(session: Session) -> None:
    message = put_letter(session, READERS[0])
    row = rows(session)[0]
    enqueue.put_delivery(session, message, row.address, row.address_key, {}, clock.now())
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_letter_somebody_asked_for_goes_ahead_of_an_issue(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    clock.shift(timedelta(minutes=10))
    put_letter(session, "new@example.org", key="confirm/1", stream="transactional")
    look(app)
    handed_over = sorted(app.config["MAIL_FOLDER"].iterdir(), key=lambda f: f.stat().st_mtime_ns)
    assert b"To: new@example.org" in handed_over[0].read_bytes()


def test_a_leaver_is_called_back_only_from_what_they_left(session: Session) -> None:
    put_letter(session, *READERS, key="article", stream="articles")
    put_letter(session, *READERS, key="notice", stream="notices")
    assert withdraw(session, READERS[0], "articles") == 1
    assert states(session) == {"queued": 5, "withdrawn": 1}


def test_results_are_not_rewritten_when_somebody_leaves(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0])
    look(app)
    assert withdraw(session, READERS[0], "articles") == 0
    assert states(session) == {"accepted": 1}


def test_a_copy_that_may_have_arrived_is_not_called_unsent(session: Session) -> None:
    put_letter(session, READERS[0])
    row = rows(session)[0]
    row.state, row.repeat_count = DeliveryState.UNCERTAIN, 1
    session.commit()
    withdraw(session, READERS[0], "articles")
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]


def test_a_copy_without_a_plan_to_repeat_is_left_alone(session: Session) -> None:
    put_letter(session, READERS[0])
    row = rows(session)[0]
    row.state, row.next_at = DeliveryState.UNCERTAIN, None
    session.commit()
    assert withdraw(session, READERS[0], "articles") == 0


def test_blanking_takes_address_and_links_and_keeps_the_result(
    app: Flask, session: Session
) -> None:
    put_letter(session, *READERS)
    look(app)
    put_letter(session, READERS[0], key="issue/2")
    enqueue.blank(session, rows(session)[0].address_key, clock.now())
    session.commit()
    blanked = [row for row in rows(session) if not row.address]
    assert [row.state.value for row in blanked] == ["accepted", "withdrawn"]
    assert [row.links for row in blanked] == [{}, {}]
    assert [row.address for row in rows(session) if row.address] == list(READERS[1:])
    assert session.scalar(select(Recipient.id).where(Recipient.address_key == "")) is None
