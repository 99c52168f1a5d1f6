"""Opening a connection takes its time, and nobody's letter is on its way meanwhile."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.outbox import claiming, enqueue, repeat_rules, tally
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import RawServer


@pytest.mark.parametrize("in_flight", [1, 5])
@pytest.mark.parametrize("stage", ["BANNER", "EHLO"])
def test_whoever_leaves_while_the_line_is_being_opened_gets_nothing(
    app: Flask, session: Session, stage: str, in_flight: int
) -> None:
    app.config.update(MAIL_IN_FLIGHT=in_flight, MAIL_CONNECTIONS=in_flight)
    put_letter(session, *READERS)
    key = rows(session)[0].address_key
    session.rollback()

    def she_leaves() -> None:
        with app.app_context():
            enqueue.withdraw(db.session(), key, ["articles"], our_clock.now())
            db.session.commit()

    with RawServer() as server:
        server.before[stage] = she_leaves
        mail_goes_to(app, server.port)
        look(app)
    assert states(session) == {"accepted": 2, "withdrawn": 1}
    assert tally.check(session) == {}
    assert not any(READERS[0].encode() in command for command in server.commands)


def test_a_line_that_cannot_be_opened_is_tried_once_for_all(app: Flask, session: Session) -> None:
    put_letter(session, *READERS)
    with RawServer({"BANNER": b"421 not now\r\n"}) as server:
        mail_goes_to(app, server.port)
        assert look(app) == 1
    assert server.connections == 1
    assert states(session) == {"deferred": 1, "queued": 2}


def test_what_another_worker_took_while_the_line_was_being_opened_goes_out_once(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    put_letter(session, READERS[0])
    a_second = timedelta(seconds=1)

    def another_takes_it() -> None:
        with app.app_context():
            clock.shift(claiming.LEASE + a_second)
            assert claiming.claim(db.session(), "another", our_clock.now())
            db.session.commit()

    with RawServer() as server:
        server.before["EHLO"] = another_takes_it
        mail_goes_to(app, server.port)
        assert look(app) == 0
        # The other one is never heard of again. Was it in the air, it would go once more by now.
        for wait in (claiming.LEASE, repeat_rules.UNCERTAIN_PAUSE):
            clock.shift(wait + a_second)
            look(app)
    assert len(server.letters) == 1
    assert states(session) == {"accepted": 1}
