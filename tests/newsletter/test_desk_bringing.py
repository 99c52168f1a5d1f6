"""Bringing in a list: the coach reads what would happen, presses once, and can take it back."""

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import looking, tokens
from hrsite.accounts.models import Account, AuditEvent
from hrsite.extensions import db
from hrsite.newsletter.models import Subscriber, SubscriptionState
from hrsite.newsletter.models_people import BroughtList
from tests import factories

LISTS = "/desk/subscribers/lists"
TEXT = (
    "Email,Status\nada@example.com,\nbea@example.com,\nleft@example.com,\ngone@example.com,"
    "unsubscribed\nnobody,\nADA@example.com,\n"
)
pytestmark = pytest.mark.usefixtures("clock")


def send(coach: FlaskClient, text: str = TEXT, **changes: object) -> tuple[int, str, str]:
    data: dict[str, object] = {
        "file": (io.BytesIO(text.encode()), "list.csv"),
        "topics": ["articles"],
        "consent": "said",
        "said_where": "The form on my old site",
        "said_on": "2026-05-03",
        "form_key": tokens.new_token(),
    }
    answer = coach.post(LISTS, data=data | changes, content_type="multipart/form-data")
    return answer.status_code, answer.text, answer.location or ""


def words(coach: FlaskClient, path: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", coach.get(path).text).split())


def test_all_that_would_happen_is_told_before_anything_does(
    coach: FlaskClient, session: Session
) -> None:
    factories.make_subscriber(session, "left@example.com", state=SubscriptionState.UNSUBSCRIBED)
    status, _, place = send(coach)
    assert status == 303
    page = words(coach, place)
    assert "Nothing has been written yet" in page
    assert "2 people will be added." in page
    assert "They said yes elsewhere: The form on my old site." in page
    assert "Left before: not added 1" in page
    assert "Left or never said yes, the file says: not added 1" in page
    assert "More than once in the file: taken once 1" in page
    assert "Not an address 1" in page
    assert "Line 6 This address has no @ sign." in page
    assert "Add 2 people" in page
    assert "example.com" not in page
    assert len(session.scalars(select(Subscriber)).all()) == 1


def test_the_file_is_sealed_and_erased_when_all_are_added(
    coach: FlaskClient, session: Session
) -> None:
    _, _, place = send(coach)
    with db.engine.connect() as connection:
        (row,) = connection.execute(sqlalchemy.text("SELECT * FROM brought_lists")).all()
    kept = b"|".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
    for name in (b"ada@", b"example.com", b"old site"):
        assert name not in kept
    assert coach.post(f"{place}/start").status_code == 303
    looking.do_what_is_due()
    assert "3 people were added. The file is erased." in words(coach, place)
    with db.engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SELECT people FROM brought_lists")).all() == [
            (None,)
        ]


def test_pressed_twice_it_is_done_once_and_undone_once(
    coach: FlaskClient, session: Session
) -> None:
    key = tokens.new_token()
    places = {send(coach, form_key=key)[2] for _ in range(2)}
    assert len(places) == 1
    place = places.pop()
    for _ in range(2):
        assert coach.post(f"{place}/start").status_code == 303
    assert "0 of 3 people looked at" in words(coach, place)
    looking.do_what_is_due()
    assert "Was this the wrong list?" in words(coach, place)
    for _ in range(2):
        assert coach.post(f"{place}/undo").status_code == 303
    looking.do_what_is_due()
    assert "3 people were taken off again" in words(coach, place)
    session.expire_all()
    assert session.scalars(select(Subscriber)).all() == []
    kinds = session.scalars(select(AuditEvent.kind).order_by(AuditEvent.id)).all()
    assert kinds == ["list_brought_in", "list_undone"]


def test_another_file_in_a_form_that_was_sent_before_is_another_list(coach: FlaskClient) -> None:
    key = tokens.new_token()
    first, again = (send(coach, form_key=key)[2] for _ in range(2))
    other = send(coach, "Email\ncy@example.com\n", form_key=key)[2]
    asked = send(coach, form_key=key, consent="ask")[2]
    assert first == again
    assert len({first, other, asked}) == 3
    assert "1 person will be added." in words(coach, other)


def test_a_list_nobody_wants_is_erased(coach: FlaskClient, session: Session) -> None:
    place = send(coach)[2]
    assert coach.post(f"{place}/forget").status_code == 303
    assert "Nobody was added." in words(coach, LISTS)
    assert session.scalars(select(BroughtList)).all() == []
    assert coach.get(place).status_code == 404


def test_a_list_that_was_used_is_not_forgotten_by_a_late_press(
    coach: FlaskClient, session: Session
) -> None:
    place = send(coach)[2]
    coach.post(f"{place}/start")
    coach.post(f"{place}/forget")
    assert len(session.scalars(select(BroughtList)).all()) == 1


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"file": (io.BytesIO(b""), "")}, "Choose the file."),
        ({"file": "words"}, "Choose the file."),
        ({"file": (io.BytesIO(b"PK\x03\x04"), "a.xlsx")}, "This is not a CSV file."),
        ({"file": (io.BytesIO(b"Name\nAda\n"), "a.csv")}, "No column of this file"),
        ({"topics": []}, "Choose at least one kind of letter."),
        ({"consent": ""}, "Choose how they said yes."),
        ({"said_where": ""}, "Say where"),
        ({"said_on": ""}, "Choose a day."),
        ({"said_on": "2027-01-01"}, "This day lies ahead."),
        ({"said_on": "soon"}, "Write the day like"),
    ],
)
def test_what_is_missing_is_said_at_its_box(
    coach: FlaskClient, session: Session, changes: dict[str, object], said: str
) -> None:
    status, page, _ = send(coach, **changes)
    assert status == 422
    assert said in page
    assert session.scalars(select(BroughtList)).all() == []


@pytest.mark.parametrize("database", ["sqlite"])
def test_to_ask_each_of_them_needs_no_proof(coach: FlaskClient) -> None:
    status, _, place = send(coach, consent="ask", said_where="", said_on="")
    assert status == 303
    assert "3 people get one letter that asks them to confirm." in words(coach, place)


def test_one_persons_page_tells_of_the_list(coach: FlaskClient) -> None:
    coach.post(f"{send(coach)[2]}/start")
    looking.do_what_is_due()
    answer = coach.post("/desk/subscribers", data={"address": "ada@example.com"})
    told = " ".join(answer.text.split())
    assert "Came with a list you brought in: articles" in told
    assert "Said yes elsewhere (The form on my old site) on 3 May 2026" in told


def test_what_became_of_a_list_is_told_for_longer_than_it_can_be_undone(
    coach: FlaskClient, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, "ada@example.com")
    place = send(coach, "Email\nada@example.com\n")[2]
    coach.post(f"{place}/start")
    looking.do_what_is_due()
    clock.shift(timedelta(hours=25))
    looking.do_what_is_due()
    factories.sign_in(coach, session.scalars(select(Account)).one())
    page = words(coach, place)
    assert "0 people were added." in page
    assert "On your list already: nothing changes for them 1" in page
