"""Which letters of session notices go, and until when."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import holding, issues, planned
from hrsite.newsletter.models import Issue
from hrsite.notices.models import ChangedDay
from hrsite.outbox import pausing
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import ADA, WEEKLY, Post, make_readers

pytestmark = pytest.mark.usefixtures("clock")
MINUTE = timedelta(minutes=1)
# Its last session begins on 18 June at 7 pm.
THREE_WEEKS: dict[str, Any] = WEEKLY | {"last_on": date(2026, 6, 20)}
LAST_AT = datetime(2026, 6, 18, 23, tzinfo=UTC)


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    return Post(app, letters, session)


@pytest.mark.parametrize(
    ("days", "last_at"),
    [
        ([], LAST_AT),
        ([{"planned_on": date(2026, 6, 18), "cancelled": True}], LAST_AT - timedelta(weeks=1)),
        (
            [{"planned_on": date(2026, 6, 11), "moved_to_on": date(2026, 6, 19)}],
            LAST_AT + timedelta(days=1),
        ),
    ],
    ids=["as it is", "the last one cancelled", "another one moved behind it"],
)
def test_the_letter_of_a_series_ends_a_quarter_of_an_hour_before_its_last_session(
    session: Session, days: list[dict[str, Any]], last_at: datetime
) -> None:
    made = [
        ChangedDay(
            planned_on=day["planned_on"],
            cancelled_at=our_clock.now() if "cancelled" in day else None,
            moved_to_on=day.get("moved_to_on"),
            moved_to_time=time(19) if "moved_to_on" in day else None,
        )
        for day in days
    ]
    factories.make_notice(session, send_to_readers=True, changed_days=made, **THREE_WEEKS)
    (issue,) = factories.open_issues(session)
    assert issue.message.is_timely
    assert issue.message.not_after == last_at - 15 * MINUTE


def test_the_letter_of_a_series_without_an_end_is_tried_for_a_day(session: Session) -> None:
    factories.make_notice(session, send_to_readers=True, **WEEKLY)
    (issue,) = factories.open_issues(session)
    assert not issue.message.is_timely


@pytest.mark.parametrize(("minutes", "count"), [(16, 1), (15, 0), (-40, 0), (-70, 0)])
def test_no_letter_of_a_series_is_written_when_its_last_session_is_upon_us(
    session: Session, clock: time_machine.Traveller, minutes: int, count: int
) -> None:
    factories.make_notice(session, send_to_readers=True, **THREE_WEEKS)
    clock.move_to(LAST_AT - minutes * MINUTE)
    assert len(planned.due(session, our_clock.now())) == count
    assert len(factories.open_issues(session)) == count


def test_of_a_series_whose_sessions_are_all_cancelled_one_by_one_no_letter_goes(
    session: Session,
) -> None:
    days = [date(2026, 6, day) for day in (4, 11, 18)]
    gone = [ChangedDay(planned_on=day, cancelled_at=our_clock.now()) for day in days]
    factories.make_notice(session, send_to_readers=True, changed_days=gone, **THREE_WEEKS)
    assert factories.open_issues(session) == []


def test_a_letter_that_was_stopped_does_not_go_on_after_the_last_session(
    session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    make_readers(session, ADA)
    factories.make_notice(session, send_to_readers=True, **THREE_WEEKS)
    (issue,) = factories.open_issues(session)
    holding.stop(issue, our_clock.now())
    session.commit()
    clock.move_to(LAST_AT + timedelta(days=2))
    pausing.resume(issue.message, our_clock.now())
    session.commit()
    assert post.to() == []


def test_a_plan_that_is_put_off_while_the_worker_looks_is_not_carried_out(
    session: Session,
) -> None:
    now = our_clock.now()
    notice = factories.make_notice(session, send_to_readers=True, send_at=now)
    (told,) = issues.due(session, now)
    notice.send_at = now + timedelta(hours=1)
    session.commit()
    assert issues.open_issue(session, told, now) is None
    assert session.scalars(select(Issue)).all() == []
