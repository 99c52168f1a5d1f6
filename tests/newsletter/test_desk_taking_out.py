"""The list as a file: for the coach alone, no formula in it, and taken back by our own reader."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.accounts.models import AuditEvent
from hrsite.newsletter import bringing, listknowing, taking_out
from hrsite.newsletter.models import Cadence, Subscriber, SubscriptionState, Topic
from tests import factories
from tests.newsletter.test_bringing import CONFIRMED, UNCONFIRMED, people
from tests.outbox.ledger import close

FILE = "/desk/subscribers/file"
pytestmark = pytest.mark.usefixtures("clock")


def take_out(coach: FlaskClient, separator: str = "comma") -> bytes:
    form = {"password": factories.PASSWORD, "separator": separator}
    answer = coach.post(FILE, data=form, buffered=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert (
        'attachment; filename="subscribers-2026-06-02.csv"'
        in (answer.headers["Content-Disposition"])
    )
    return answer.data


def arrange(session: Session) -> None:
    weekly = factories.make_subscriber(session, "=1+2@example.com", tuple(Topic))
    weekly.cadence = Cadence.WEEKLY
    weekly.is_discreet = weekly.wants_reminders = True
    factories.make_subscriber(session, "'+x@example.com").paused_until = (
        our_clock.now() + timedelta(days=9)
    )
    factories.make_subscriber(session, "new@example.com", (Topic.NOTICES,), UNCONFIRMED)
    left = SubscriptionState.UNSUBSCRIBED
    factories.make_subscriber(session, "left@example.com", state=left)
    factories.make_subscriber(session, "shut@example.com")
    close(session, "shut@example.com")


@pytest.mark.parametrize(("name", "separator"), [("comma", ","), ("semicolon", ";")])
def test_everybody_stands_in_it_as_excel_reads_it(
    coach: FlaskClient, session: Session, name: str, separator: str
) -> None:
    arrange(session)
    octets = take_out(coach, name)
    assert octets.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(octets.decode("utf-8-sig")), delimiter=separator))
    assert rows[1:] == [
        [
            "'=1+2@example.com",
            "gets letters",
            "articles notices",
            "weekly",
            "2026-06-02",
            "",
            "yes",
            "yes",
        ],
        ["''+x@example.com", "paused", "articles", "each", "2026-06-02", "2026-06-11", "", ""],
        ["new@example.com", "not confirmed", "notices", "each", "", "", "", ""],
        ["left@example.com", "left", "", "each", "", "", "", ""],
        ["shut@example.com", "closed", "articles", "each", "2026-06-02", "", "", ""],
    ]


def test_our_own_reader_takes_it_back(app: Flask, coach: FlaskClient, session: Session) -> None:
    arrange(session)
    text = take_out(coach, "semicolon")
    for person in session.scalars(select(Subscriber)):
        session.delete(person)
    session.commit()
    reading = listknowing.read(text, our_clock.now().date())
    assert not reading.bad
    wish = bringing.Wish([Topic.ARTICLES], asks_all=False, said_where="Here")
    brought = bringing.take(session, reading, wish, "k" * 22, our_clock.now())
    assert bringing.start(session, brought.id, our_clock.now())
    session.commit()
    looking.do_what_is_due()
    assert people(session) == {
        "=1+2@example.com": [CONFIRMED, CONFIRMED],
        "'+x@example.com": [CONFIRMED],
        "new@example.com": [UNCONFIRMED],
    }
    weekly, *others = session.scalars(select(Subscriber).order_by(Subscriber.id))
    assert weekly.cadence == Cadence.WEEKLY
    assert (weekly.is_discreet, weekly.wants_reminders) == (True, True)
    assert not any(one.is_discreet or one.wants_reminders for one in others)
    paused = select(Subscriber.paused_until).where(Subscriber.paused_until.is_not(None))
    (until,) = session.scalars(paused)
    assert until is not None
    # The day she was told, and not a minute less of it.
    assert our_clock.local(until).isoformat() == "2026-06-11T23:59:00-04:00"


def test_a_long_list_comes_in_parts(app: Flask, session: Session) -> None:
    for number in range(5):
        factories.make_subscriber(session, f"reader{number}@example.com")
    most, taking_out.PART = taking_out.PART, 2
    try:
        parts = list(taking_out.parts(session, ",", our_clock.now()))
    finally:
        taking_out.PART = most
    assert [part.count("\r\n") for part in parts] == [1, 2, 2, 1]


def test_without_her_password_there_is_no_file(coach: FlaskClient, session: Session) -> None:
    arrange(session)
    for number in range(6):
        answer = coach.post(FILE, data={"password": "a guess in the library"})
        assert answer.status_code == (422 if number < 5 else 429)
        assert b"example.com" not in answer.data
    kinds = select(func.count()).where(AuditEvent.kind == "list_taken_out")
    assert session.scalar(kinds) == 0


def test_that_it_was_made_is_written_down(coach: FlaskClient, session: Session) -> None:
    take_out(coach)
    session.rollback()
    (line,) = session.scalars(select(AuditEvent).where(AuditEvent.kind == "list_taken_out"))
    assert line.account_id
