"""Who reads the audit sees each press that sends letters about a session, or calls them back."""

from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts import noting
from hrsite.accounts.models import AuditEvent
from hrsite.notices.models import SessionNotice
from tests.factories import make_notice
from tests.notices.test_desk_moving import do

THURSDAY = datetime(2026, 6, 4, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_clock(clock: time_machine.Traveller) -> None:
    """A Tuesday."""


def noted(session: Session) -> list[str]:
    """What was written down of notices, the oldest first."""
    session.rollback()
    lines = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    return [line.kind for line in lines if line.detail.startswith("notice ")]


def anew(session: Session) -> SessionNotice:
    session.rollback()
    return session.scalars(select(SessionNotice)).one()


def publish(coach: FlaskClient, session: Session, **ticked: str) -> None:
    notice = anew(session)
    form = {"title": "Evening group", "body": "Come in.", "act": "publish"}
    form |= {
        "date": "2026-06-04",
        "time": "19:00",
        "end_time": "20:00",
        "version": str(notice.version),
    }
    assert coach.post(f"/desk/notices/{notice.id}", data=form | ticked).status_code == 303


def test_each_press_that_sends_or_calls_back_has_its_line(
    coach: FlaskClient, session: Session
) -> None:
    page = f"/desk/notices/{make_notice(session, published_at=None, starts_at=THURSDAY).id}"
    publish(coach, session, email="y")
    assert coach.post(f"{page}/readers", data={"act": "stop"}).status_code == 303
    do(coach, anew(session), "move", date="2026-06-05", time="18:00")
    do(coach, anew(session), "cancel")
    assert coach.post(f"{page}/restore").status_code == 303
    assert coach.post(f"{page}/withdraw").status_code == 303
    changed = ["notice_changed"] * 3
    assert noted(session) == ["notice_published", "notice_untold", *changed, "notice_withdrawn"]
    account = coach.get("/desk/account").text
    for kind in noted(session):
        assert noting.WORDS[kind] in account


def test_other_words_on_a_page_that_is_up_are_no_letter_and_have_no_line(
    coach: FlaskClient, session: Session
) -> None:
    make_notice(session, starts_at=THURSDAY)
    publish(coach, session)
    assert noted(session) == []
    publish(coach, session, email="y")
    assert noted(session) == ["notice_published"]


def test_saying_that_it_still_holds_has_no_line(coach: FlaskClient, session: Session) -> None:
    notice = make_notice(session, starts_at=None)
    assert coach.post(f"/desk/notices/{notice.id}/still-true").status_code == 303
    assert noted(session) == []
