"""When a session ends: the day is named where it is another one."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import letters_sessions
from hrsite.notices import wording
from hrsite.notices.models import Rhythm
from tests.factories import make_notice

NINE = datetime(2026, 6, 5, 1, 0, tzinfo=UTC)  # Thursday evening in Toronto.
PAGES = ("/notices/", "/notices/group", "/notices/?plain=1")


def seen(client: FlaskClient, path: str) -> str:
    return " ".join(client.get(path).text.replace("\u00a0", " ").replace("&nbsp;", " ").split())


@pytest.mark.parametrize(
    ("hours", "said", "letter"),
    [
        (2, "Ends at 11:00 pm.", "until 11:00 pm"),
        (3, "Ends on Friday 5 June at 12:00 am.", "until Friday 5 June at 12:00 am"),
        (5, "Ends on Friday 5 June at 2:00 am.", "until Friday 5 June at 2:00 am"),
        (23, "Ends on Friday 5 June at 8:00 pm.", "until Friday 5 June at 8:00 pm"),
    ],
)
def test_a_session_that_ends_on_another_day_names_it_on_each_page_and_in_letters(
    client: FlaskClient,
    session: Session,
    clock: time_machine.Traveller,
    hours: int,
    said: str,
    letter: str,
) -> None:
    notice = make_notice(
        session, slug="group", starts_at=NINE, ends_at=NINE + timedelta(hours=hours)
    )
    for path in PAGES:
        assert said in seen(client, path)
    for wording_of_letter in letters_sessions.first(session, notice, our_clock.now()):
        assert letter in wording_of_letter.text.replace("\u00a0", " ").replace("\n", " ")


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (time(19), "every Thursday at 7:00 pm, Toronto time, until 9:00 pm"),
        (time(23), "every Thursday at 11:00 pm, Toronto time, until 1:00 am the next day"),
    ],
)
def test_a_series_that_ends_on_the_next_day_says_so(
    app: Flask, session: Session, clock: time_machine.Traveller, start: time, words: str
) -> None:
    notice = make_notice(
        session, starts_at=None, rhythm=Rhythm.WEEKLY, first_on=date(2026, 6, 4),
        start_time=start, length_minutes=120,
    )  # fmt: skip
    assert wording.every(notice).replace("\u00a0", " ") == words
