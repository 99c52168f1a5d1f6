"""Session notices at the desk."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from hrsite.newsletter.models import Issue, Topic
from hrsite.notices.models import SessionNotice
from hrsite.outbox.folder import OpenLetter
from tests.factories import make_notice, make_subscriber


def send(coach: FlaskClient, address: str = "/desk/notices/new", **boxes: Any) -> TestResponse:
    form = {
        "title": "Thursday’s group moves",
        "body": "We meet *online*.",
        "date": "2026-06-04",
        "time": "19:00",
        "end_time": "20:30",
        "place": "Online",
        "how_to_join": "Ring 3 on the door",
        "act": "save",
        "version": "0",
    }
    return coach.post(address, data=form | boxes)


def saved(session: Session) -> SessionNotice:
    session.rollback()
    return session.scalars(select(SessionNotice)).one()


def test_a_stranger_is_asked_to_sign_in(client: FlaskClient, session: Session) -> None:
    notice = make_notice(session)
    for address in ("", "new", f"{notice.id}"):
        assert client.get(f"/desk/notices/{address}").location.startswith("/desk/sign-in")
    client.post(f"/desk/notices/{notice.id}/withdraw")
    assert saved(session).published_at is not None


def test_a_notice_is_saved_and_found_again(coach: FlaskClient, session: Session) -> None:
    answer = send(coach)
    notice = saved(session)

    assert answer.location == f"/desk/notices/{notice.id}"
    assert notice.published_at is None
    assert notice.starts_at == datetime(2026, 6, 4, 23, tzinfo=UTC)
    assert notice.ends_at == datetime(2026, 6, 5, 0, 30, tzinfo=UTC)
    page = coach.get(answer.location).text
    for words in ("Saved. Only you can see it.", "2026-06-04", "19:00", "20:30", "Ring 3"):
        assert words in page
    assert "Thursday’s group moves" in coach.get("/desk/notices/").text


def test_two_texts_say_their_times_as_the_desk_does(coach: FlaskClient, session: Session) -> None:
    send(coach)
    send(coach, f"/desk/notices/{saved(session).id}", version="1")
    answer = send(coach, f"/desk/notices/{saved(session).id}", version="1", time="18:00")
    assert answer.status_code == 409
    compared = answer.text.replace("\u00a0", " ").partition('class="compared')[2]
    assert "<p>Day: 4 June 2026</p>" in compared
    assert "<p>Ends: 8:30 pm</p>" in compared
    assert "7:00</del>" in compared
    assert "6:00</ins> pm</p>" in compared


def test_until_further_notice_needs_no_times(coach: FlaskClient, session: Session) -> None:
    send(coach, rhythm="standing", date="nonsense", time="", end_time="")

    assert saved(session).until_further_notice


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        ({"title": " "}, "Give it a title first."),
        ({"title": "t" * 201}, "200 characters at most"),
        ({"body": "Hello " + "b" * 20_001}, "20,000 characters at most"),
        ({"place": "p" * 201}, "200 characters at most"),
        ({"how_to_join": "h" * 2_001}, "2,000 characters at most"),
        ({"date": ""}, "Choose a day, or choose"),
        ({"time": ""}, "Say when it starts."),
        ({"end_time": ""}, "Say when it ends."),
        ({"date": "soon"}, "Write the day like"),
        ({"time": "teatime"}, "Write the time like"),
        ({"end_time": "19:00"}, "It would end as it starts."),
        ({"date": "2027-03-14", "time": "02:30"}, "clocks go forward"),
        ({"date": "2027-03-14", "time": "01:00", "end_time": "02:30"}, "clocks go forward"),
        ({"date": "9999-12-31"}, "year looks wrong"),
        ({"date": "9999-12-31", "rhythm": "weekly"}, "year looks wrong"),
        ({"rhythm": "weekly", "last_on": "2026-06-03"}, "before the first one"),
        ({"rhythm": "weekly", "last_on": "some day"}, "Write the day like"),
        ({"rhythm": "weekly", "date": ""}, "Choose a day, or choose"),
        ({"rhythm": "yearly"}, "Not a valid choice"),
        ({"rhythm": "standing", "review_on": "2026-06-01"}, "This day is over."),
        ({"zone": "America/Torontoo"}, "Do you mean America/Toronto?"),
        ({"zone": "the moon"}, "Write it like America/Toronto"),
        ({"for_whom": "w" * 201}, "200 characters at most"),
        ({"date": "2026-06-01", "act": "publish"}, "That session is over."),
    ],
)
def test_a_fault_is_said_at_its_box_and_her_words_are_kept(
    coach: FlaskClient, session: Session, boxes: dict[str, str], words: str
) -> None:
    answer = send(coach, **boxes)

    assert answer.status_code == 422
    assert words in answer.text
    assert "Ring 3 on the door" in answer.text or "how_to_join" in boxes
    session.rollback()
    assert session.scalars(select(SessionNotice)).all() == []


def test_an_hour_that_comes_twice_is_said(coach: FlaskClient, session: Session) -> None:
    answer = send(coach, date="2026-11-01", time="01:30", end_time="02:30")

    assert saved(session).starts_at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert "show this time twice" in coach.get(answer.location).text


def test_publishing_with_the_box_ticked_reaches_readers_of_notices(
    coach: FlaskClient,
    client: FlaskClient,
    session: Session,
    work: Callable[[], None],
    letters: Callable[[], list[OpenLetter]],
) -> None:
    make_subscriber(session, "a@example.org", (Topic.NOTICES,))
    make_subscriber(session, "b@example.org", (Topic.ARTICLES,))

    answer = send(coach, act="publish", email="y")
    work()

    assert "It goes to 1 reader by email now." in coach.get(answer.location).text
    (letter,) = letters()
    assert "Ring 3 on the door" in letter.text
    assert "Thursday’s group moves" in client.get("/notices/").text


@pytest.mark.parametrize(
    ("time", "words", "letter_count"),
    [
        ("10:20", "It goes to 1 reader by email now.", 1),
        ("10:26", "It goes to 1 reader by email now.", 1),
        ("10:27", "It goes to 1 reader by email at 10:02\u00a0am.", 0),
    ],
)
def test_what_is_said_of_when_the_letter_goes_is_when_it_goes(
    app: Flask,
    coach: FlaskClient,
    session: Session,
    work: Callable[[], None],
    letters: Callable[[], list[OpenLetter]],
    time: str,
    words: str,
    letter_count: int,
) -> None:
    app.config["UNDO_MINUTES"] = 5
    make_subscriber(session, topics=(Topic.NOTICES,))
    answer = send(coach, date="2026-06-02", time=time, end_time="11:00", act="publish", email="y")
    work()

    assert words in coach.get(answer.location).text
    assert len(letters()) == letter_count


def test_publishing_without_the_box_sends_nothing(
    coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    make_subscriber(session, topics=(Topic.NOTICES,))

    send(coach, act="publish")
    work()

    assert session.scalars(select(Issue)).all() == []


def test_pressing_publish_twice_makes_one_issue(
    coach: FlaskClient, session: Session, work: Callable[[], None]
) -> None:
    send(coach, act="publish", email="y")
    work()
    answer = send(
        coach, f"/desk/notices/{saved(session).id}", act="publish", email="y", version="1"
    )
    work()

    assert "No second one goes out." in coach.get(answer.location).text
    session.rollback()
    assert len(session.scalars(select(Issue)).all()) == 1


def test_a_session_that_begins_at_once_promises_no_letter(
    coach: FlaskClient, clock: time_machine.Traveller
) -> None:
    answer = send(
        coach, date="2026-06-02", time="10:10", end_time="11:00", act="publish", email="y"
    )

    assert "too soon for a letter" in coach.get(answer.location).text


@pytest.mark.parametrize(
    ("time", "words"),
    [
        ("10:10", "Its last session begins too soon for a letter, so no email goes out."),
        ("09:30", "Its last session has begun, so no email goes out."),
    ],
)
def test_a_series_at_its_end_promises_no_letter(
    coach: FlaskClient, session: Session, work: Callable[[], None], time: str, words: str
) -> None:
    make_subscriber(session, topics=(Topic.NOTICES,))
    weekly = {"rhythm": "weekly", "date": "2026-05-26", "last_on": "2026-06-02"}
    answer = send(coach, **weekly, time=time, end_time="11:00", act="publish", email="y")
    work()

    assert words in coach.get(answer.location).text
    assert not saved(session).send_to_readers
    assert session.scalars(select(Issue)).all() == []


def test_a_stale_form_writes_nothing_and_shows_both_texts(
    coach: FlaskClient, session: Session
) -> None:
    send(coach)
    address = f"/desk/notices/{saved(session).id}"
    send(coach, address, body="From my phone.", version="1")

    answer = send(coach, address, body="From my laptop.", version="1")

    assert answer.status_code == 409
    assert "From my phone." in answer.text
    assert "From my laptop." in answer.text
    assert "phone" in saved(session).body_html
    shown = re.search(r'name="version"[^>]*value="(\d+)"', answer.text)
    assert shown
    assert shown[1] == "2"


def test_what_is_no_longer_true_is_taken_off_the_site(
    coach: FlaskClient, client: FlaskClient, session: Session
) -> None:
    notice = make_notice(session, starts_at=None, ends_at=None, slug="online")
    assert "Take it off the site" in coach.get(f"/desk/notices/{notice.id}").text

    answer = coach.post(f"/desk/notices/{notice.id}/withdraw")

    assert "It is off the site" in coach.get(answer.location).text
    assert client.get("/notices/online").status_code == 404


@pytest.mark.parametrize(
    "box", ["title", "body", "date", "time", "place", "how_to_join", "version"]
)
def test_nothing_that_is_typed_breaks_the_form(coach: FlaskClient, box: str) -> None:
    for text in ("\x00", "\u202e", "w" * 5_000, "{{7*7}}", "9" * 5_000, "\x85\r\n"):
        assert send(coach, **{box: text}).status_code in (303, 422)


def test_a_number_of_no_notice_is_not_found(coach: FlaskClient) -> None:
    for number in (0, 77, 2**31, 10**30):
        assert coach.get(f"/desk/notices/{number}").status_code == 404
        assert coach.post(f"/desk/notices/{number}").status_code == 404
        assert coach.post(f"/desk/notices/{number}/withdraw").status_code == 404
