"""A letter a day before a session, for who asked to be reminded."""

from datetime import date, time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import following, reminding
from hrsite.newsletter.models import ConsentEvent, Topic
from hrsite.notices.models import ChangedDay
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import A_WHILE, ADA, BEA, WEEKLY, Post, change, make_readers
from tests.newsletter.histories import look
from tests.outbox.ledger import claim_and_die, rows

pytestmark = pytest.mark.usefixtures("clock")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    return Post(app, letters, session)


def test_who_asked_is_reminded_once_a_day_before_and_nobody_else(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    make_readers(session, BEA)
    factories.make_notice(session, title="The group")  # In two days and nine hours.
    clock.shift(DAY + 8 * HOUR)
    assert post.to() == []
    clock.shift(HOUR)
    (letter,) = post.new()
    assert letter.letter.to == ADA
    assert letter.letter.subject == "Reminder: The group"
    words = " ".join(letter.text.split())
    assert "It begins Thursday 4 June 2026 at 7:00 pm, Toronto time." in words
    assert "Open your booking letter and press Join." in words
    clock.shift(A_WHILE)
    assert post.to() == []


def test_a_plain_reminder_tells_nothing(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True, is_discreet=True)
    factories.make_notice(session, title="Naloxone evening")
    clock.shift(DAY + 10 * HOUR)
    (letter,) = post.new()
    assert letter.letter.subject == "A new note from Jordan"
    assert "naloxone" not in letter.text.lower()
    assert "It begins Thursday 4 June 2026" in " ".join(letter.text.split())


def test_a_server_that_was_down_reminds_late_but_never_when_it_has_begun(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    factories.make_notice(session)
    clock.shift(2 * DAY + 8 * HOUR)
    assert post.to() == [ADA]
    factories.make_notice(session, published_at=our_clock.now() - 3 * DAY)
    clock.shift(2 * DAY + 9 * HOUR)
    assert post.to() == []


def test_a_reminder_that_waits_dies_when_the_session_begins(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    factories.make_notice(session)
    clock.shift(DAY + 10 * HOUR)
    (wanted,) = reminding.due(session, our_clock.now())
    assert reminding.remind(session, wanted, our_clock.now()) is not None
    session.commit()
    clock.shift(DAY - HOUR)
    assert post.to() == []
    assert [row.state for row in rows(session)] == [DeliveryState.EXPIRED]


def test_it_is_called_back_when_the_session_is_called_off(
    app: Flask, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session)
    clock.shift(DAY + 9 * HOUR)
    assert post.to() == []
    change(session, notice, cancelled_at=our_clock.now())
    clock.shift(A_WHILE)
    assert post.to() == []
    assert [row.state for row in rows(session)] == [DeliveryState.WITHDRAWN]


def test_it_follows_when_the_session_moves(
    app: Flask, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session)
    clock.shift(DAY + 9 * HOUR)
    assert post.to() == []
    change(session, notice, moved_from_at=notice.starts_at, first_on=date(2026, 6, 8))
    clock.shift(A_WHILE)
    assert post.to() == []
    clock.shift(4 * DAY)
    assert post.to() == [ADA]
    assert [row.state for row in rows(session)] == [
        DeliveryState.WITHDRAWN,
        DeliveryState.ACCEPTED,
    ]


def test_who_has_been_reminded_of_a_time_is_not_reminded_of_it_again(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session)
    clock.shift(DAY + 9 * HOUR)
    assert post.to() == [ADA]
    change(session, notice, place="Another room")
    assert post.to() == []


def test_each_session_of_a_series_has_its_reminder_but_not_one_that_is_called_off(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session, **WEEKLY)
    notice.changed_days = [ChangedDay(planned_on=date(2026, 6, 11), cancelled_at=our_clock.now())]
    change(session, notice)
    got = []
    for _ in range(20):
        clock.shift(DAY)
        got += [our_clock.local(our_clock.now()).date() for _ in post.new()]
    assert got == [date(2026, 6, 4), date(2026, 6, 18)]


@pytest.mark.parametrize("changes", [{"sends_reminders": False}, {"starts_at": None}])
def test_there_is_none_when_the_coach_wants_none_or_there_is_no_time(
    session: Session, post: Post, clock: time_machine.Traveller, changes: dict[str, object]
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    factories.make_notice(session, **changes)
    clock.shift(DAY + 10 * HOUR)
    assert post.to() == []


def test_what_was_told_within_the_day_needs_no_reminder(session: Session, post: Post) -> None:
    make_readers(session, ADA, wants_reminders=True)
    factories.make_notice(session, starts_at=our_clock.now() + 5 * HOUR)
    assert post.to() == []


def test_a_reader_asks_for_reminders_and_takes_it_back(
    app: Flask, client: FlaskClient, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    person = factories.make_subscriber(session, ADA, (Topic.NOTICES,))
    page = f"/settings/{person.links['settings']}"
    assert "Remind me a day before a session" in client.get(page).text
    choices = {"topics": ["notices"], "cadence": "each"}
    client.post(page, data=choices | {"reminders": "1"})
    session.refresh(person)
    assert person.wants_reminders
    factories.make_notice(session)
    clock.shift(DAY + 9 * HOUR)
    assert post.to() == []  # It waits for two minutes.
    client.post(page, data=choices)
    session.refresh(person)
    assert not person.wants_reminders
    clock.shift(A_WHILE)
    assert post.to() == []
    kinds = session.scalars(select(ConsentEvent.kind).order_by(ConsentEvent.id)).all()
    assert kinds == ["reminders", "no_reminders"]


def test_midnight_is_no_trouble(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    factories.make_notice(session, **WEEKLY | {"start_time": time(0)})
    clock.shift(DAY - 10 * HOUR)
    assert post.to() == [ADA]


def test_when_a_change_comes_between_only_who_had_none_is_reminded(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, BEA, wants_reminders=True)
    notice = factories.make_notice(session)
    assert post.to() == []  # From now on the worker knows this site.
    clock.shift(DAY + 10 * HOUR)
    (wanted,) = reminding.due(session, our_clock.now())
    reminding.remind(session, wanted, our_clock.now())
    session.commit()
    first, _ = rows(session)
    first.state, first.next_at, first.message.accepted_count = DeliveryState.ACCEPTED, None, 1
    change(session, notice, place="Another room")
    assert post.to() == [BEA]


def test_one_that_is_in_the_air_when_its_session_moves_is_called_back_once_however_often_we_look(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    """Its key is freed for another one; freed at every look, it would outgrow its column."""
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session)
    clock.shift(DAY + 9 * HOUR)
    (wanted,) = reminding.due(session, our_clock.now())
    assert reminding.remind(session, wanted, our_clock.now()) is not None
    session.commit()
    assert len(claim_and_die(session)) == 1
    change(session, notice, moved_from_at=notice.starts_at, start_time=time(20))
    for _ in range(30):
        look(app)
    (row,) = rows(session)
    assert row.state == DeliveryState.SENDING
    assert row.message.key.count(following.UNTRUE) == 1


def test_nobody_is_reminded_of_what_leaves_the_site_in_that_very_moment(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA, wants_reminders=True)
    notice = factories.make_notice(session)
    clock.shift(DAY + 9 * HOUR)
    (wanted,) = reminding.due(session, our_clock.now())
    notice.published_at = None
    session.commit()
    assert reminding.remind(session, wanted, our_clock.now()) is None
    session.commit()
    assert post.to() == []
