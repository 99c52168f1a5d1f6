"""The day of a yes: in the file that the coach takes with her, in a list she brings, as proof."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import consent, listknowing, saying_yes, taking_out
from hrsite.newsletter.models import Subscriber, Topic
from tests import factories
from tests.newsletter.following import ADA
from tests.newsletter.test_bringing import add_all
from tests.newsletter.test_desk_bringing import send, words
from tests.statements import noted_statements

pytestmark = pytest.mark.usefixtures("clock")
DAY = timedelta(days=1)


def in_the_file(session: Session) -> dict[str, str]:
    text = "".join(taking_out.parts(session, ",", our_clock.now()))
    return {line["\ufeffEmail"]: line["Said yes on"] for line in csv.DictReader(io.StringIO(text))}


def said(
    session: Session,
    kind: str,
    how: str = "form",
    said_on: date | None = None,
    words_version: str = consent.CONSENT_VERSION,
) -> None:
    key = session.scalars(select(Subscriber)).one().address_key
    now = our_clock.now()
    consent.note(session, key, kind, Topic.ARTICLES, how, now, words_version, said_on)
    session.commit()


def test_who_came_with_a_list_keeps_the_day_of_it(app: Flask, session: Session) -> None:
    text = "Email,Said yes on\nada@example.com,2025-03-04\nbea@example.com,\n"
    add_all(session, factories.make_list(session, text))
    file = {"ada@example.com": "2025-03-04", "bea@example.com": "2026-05-03"}
    assert in_the_file(session) == file


def test_the_day_is_that_of_the_button_and_of_what_she_told_the_coach_before(
    session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, ADA)
    said(session, "asked")
    clock.shift(DAY)
    said(session, "confirmed", "letter")
    clock.shift(30 * DAY)
    said(session, "chosen", "settings")
    assert in_the_file(session) == {ADA: "2026-06-03"}
    said(session, "asked", "in_person", said_on=date(2026, 5, 9))
    assert in_the_file(session) == {ADA: "2026-05-09"}


def test_what_was_said_before_she_left_counts_no_more_unless_she_came_back_at_once(
    session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, ADA)
    said(session, "brought", "list", said_on=date(2024, 1, 2))
    said(session, "unsubscribed", "letter")
    said(session, "returned", "letter")
    assert in_the_file(session) == {ADA: "2024-01-02"}
    said(session, "unsubscribed", "letter")
    clock.shift(30 * DAY)
    said(session, "confirmed", "letter")
    assert in_the_file(session) == {ADA: "2026-07-02"}


def test_the_days_of_all_are_one_query(session: Session) -> None:
    for number in range(5):
        factories.make_subscriber(session, f"reader{number}@example.com")
    keys = [one.address_key for one in session.scalars(select(Subscriber))]
    with noted_statements() as asked:
        saying_yes.days(session, keys)
    assert len(asked) == 1


@pytest.mark.parametrize("name", ["Signed up", "Signed up at", "Sign up", "Created at"])
def test_a_column_of_the_day_somebody_signed_up_is_known(name: str) -> None:
    text = f"Email,{name}\nada@example.com,2025-03-04\n".encode()
    (person,) = listknowing.read(text, our_clock.now().date()).people
    assert person.said_on == date(2025, 3, 4)


def test_the_page_says_which_day_is_kept_when_the_file_has_none(coach: FlaskClient) -> None:
    _, _, place = send(coach, file=(io.BytesIO(b"Email\nada@example.com\n"), "a.csv"))
    page = words(coach, place)
    assert "No day was found in the file, so 3 May 2026 is kept as proof for all of them." in page
    assert "The day in the file is kept" not in page
    dated = b"Email,Signed up\nbea@example.com,2025-03-04\n"
    _, _, place = send(coach, file=(io.BytesIO(dated), "a.csv"))
    page = words(coach, place)
    assert "The day in the file is kept as proof; where there is none, 3 May 2026." in page


def proof_of(coach: FlaskClient, address: str) -> str:
    page = coach.post("/desk/subscribers", data={"address": address, "proof": "1"})
    return " ".join(page.text.split())


def test_of_who_came_with_a_list_the_proof_says_that_they_read_no_words_here(
    app: Flask, coach: FlaskClient, session: Session
) -> None:
    add_all(session, factories.make_list(session))
    page = proof_of(coach, "ada@example.com")
    assert "What they read there this site does not know." in page
    for untrue in ("Only a press of", "could read the mail of this address", "gets one letter"):
        assert untrue not in page
    said(session, "chosen", "settings")
    page = proof_of(coach, "ada@example.com")
    assert "Only a press of" in page
    assert "this site does not know" not in page


def test_of_whom_the_coach_added_the_proof_says_that_no_button_was_pressed(
    coach: FlaskClient, session: Session
) -> None:
    factories.make_subscriber(session, ADA)
    said(session, "asked", "in_person", words_version=consent.NOT_OURS, said_on=date(2026, 5, 9))
    assert "none of these steps was a press of a button here" in proof_of(coach, ADA)
