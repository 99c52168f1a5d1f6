"""Closed addresses: closed once, for the first reason, until their owner confirms afresh."""

import threading
from datetime import timedelta

import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.outbox import suppression
from hrsite.outbox.models import Suppression
from hrsite.outbox.models_bouncing import Bounce
from tests.outbox.ledger import READERS, look, mail_goes_to, put_letter, rows, states
from tests.outbox.smtp_server import RawServer

KEY = "k" * 64


def test_a_closed_address_stays_closed_for_the_first_reason(session: Session) -> None:
    assert not suppression.is_suppressed(session, KEY)
    suppression.suppress(session, KEY, "5.1.1 gone", our_clock.now())
    suppression.suppress(session, KEY, "something else", our_clock.now())
    session.commit()
    assert suppression.is_suppressed(session, KEY)
    assert session.scalars(select(Suppression.reason)).all() == ["5.1.1 gone"]


def test_a_lifted_suppression_opens_the_address_again(session: Session) -> None:
    suppression.suppress(session, KEY, "5.1.1 gone", our_clock.now())
    suppression.lift(session, KEY, our_clock.now())
    session.commit()
    assert not suppression.is_suppressed(session, KEY)


def test_two_workers_closing_one_address_keep_all_else_they_wrote(
    app: Flask, session: Session
) -> None:
    put_letter(session, *READERS)
    ids = [row.id for row in rows(session)][:2]
    session.rollback()
    both, troubles = threading.Barrier(2), []

    def close(delivery_id: int) -> None:
        try:
            with app.app_context():
                both.wait(10)
                delivery = next(row for row in rows(db.session()) if row.id == delivery_id)
                suppression.suppress(db.session(), KEY, "gone", our_clock.now())
                suppression.note_bounce(
                    db.session(), delivery, "hard", 550, "gone", our_clock.now()
                )
                db.session.commit()
        except Exception as trouble:
            troubles.append(trouble)

    workers = [threading.Thread(target=close, args=(one,)) for one in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert troubles == []
    assert (
        len(session.scalars(select(Suppression).where(Suppression.address_key == KEY)).all()) == 1
    )
    assert len(session.scalars(select(Bounce)).all()) == 2


def test_a_long_answer_of_a_server_is_cut_to_what_the_column_holds(session: Session) -> None:
    put_letter(session, READERS[0])
    (delivery,) = rows(session)
    suppression.suppress(session, KEY, "x" * 5000, our_clock.now())
    suppression.note_bounce(session, delivery, "soft", 452, "x" * 5000, our_clock.now())
    session.commit()
    assert len(session.scalars(select(Suppression.reason)).one()) == 600
    assert len(session.scalars(select(Bounce.reply_text)).one()) == 600


def test_letters_that_were_put_off_and_then_taken_close_nothing(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    for number in range(suppression.MOST_SOFT_BOUNCES + 1):
        put_letter(session, READERS[0], key=f"issue/{number}")
        for script in ({"RCPT": b"452 4.2.2 mailbox full\r\n"}, {}):
            with RawServer(script) as server:
                mail_goes_to(app, server.port)
                look(app)
            clock.shift(timedelta(hours=1))
    assert states(session) == {"accepted": suppression.MOST_SOFT_BOUNCES + 1}
    assert not suppression.is_suppressed(session, rows(session)[0].address_key)
