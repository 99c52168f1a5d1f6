"""Prepared statements say the same as ordinary ones, on every database."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Select, Update, insert, select, update
from sqlalchemy.orm import Session

from hrsite.columns import UTCDateTime, is_one_of, number_list
from hrsite.outbox.models import Suppression
from hrsite.prepared import Prepared, given

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
