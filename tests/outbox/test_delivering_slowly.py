"""A server that takes its time, or none: nobody is written to late, twice, or without end."""

import threading
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.outbox import claiming, leasing, settling
from hrsite.outbox.models import DeliveryState
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
from tests.outbox.test_delivering import leave

pytestmark = pytest.mark.usefixtures("clock")

WHOLE = b"250-mail.example.org\r\n250-PIPELINING\r\n250 CHUNKING\r\n"
# More than lies between the two ends of a connection on this machine.
LARGE = "A line of a letter.\n" * 600_000


def test_who_leaves_while_others_wait_for_the_connection_gets_nothing(
    app: Flask, session: Session
) -> None:
    put_letter(session)
    with mail_server() as inbox:
        while_in_the_air(inbox, lambda: leave(app, READERS[2]))
        mail_goes_to(app, inbox.port, MAIL_IN_FLIGHT=8, MAIL_CONNECTIONS=1)
        look(app)
        assert [one.rcpt_tos for one in inbox.envelopes] == [[READERS[0]], [READERS[1]]]
    assert states(session) == {"accepted": 2, "withdrawn": 1}


def test_a_letter_that_a_server_holds_for_long_is_not_called_lost_by_another_worker(
    app: Flask, session: Session, clock: Traveller
) -> None:
    """Its worker is here, and says so while it waits for an answer."""
    put_letter(session, READERS[0])
    worker, has_written = threading.current_thread(), threading.Event()

    def note(*line: object) -> None:
        if threading.current_thread() is worker:
            has_written.set()

    def lease() -> datetime | None:
        has_written.clear()
        with app.app_context():
            return rows(db.session())[0].lease_until

    def take_long() -> None:
        event.listen(db.engine, "checkin", note)
        for _ in range(2):
            before = lease()
            clock.shift(claiming.LEASE - timedelta(minutes=1))
            while lease() == before and has_written.wait(20):
                pass
            with app.app_context():
                settling.settle(db.session(), our_clock.now(), db.session().commit)
                db.session.commit()

    with mail_server() as inbox:
        while_in_the_air(inbox, take_long)
        mail_goes_to(app, inbox.port)
        look(app)
    assert [(row.state, row.repeat_count) for row in rows(session)] == [("accepted", 0)]


def test_nobody_renews_what_another_worker_holds_or_what_was_called_lost(
    session: Session,
) -> None:
    put_letter(session, READERS[0])
    (claimed,) = claim_and_die(session, "one")
    before = rows(session)[0].lease_until
    later = our_clock.now() + timedelta(minutes=5)
    leasing.renew(session, "another", [claimed.id], later)
    session.commit()
    assert rows(session)[0].lease_until == before
    becomes(session, rows(session)[0], DeliveryState.UNCERTAIN, lease_until=None)
    leasing.renew(session, "one", [claimed.id], later)
    session.commit()
    assert rows(session)[0].lease_until is None


def test_a_line_that_breaks_in_the_first_of_several_large_letters_is_not_opened_for_ever(
    app: Flask, session: Session
) -> None:
    put_letter(session, text=LARGE)
    with RawServer({"EHLO": WHOLE, "MAIL": DROP}) as server:
        mail_goes_to(app, server.port, MAIL_IN_FLIGHT=3, MAIL_CONNECTIONS=1)
        look(app)
        assert server.connections == 1
    told = [(row.state, row.attempt_count) for row in rows(session)]
    assert told == [("deferred", 1), ("queued", 0), ("queued", 0)]
