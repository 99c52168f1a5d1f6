"""How far a message has come, and what has been written to an address."""

from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import enqueue, history, pausing, presence, settling
from hrsite.outbox.models import DeliveryState
from tests.outbox.ledger import READERS, answer_to, becomes, look, mail_goes_to, put_letter, rows
from tests.outbox.smtp_server import mail_server

DAY = timedelta(days=1)


def test_the_numbers_of_a_message_add_up(app: Flask, session: Session) -> None:
    message = put_letter(session, *READERS)
    other = put_letter(session, READERS[0], key="issue/2")
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: "550 5.1.1 gone", READERS[1]: "450 4.2.1 later"})
        mail_goes_to(app, inbox.port)
        look(app)
    session.rollback()
    numbers = history.numbers(session, [message.id, other.id])
    told = numbers[message.id]
    assert (told.refused, told.waiting, told.accepted) == (1, 1, 1)
    assert told.created == told.settled + told.waiting == len(READERS)
    assert numbers[other.id].created == 1
    assert history.numbers(session, []) == {}


def test_letters_to_an_address_are_counted_by_stream_and_time(
    session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0], key="confirm/1", stream="transactional")
    put_letter(session, READERS[0], key="issue/1")
    put_letter(session, READERS[1], key="confirm/2", stream="transactional")
    clock.shift(DAY / 2)
    put_letter(session, READERS[0], key="confirm/3", stream="transactional")
    key, now = key_of(addresses.check(READERS[0])), our_clock.now()
    assert history.letter_count(session, key, "transactional", now - DAY) == 2
    assert history.letter_count(session, key, "transactional", now - DAY / 4) == 1
    assert history.letter_count(session, "nobody", "transactional", now - DAY) == 0


def test_what_waits_is_what_has_no_result(session: Session) -> None:
    put_letter(session, *[f"reader{number}@example.org" for number in range(9)])
    for row, state in zip(rows(session), DeliveryState, strict=True):
        becomes(session, row, state)
    assert history.waiting_count(session) == 3
    assert {row.state.value for row in history.troubled(session, 50)} == {
        "refused",
        "uncertain",
        "deferred",
    }


def test_the_newest_trouble_is_shown_first_and_only_so_many(
    session: Session, clock: time_machine.Traveller
) -> None:
    message = put_letter(session, *READERS)
    for row in rows(session):
        clock.shift(DAY)
        row.state, row.changed_at = DeliveryState.REFUSED, our_clock.now()
    session.commit()
    shown = history.troubled(session, 2, message.id)
    assert [row.address for row in shown] == [READERS[2], READERS[1]]
    assert history.troubled(session, 2, message.id + 1) == []


def test_paused_messages_are_found_until_resumed(session: Session) -> None:
    message = put_letter(session)
    assert history.paused(session) == []
    pausing.pause(message, "You stopped it.", our_clock.now())
    session.commit()
    assert history.paused(session) == [message]
    pausing.resume(message, our_clock.now())
    session.commit()
    assert history.paused(session) == []


def test_a_paused_message_at_its_end_waits_for_nobody(session: Session) -> None:
    message = put_letter(session)
    pausing.pause(message, "You stopped it.", our_clock.now())
    session.commit()
    enqueue.withdraw_all(session, message, our_clock.now())
    settling.settle(session, our_clock.now(), session.commit)
    session.commit()
    assert history.paused(session) == history.paused_heads(session, 9) == []


def test_nobody_has_seen_a_worker_until_one_runs(session: Session) -> None:
    assert presence.worker_seen_at(session) is None
