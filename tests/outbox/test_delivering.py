"""Handing letters over to real mail servers: what each answer does to the row, and to the rest."""

from datetime import timedelta

import pytest
import sqlalchemy
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hrsite import addresses, clock
from hrsite.extensions import db
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import delivering, enqueue, presence
from hrsite.outbox.models import OutboxMessage, Suppression
from hrsite.outbox.models_bouncing import Bounce
from hrsite.outbox.models_workers import Worker
from tests.outbox.ledger import (
    READERS,
    answer_to,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
    while_in_the_air,
)
from tests.outbox.smtp_server import DROP, RawServer, mail_server

MINUTE = timedelta(minutes=1)


def leave(app: Flask, reader: str) -> None:
    """The reader unsubscribes, in a web process."""
    with app.app_context():
        key = key_of(addresses.check(reader))
        enqueue.withdraw(db.session(), key, ["articles"], clock.now())
        db.session.commit()


def message(session: Session, key: str = "issue/1") -> OutboxMessage:
    session.rollback()
    return session.scalars(select(OutboxMessage).where(OutboxMessage.key == key)).one()


def test_an_accepted_letter_keeps_the_servers_words(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
        assert look(app) == 0
    row = rows(session)[0]
    assert (row.state, row.reply_code, row.reply_text) == ("accepted", 250, "2.0.0 kept")
    assert (row.attempt_count, row.next_at, row.owner) == (1, None, None)


def test_each_attempt_carries_the_same_message_id(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    with RawServer({"DOT": b"451 4.3.0 later\r\n"}, {}) as server:
        mail_goes_to(app, server.port)
        look(app)
        clock.shift(MINUTE)
        look(app)
    first, second = (
        [line for line in letter.split(b"\r\n") if line.startswith(b"Message-ID:")]
        for letter in server.letters
    )
    assert first == second != []
    assert states(session) == {"accepted": 1}


def test_a_server_that_is_away_holds_back_the_others_and_costs_them_no_attempt(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        port = inbox.port
    mail_goes_to(app, port)
    assert look(app) == 1
    assert states(session) == {"deferred": 1, "queued": 2}
    assert sorted(row.attempt_count for row in rows(session)) == [0, 0, 1]


@pytest.mark.parametrize("stage", ["BANNER", "EHLO", "MAIL", "RCPT", "DOT"])
def test_a_server_that_closes_down_is_left_alone_until_the_next_look(
    app: Flask, session: Session, stage: str
) -> None:
    put_letter(session, *READERS)
    with RawServer({stage: b"421 4.3.2 closing down\r\n"}) as server:
        mail_goes_to(app, server.port)
        assert look(app) == 1
    assert states(session) == {"deferred": 1, "queued": 2}
    deferred = next(row for row in rows(session) if row.state == "deferred")
    assert deferred.next_at == deferred.changed_at + MINUTE


def test_the_pause_between_attempts_grows(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    waits = []
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: "450 4.2.1 later"})
        mail_goes_to(app, inbox.port)
        for _ in range(6):
            assert look(app) == 1
            row = rows(session)[0]
            assert row.next_at
            waits.append((row.next_at - row.changed_at) / MINUTE)
            clock.move_to(row.next_at)
    assert waits == [1, 5, 15, 60, 60, 60]
    assert row.attempt_count == 6


def test_a_line_that_breaks_after_the_final_dot_puts_one_letter_in_doubt_not_all(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    with RawServer({"DOT": DROP}, {}) as server:
        mail_goes_to(app, server.port)
        assert look(app) == 1
        assert states(session) == {"uncertain": 1, "queued": 2}
        assert look(app) == 2
        clock.shift(15 * MINUTE)
        assert look(app) == 1
    assert states(session) == {"accepted": 3}
    assert len(server.letters) == 4


def test_an_unknown_reader_is_refused_closed_and_noted(app: Flask, session: Session) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: "550 5.1.1 no such mailbox"})
        mail_goes_to(app, inbox.port)
        look(app)
    assert states(session) == {"refused": 1, "accepted": 2}
    refused = rows(session)[0]
    closed = session.scalars(select(Suppression)).one()
    bounce = session.scalars(select(Bounce)).one()
    assert closed.address_key == bounce.address_key == refused.address_key
    assert (bounce.kind, bounce.reply_code, bounce.delivery_id) == ("hard", 550, refused.id)
    assert closed.reason == refused.reply_text == "5.1.1 no such mailbox"


def test_a_sender_with_an_international_domain_is_spelled_for_the_wire(
    app: Flask, session: Session
) -> None:
    app.config["MAIL_ISSUE_SENDER"] = "post@faß.example"
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        assert look(app) == 1
    assert inbox.envelopes[0].mail_from == "post@xn--fa-hia.example"


def test_what_a_server_says_is_kept_without_the_readers_address(
    app: Flask, session: Session
) -> None:
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: f"550 5.1.1 <{READERS[0]}>: no such mailbox"})
        mail_goes_to(app, inbox.port)
        look(app)
    assert rows(session)[0].reply_text == "5.1.1 <[address]>: no such mailbox"


def test_a_full_mailbox_is_a_soft_bounce_and_stays_open(app: Flask, session: Session) -> None:
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        answer_to(inbox, {READERS[0]: "552 5.2.2 mailbox full"})
        mail_goes_to(app, inbox.port)
        look(app)
    assert states(session) == {"deferred": 1}
    assert [bounce.kind for bounce in session.scalars(select(Bounce))] == ["soft"]
    assert session.scalars(select(Suppression)).all() == []


def test_a_reader_who_leaves_while_the_letter_is_refused_for_now_gets_no_second_try(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        while_in_the_air(inbox, lambda: leave(app, READERS[0]), "451 4.7.1 greylisted")
        mail_goes_to(app, inbox.port)
        look(app)
        clock.shift(timedelta(hours=2))
        assert look(app) == 0
    assert states(session) == {"withdrawn": 1}
    assert inbox.envelopes == []


def test_a_letter_accepted_while_its_reader_left_is_told_as_accepted(
    app: Flask, session: Session
) -> None:
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        while_in_the_air(inbox, lambda: leave(app, READERS[0]))
        mail_goes_to(app, inbox.port)
        look(app)
    assert states(session) == {"accepted": 1}


def test_a_reader_who_leaves_while_the_line_breaks_gets_no_repeat(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    with mail_server() as inbox:
        while_in_the_air(inbox, lambda: leave(app, READERS[0]), "999 nonsense")
        mail_goes_to(app, inbox.port)
        look(app)
        clock.shift(timedelta(hours=1))
        assert look(app) == 0
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]


def test_a_letter_lost_once_and_then_never_taken_ends_as_not_known(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    with RawServer({"DOT": DROP}, {"RCPT": b"450 4.2.0 later\r\n"}) as server:
        mail_goes_to(app, server.port)
        look(app)
        clock.shift(15 * MINUTE)
        look(app)
    assert states(session) == {"deferred": 1}
    clock.shift(timedelta(hours=24))
    look(app)
    assert [(row.state, row.next_at) for row in rows(session)] == [("uncertain", None)]


def test_others_can_write_at_once_while_a_slow_server_holds_a_letter(
    app: Flask, session: Session
) -> None:
    put_letter(session, *READERS)
    written: list[int] = []

    def another_connection_writes() -> None:
        with app.app_context():
            engine = sqlalchemy.create_engine(db.engine.url)
            with engine.connect() as connection:
                at_once = {
                    "sqlite": "PRAGMA busy_timeout = 0",
                    "postgresql": "SET lock_timeout = '1ms'",
                }[engine.dialect.name]
                connection.exec_driver_sql(at_once)
                done = connection.execute(text("UPDATE deliveries SET reply_code = 1"))
                written.append(done.rowcount)
                connection.rollback()
            engine.dispose()

    with mail_server() as inbox:
        while_in_the_air(inbox, another_connection_writes)
        mail_goes_to(app, inbox.port)
        look(app)
    assert written == [3]
    assert states(session) == {"accepted": 3}


def test_a_long_delivery_keeps_saying_that_its_worker_is_here(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    with mail_server() as inbox:
        while_in_the_air(inbox, lambda: clock.shift(5 * MINUTE))
        mail_goes_to(app, inbox.port)
        look(app, "host/1")
    session.rollback()
    worker = session.scalars(select(Worker)).one()
    assert worker.seen_at - worker.started_at == 5 * MINUTE > presence.SILENCE


def test_a_full_disk_defers_and_loses_nothing(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, *READERS)
    folder = app.config["MAIL_FOLDER"]
    folder.write_text("There is a file where the folder should be.")
    assert look(app) == 1
    assert states(session) == {"deferred": 1, "queued": 2}
    folder.unlink()
    clock.shift(MINUTE)
    assert look(app) == 3
    assert states(session) == {"accepted": 3}
    assert len(list(folder.iterdir())) == 3


def test_a_worker_told_to_stop_finishes_the_letter_in_hand_and_takes_no_other(
    app: Flask, session: Session
) -> None:
    put_letter(session, *READERS)
    told: list[bool] = []
    with mail_server() as inbox, app.app_context():
        while_in_the_air(inbox, lambda: told.append(True))
        mail_goes_to(app, inbox.port)
        assert delivering.deliver_due(db.session(), "a worker", lambda: bool(told)) == 1
    assert states(session) == {"accepted": 1, "queued": 2}
