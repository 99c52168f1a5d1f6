"""What the boxes of a notice are filled with."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts.models import Account
from hrsite.notices.models import SessionNotice
from tests.factories import make_notice, sign_in

WEEK = timedelta(weeks=1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.mark.parametrize(
    ("weeks_ago", "day"), [(0, "2026-06-11"), (1, "2026-06-04"), (5, "2026-06-04")]
)
def test_it_is_copied_to_next_week_and_not_saved_yet(
    coach: FlaskClient, session: Session, weeks_ago: int, day: str
) -> None:
    notice = make_notice(
        session,
        title="Evening group",
        starts_at=datetime(2026, 6, 4, 23, tzinfo=UTC) - weeks_ago * WEEK,
    )
    page = coach.get(f"/desk/notices/new?copy={notice.id}").text
    for words in ("Evening group", day, "19:00", "20:00", "press Join"):
        assert words in page
    session.rollback()
    assert notice.first_on == date(2026, 6, 4) - weeks_ago * WEEK
    assert session.scalars(select(SessionNotice)).all() == [notice]
    assert coach.get("/desk/notices/new?copy=77").status_code == 200


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 6, 4, 22, 59, tzinfo=UTC), "2026-06-04"),
        (datetime(2026, 6, 4, 23, tzinfo=UTC), "2026-06-11"),
        (datetime(2026, 6, 5, 3, 59, tzinfo=UTC), "2026-06-11"),
    ],
)
def test_on_its_own_weekday_it_is_copied_to_an_hour_that_lies_ahead(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller, at: datetime, day: str
) -> None:
    notice = make_notice(session, starts_at=datetime(2026, 5, 28, 23, tzinfo=UTC))
    clock.move_to(at)
    sign_in(coach, session.scalars(select(Account)).one())
    page = coach.get(f"/desk/notices/new?copy={notice.id}").text
    assert f'value="{day}"' in page
