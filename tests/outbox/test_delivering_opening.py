"""Opening a connection takes its time, and nobody's letter is on its way meanwhile."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.outbox import claiming, enqueue, repeat_rules, tally
from hrsite.outbox.models import DeliveryState
from tests.outbox.ledger import READERS, becomes, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import DROP, RawServer, Script

# So two letters are on a connection at once, and the second is named before the first has gone.
TOGETHER: Script = {"EHLO": b"250-mail.example.org\r\n250 PIPELINING\r\n"}


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


@pytest.mark.parametrize(
    ("stage", "others"),
    [("DOT", {"uncertain": 1, "accepted": 1}), ("AFTER", {"accepted": 2})],
)
def test_whoever_leaves_while_a_line_that_broke_is_opened_anew_gets_nothing(
    app: Flask, session: Session, stage: str, others: dict[str, int]
) -> None:
    app.config.update(MAIL_IN_FLIGHT=3)
    put_letter(session, *READERS)
    key = rows(session)[1].address_key
    session.rollback()

    def she_leaves() -> None:
        with app.app_context():
            enqueue.withdraw(db.session(), key, ["articles"], our_clock.now())
            db.session.commit()

    with RawServer({**TOGETHER, stage: DROP}, TOGETHER) as server:
        server.before["DOT"] = lambda: server.before.update(BANNER=she_leaves)
        mail_goes_to(app, server.port)
        for _ in range(2):
            look(app)
    assert states(session) == {"withdrawn": 1, **others}
    assert tally.check(session) == {}
    assert not any(READERS[1].encode() in command for command in server.commands)


def test_a_letter_no_server_has_heard_of_waits_as_before(app: Flask, session: Session) -> None:
    app.config.update(MAIL_IN_FLIGHT=3)
    message = put_letter(session, *READERS)
    now = our_clock.now()
    # That one may have arrived, and is to go once more; the mail service has put it off since.
    said = {"reply_code": 450, "reply_text": "later", "attempt_count": 2, "repeat_count": 1}
    becomes(session, rows(session)[1], DeliveryState.UNCERTAIN, next_at=now, **said)
    before = {**TOGETHER, "DOT": DROP}
    with RawServer(before) as server:
        mail_goes_to(app, server.port)
        assert look(app) == 1
    assert server.connections == 1
    in_the_air, again, _ = rows(session, message.id)
    assert in_the_air.state == "uncertain"
    assert {name: getattr(again, name) for name in said} == said
    assert (again.state, again.owner) == ("uncertain", None)
    assert again.next_at is not None
    assert again.next_at <= our_clock.now()
    assert tally.check(session) == {}


def test_whoever_leaves_while_more_lines_are_being_opened_gets_nothing(
    app: Flask, session: Session
) -> None:
    """The server takes one connection, and lets the others wait."""
    app.config.update(MAIL_IN_FLIGHT=8, MAIL_CONNECTIONS=8)
    readers = [f"reader{number}@example.org" for number in range(8)]
    put_letter(session, *readers)
    keys = [row.address_key for row in rows(session)]
    session.rollback()

    def all_leave() -> None:
        with app.app_context():
            for key in keys:
                enqueue.withdraw(db.session(), key, ["articles"], our_clock.now())
            db.session.commit()

    with RawServer() as server:
        server.before["DOT"] = all_leave
        mail_goes_to(app, server.port)
        look(app)
    # One at the server, and one for the next connection.
    assert states(session) == {"accepted": 2, "withdrawn": 6}
    # Nobody waited for those that were not answered: the server would have hung up meanwhile.
    assert b"QUIT" in server.commands
    assert tally.check(session) == {}
