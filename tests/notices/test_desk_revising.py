"""What a session notice said before comes back, and its times stay."""

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hrsite import earlier
from hrsite.earlier import EarlierText
from tests.factories import make_notice
from tests.notices.test_desk import saved, send


def test_the_coach_sees_what_would_change_and_brings_the_words_back(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    notice = make_notice(session)
    address, said, sequence = f"/desk/notices/{notice.id}", notice.title, notice.sequence
    send(coach, address, version="1", title="New title", body="Other words.", place="The library")
    moved = saved(session).starts_at
    assert f"{address}/revisions" in coach.get(address).text
    listed = coach.get(f"{address}/revisions").text
    assert f"{address}/revisions/1" in listed
    assert "As it is now" in listed

    page = coach.get(f"{address}/revisions/1").text
    for words in (
        "We meet online.",
        "Where: ",
        "How to join: ",
        "Its day and time stay as they are.",
        "Bring this text back, for readers too",
    ):
        assert words in page
    answer = coach.post(f"{address}/revisions/1", data={"version": "2"})

    assert answer.location == address
    now = saved(session)
    assert (now.title, now.place, now.version) == (said, "Online", 3)
    assert now.how_to_join == "Open your booking letter and press Join."
    assert now.starts_at == moved
    # The place is in calendars: they learn of it.
    assert now.sequence > sequence
    assert "We meet online." in client.get(f"/notices/{now.slug}").text
    # And back again: the words of a moment ago are kept too.
    coach.post(f"{address}/revisions/2", data={"version": "3"})
    assert (saved(session).title, saved(session).place) == ("New title", "The library")


def test_a_draft_comes_back_and_no_reader_is_spoken_of(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    address = f"/desk/notices/{saved(session).id}"
    send(coach, address, version="1", body="Other words.")
    page = coach.get(f"{address}/revisions/1").text
    assert "for readers too" not in page
    answer = coach.post(f"{address}/revisions/1", data={"version": "2"})
    assert "The earlier text is back." in coach.get(answer.location).text
    assert saved(session).body_html == "<p>We meet <em>online</em>.</p>"


def test_bringing_back_never_takes_the_place_of_words_she_has_not_seen(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    address = f"/desk/notices/{saved(session).id}"
    send(coach, address, version="1", body="Two.")
    send(coach, address, version="2", body="Three.")
    answer = coach.post(f"{address}/revisions/1", data={"version": "2"})
    assert "has changed since" in coach.get(answer.location).text
    assert saved(session).body_html == "<p>Three.</p>"


def test_other_times_alone_are_no_other_words(coach: FlaskClient, session: Session) -> None:
    send(coach)
    notice = saved(session)
    send(coach, f"/desk/notices/{notice.id}", version="1", time="18:00")
    assert [kept.version for kept in earlier.all_of(session, "session_notices", notice.id)] == [1]


def test_they_go_with_the_notice(coach: FlaskClient, session: Session) -> None:
    send(coach)
    number = saved(session).id
    assert coach.get(f"/desk/notices/{number}/revisions/9").status_code == 404
    coach.post(f"/desk/bin/notice/{number}")
    coach.post(f"/desk/bin/notice/{number}/delete")
    session.rollback()
    assert session.scalar(select(func.count()).select_from(EarlierText)) == 0
