"""Closed addresses: closed once, for the first reason, until their owner confirms afresh."""

import threading

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.extensions import db
from hrsite.outbox import suppression
from hrsite.outbox.models import Bounce, Suppression
from tests.outbox.ledger import READERS, put_letter, rows

KEY = "k" * 64


def test_a_closed_address_stays_closed_for_the_first_reason(session: Session) -> None:
    assert not suppression.is_suppressed(session, KEY)
    suppression.suppress(session, KEY, "5.1.1 gone", clock.now())
    suppression.suppress(session, KEY, "something else", clock.now())
    session.commit()
    assert suppression.is_suppressed(session, KEY)
    assert session.scalars(select(Suppression.reason)).all() == ["5.1.1 gone"]


def test_a_lifted_suppression_opens_the_address_again(session: Session) -> None:
    suppression.suppress(session, KEY, "5.1.1 gone", clock.now())
    suppression.lift(session, KEY, clock.now())
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
                suppression.suppress(db.session(), KEY, "gone", clock.now())
                suppression.note_bounce(db.session(), delivery, "hard", 550, "gone", clock.now())
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
    suppression.suppress(session, KEY, "x" * 5000, clock.now())
    suppression.note_bounce(session, delivery, "soft", 452, "x" * 5000, clock.now())
    session.commit()
    assert len(session.scalars(select(Suppression.reason)).one()) == 600
    assert len(session.scalars(select(Bounce.reply_text)).one()) == 600
