"""Prepared statements say the same as ordinary ones, on every database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Select, Update, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hrsite.columns import UTCDateTime, is_one_of, number_list
from hrsite.extensions import db
from hrsite.outbox.models import Suppression
from hrsite.prepared import Prepared, Question, given

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KINDS = ("hard", "soft")


def _close() -> Update:
    return (
        update(Suppression)
        .where(Suppression.address_key == given("which"), Suppression.kind.in_(KINDS))
        .values(reason=given("why"), since_at=given("now", UTCDateTime))
    )


def _found() -> Select[str, str]:
    is_meant = is_one_of(Suppression.id, given("ids")), Suppression.reason.startswith("It is 100%")
    return select(Suppression.address_key, Suppression.reason).where(*is_meant)


@pytest.fixture
def keys(session: Session) -> list[str]:
    rows = [
        {"address_key": key, "kind": kind, "reason": "Once.", "since_at": NOON}
        for key, kind in (("ada", "hard"), ("bea", "soft"), ("cleo", "complaint"))
    ]
    session.execute(insert(Suppression), rows)
    return ["ada", "bea", "cleo"]


def test_it_changes_what_an_ordinary_statement_would_and_counts_it(
    session: Session, keys: list[str]
) -> None:
    close = Prepared(_close)
    assert close.change(session, which="ada", why="It is 100% full.", now=NOON) == 1
    each = [(f"It is 100% {key}.", key) for key in keys]
    # Cleo's is of another kind.
    assert close.change_each(session, ("why", "which"), each, now=NOON) == 2
    ids = number_list(session.scalars(select(Suppression.id)))
    found = Prepared(_found).rows(session, ids=ids)
    assert set(found) == {(key, f"It is 100% {key}.") for key in keys[:2]}
    closed = session.scalars(select(Suppression).where(Suppression.address_key == "bea")).one()
    assert closed.since_at == NOON


def test_it_sees_what_was_changed_through_objects(session: Session, keys: list[str]) -> None:
    ada = session.scalars(select(Suppression).where(Suppression.address_key == "ada")).one()
    ada.reason = "It is 100% new."
    found = Prepared(_found).rows(session, ids=number_list([ada.id]))
    assert found == [("ada", "It is 100% new.")]


def _since() -> Question:
    return Question(
        select(Suppression.address_key, Suppression.since_at)
        .where(Suppression.since_at <= given("now", UTCDateTime), Suppression.kind.in_(KINDS))
        .order_by(Suppression.address_key)
    )


def test_a_question_is_answered_as_by_sqlalchemy(session: Session, keys: list[str]) -> None:
    session.commit()
    question = _since()
    assert question.rows(db.engine, now=NOON) == [[key, NOON] for key in keys[:2]]
    assert question.firsts(db.engine, now=NOON) == keys[:2]
    assert question.rows(db.engine, now=NOON - timedelta(microseconds=1)) == []


def test_a_question_holds_nothing(session: Session, keys: list[str]) -> None:
    session.commit()
    question = _since()
    for _ in range(3):
        question.rows(db.engine, now=NOON)
    # An open transaction would keep the table from being changed.
    session.execute(text("ALTER TABLE suppressions RENAME TO away"))
    session.commit()
    # Nor is a fault swallowed, nor the line kept that met it.
    for _ in range(2):
        with pytest.raises(DBAPIError, match="suppressions"):
            question.rows(db.engine, now=NOON)
    session.execute(text("ALTER TABLE away RENAME TO suppressions"))
    session.commit()
    assert question.firsts(db.engine, now=NOON) == keys[:2]


def test_a_question_is_asked_again_when_its_line_has_died(
    session: Session, keys: list[str]
) -> None:
    session.commit()
    session.close()
    line = db.engine.raw_connection()
    assert line.driver_connection is not None
    line.driver_connection.close()
    line.close()  # The pool knows nothing of it, and will hand it out.
    assert _since().firsts(db.engine, now=NOON) == keys[:2]
