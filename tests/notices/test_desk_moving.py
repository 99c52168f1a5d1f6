"""Moving a session, calling it off, and asking whether something is still true."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.accounts.models import Account
from hrsite.notices.models import Rhythm, SessionNotice
from tests.factories import make_notice, sign_in

THURSDAY, FRIDAY = date(2026, 6, 4), date(2026, 6, 5)
WEEK = timedelta(weeks=1)
TO_FRIDAY = {"date": "2026-06-05", "time": "18:00"}


@pytest.fixture(autouse=True)
def a_clock(clock: time_machine.Traveller) -> None:
    """A Tuesday."""


def once(session: Session, **facts: Any) -> SessionNotice:
    return make_notice(session, slug="group", title="Evening group", **facts)


def series(session: Session, **facts: Any) -> SessionNotice:
    return once(
        session, starts_at=None, rhythm=Rhythm.WEEKLY, first_on=THURSDAY, start_time=time(19),
        length_minutes=60, **facts,
    )  # fmt: skip


def now(session: Session) -> SessionNotice:
    session.rollback()
    return session.scalars(select(SessionNotice)).one()


def do(coach: FlaskClient, notice: SessionNotice, deed: str, **boxes: str) -> str:
    """The review, then the button on it, as a browser sends them."""
    address = f"/desk/notices/{notice.id}/{deed}"
    review = coach.post(address, data=boxes | {"act": "review", "version": str(notice.version)})
    assert review.status_code == 200, review.text
    done = coach.post(address, data=boxes | {"act": deed, "version": str(notice.version)})
    assert done.status_code == 303, done.text
    return " ".join(review.text.replace("\u00a0", " ").split())


@pytest.mark.parametrize("page", ["/desk/", "/desk/notices/"])
def test_a_session_is_a_press_away_from_being_moved_until_it_is_cancelled(
    coach: FlaskClient, session: Session, page: str
) -> None:
    notice = once(session)
    assert f'/desk/notices/{notice.id}/move"' in coach.get(page).text
    do(coach, notice, "cancel")
    assert f'/desk/notices/{notice.id}/move"' not in coach.get(page).text


def test_moving_shows_one_sentence_first_and_changes_nothing_yet(
    coach: FlaskClient, session: Session
) -> None:
    notice = once(session)
    address = f"/desk/notices/{notice.id}/move"
    assert 'value="2026-06-04"' in coach.get(address).text
    review = coach.post(address, data=TO_FRIDAY | {"act": "review", "version": "1"})
    assert "It moves from Thursday 4 June at 7:00" in review.text.replace("\u00a0", " ")
    assert now(session).first_on == THURSDAY


def test_what_has_moved_remembers_where_it_was_first(coach: FlaskClient, session: Session) -> None:
    notice = once(session)
    do(coach, notice, "move", **TO_FRIDAY)
    moved = now(session)
    assert moved.starts_at == datetime(2026, 6, 5, 22, tzinfo=UTC)
    assert moved.ends_at == datetime(2026, 6, 5, 23, tzinfo=UTC)
    assert moved.moved_from_at == datetime(2026, 6, 4, 23, tzinfo=UTC)
    assert (moved.sequence, moved.version) == (1, 2)
    do(coach, moved, "move", date="2026-06-08", time="18:00")
    again = now(session)
    assert again.moved_from_at == datetime(2026, 6, 4, 23, tzinfo=UTC)
    do(coach, again, "move", date="2026-06-04", time="19:00")
    assert now(session).moved_from_at is None
    assert now(session).sequence == 3


def test_a_mistake_that_is_mended_is_not_told_as_a_move(
    coach: FlaskClient, session: Session
) -> None:
    do(coach, once(session), "move", **TO_FRIDAY, is_mistake="y")
    assert now(session).moved_from_at is None
    assert now(session).first_on == FRIDAY
    assert now(session).sequence == 1


def test_the_ordinary_form_tells_a_move_too(coach: FlaskClient, session: Session) -> None:
    notice = once(session)
    boxes = {
        "title": "Evening group", "rhythm": "once", "date": "2026-06-05", "time": "19:00",
        "end_time": "20:00", "place": "Online", "version": "1", "act": "save",
    }  # fmt: skip
    coach.post(f"/desk/notices/{notice.id}", data=boxes)
    assert now(session).moved_from_at == datetime(2026, 6, 4, 23, tzinfo=UTC)
    coach.post(f"/desk/notices/{notice.id}", data=boxes | {"place": "Elsewhere", "version": "2"})
    assert now(session).sequence == 2
    coach.post(f"/desk/notices/{notice.id}", data=boxes | {"place": "Elsewhere", "title": "x",
                                                           "version": "3"})  # fmt: skip
    assert now(session).sequence == 2


def test_one_day_of_a_series_moves_alone(coach: FlaskClient, session: Session) -> None:
    review = do(coach, series(session), "move", which="2026-06-04", **TO_FRIDAY)
    assert "moves to Friday 5 June at 6:00 pm, Toronto time. All others stay" in review
    notice = now(session)
    (change,) = notice.changed_days
    assert (change.planned_on, change.moved_to_on) == (THURSDAY, FRIDAY)
    assert notice.moved_from_at is None
    assert notice.first_on == THURSDAY
    assert notice.sequence == 1


def test_a_whole_series_moves_and_forgets_its_single_days(
    coach: FlaskClient, session: Session
) -> None:
    do(coach, series(session), "cancel", which="2026-06-11")
    review = do(coach, now(session), "move", which="all", **TO_FRIDAY)
    assert "and no more every Thursday at 7:00 pm" in review
    assert "Single days that you moved or cancelled are forgotten." in review
    notice = now(session)
    assert (notice.first_on, notice.start_time) == (FRIDAY, time(18))
    assert notice.changed_days == []
    assert notice.moved_from_at == datetime(2026, 6, 4, 23, tzinfo=UTC)


def test_what_is_cancelled_is_marked_and_can_take_place_after_all(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    notice = once(session)
    page = coach.get(f"/desk/notices/{notice.id}/cancel").text.replace("\u00a0", " ")
    assert "The session of Thursday 4 June at 7:00 pm, Toronto time is cancelled." in page
    do(coach, notice, "cancel")
    assert "Cancelled</b>" in client.get("/").text
    assert now(session).sequence == 1
    coach.post(f"/desk/notices/{notice.id}/restore")
    assert "Cancelled</b>" not in client.get("/").text
    assert now(session).sequence == 2


def test_one_day_of_a_series_is_cancelled_and_comes_back(
    coach: FlaskClient, session: Session
) -> None:
    notice = series(session)
    do(coach, notice, "cancel", which="2026-06-11")
    page = coach.get(f"/desk/notices/{notice.id}").text
    assert "As usual after all" in page
    assert [change.planned_on for change in now(session).changed_days] == [THURSDAY + WEEK]
    coach.post(f"/desk/notices/{notice.id}/restore", data={"day": "2026-06-11"})
    assert now(session).changed_days == []


def test_a_whole_series_is_cancelled(
    coach: FlaskClient, client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    do(coach, series(session), "cancel", which="all")
    assert "Cancelled</b>" in client.get("/notices/").text
    clock.shift(timedelta(days=10))
    assert "Evening group" not in client.get("/notices/").text


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"date": ""}, "Choose the new day."),
        ({"date": "soon"}, "Write the day like"),
        ({"time": ""}, "Say when it starts."),
        ({"date": "2026-06-01"}, "That is over already."),
        ({"date": "2027-03-14", "time": "02:30"}, "clocks go forward"),
        ({"date": "9999-12-31"}, "year looks wrong"),
        ({"date": "2026-12-05", "which": "2026-06-04"}, "more than 60 days away"),
    ],
)
def test_a_fault_is_said_at_its_box_and_nothing_changes(
    coach: FlaskClient, session: Session, boxes: dict[str, str], words: str
) -> None:
    notice = series(session)
    for act in ("review", "move"):
        answer = coach.post(
            f"/desk/notices/{notice.id}/move",
            data={"which": "all"} | TO_FRIDAY | boxes | {"act": act, "version": "1"},
        )
        assert answer.status_code == 422
        assert words in answer.text
    assert now(session).sequence == 0


def test_what_changed_meanwhile_is_shown_again_instead(
    coach: FlaskClient, session: Session
) -> None:
    notice = once(session)
    for deed in ("move", "cancel"):
        answer = coach.post(
            f"/desk/notices/{notice.id}/{deed}", data=TO_FRIDAY | {"act": deed, "version": "77"}
        )
        assert answer.status_code == 409
        assert "It has changed since you opened this page." in answer.text
    assert now(session).version == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"published_at": None}, "Readers do not see it yet."),
        ({"starts_at": None}, "It has no time of its own."),
        ({"starts_at": datetime(2026, 6, 1, tzinfo=UTC)}, "This session is over."),
        ({"cancelled_at": datetime(2026, 6, 1, tzinfo=UTC)}, "It is cancelled."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    coach: FlaskClient, session: Session, facts: dict[str, Any], words: str
) -> None:
    notice = once(session, **facts)
    for deed in ("move", "cancel"):
        answer = coach.get(f"/desk/notices/{notice.id}/{deed}")
        assert words in coach.get(answer.location).text
    assert now(session).version == 1


@pytest.mark.parametrize("day", ["2026-06-05", "2026-05-28", "never", "1", "9999-12-31"])
def test_a_day_without_a_session_is_refused(coach: FlaskClient, session: Session, day: str) -> None:
    notice = series(session)
    for deed in ("move", "cancel"):
        answer = coach.post(
            f"/desk/notices/{notice.id}/{deed}",
            data=TO_FRIDAY | {"act": deed, "version": "1", "which": day},
        )
        assert "There is no such session any more." in coach.get(answer.location).text
    assert now(session).changed_days == []


def test_what_stands_until_further_notice_is_asked_about_on_its_day(
    coach: FlaskClient, client: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 6, 3, 3, 59, 59, tzinfo=UTC))
    sign_in(coach, session.scalars(select(Account)).one())
    notice = once(session, starts_at=None, review_on=date(2026, 6, 3))
    asked = "“Evening group” stands until further notice. Still true?"
    assert asked not in coach.get("/desk/").text
    clock.shift(timedelta(seconds=1))  # Midnight in Toronto.
    assert asked in coach.get("/desk/").text
    answer = coach.post(f"/desk/notices/{notice.id}/still-true", data={"back": "home"})
    assert answer.location == "/desk/"
    page = coach.get("/desk/").text
    assert asked not in page
    assert "The desk asks again on 3 July 2026." in page
    clock.move_to(datetime(2026, 7, 3, 4, tzinfo=UTC))
    sign_in(coach, session.scalars(select(Account)).one())
    assert asked in coach.get("/desk/").text
    coach.post(f"/desk/notices/{notice.id}/withdraw", data={"back": "home"})
    assert asked not in coach.get("/desk/").text
    assert client.get("/notices/group").status_code == 404


def test_the_clocks_changing_is_said_when_a_series_is_saved(coach: FlaskClient) -> None:
    boxes = {
        "title": "Night group", "rhythm": "weekly", "date": "2026-06-07", "time": "02:30",
        "end_time": "03:15", "version": "0", "act": "save",
    }  # fmt: skip
    page = coach.get(coach.post("/desk/notices/new", data=boxes).location).text
    page = page.replace("\u00a0", " ")
    assert "On 14 March 2027 the clocks go forward, and it starts at 3:30 am." in page
    boxes |= {"time": "01:30", "title": "Another"}
    page = coach.get(coach.post("/desk/notices/new", data=boxes).location).text
    assert "show 1:30 am twice. It starts at the first." in page.replace("\u00a0", " ")
