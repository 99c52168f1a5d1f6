"""The coach sees who waits for an answer, and may forget an hour in which a machine was at work."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as site_clock
from hrsite.accounts.models import AuditEvent
from hrsite.newsletter import asking
from hrsite.newsletter.models_asking import SignupRequest
from tests.journeys.doors import Letters, sign_up
from tests.statements import noted_statements

WAITING = "/desk/subscribers/waiting"
Work = Callable[[], None]


@pytest.fixture
def hours(app: Flask, coach: FlaskClient, clock: Traveller) -> list[str]:
    """Three bots in one hour, and a person in the next: the names of the two hours' boxes."""
    clock.shift(-timedelta(hours=1))
    for number in range(3):
        sign_up(app.test_client(), f"victim{number}@example.org")
    clock.shift(timedelta(hours=1))
    sign_up(app.test_client(), "person@example.org")
    return re.findall(r'name="hours"[^>]*value="(\d+)"', coach.get(WAITING).text)


def kept(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(SignupRequest.address).order_by(SignupRequest.id)))


def test_each_hour_is_shown_with_its_number_and_nobodys_address(
    coach: FlaskClient, hours: list[str]
) -> None:
    page = " ".join(coach.get(WAITING).text.split())
    assert len(hours) == 2
    assert "4 requests wait for an answer." in page
    assert "Tuesday 2 June 2026 at 9:00" in page
    assert ": 3 requests" in page
    assert ": 1 request" in page
    assert "example.org" not in page


def test_a_flood_is_counted_where_it_lies(session: Session, clock: Traveller) -> None:
    hour = site_clock.now().replace(minute=0, second=0, microsecond=0)
    for ago in (timedelta(hours=-1), timedelta(milliseconds=1), timedelta(hours=1)) * 20:
        asking.request_signup(session, "someone@example.org", [], "network", hour - ago)
    session.flush()
    with noted_statements() as said:
        told = asking.waiting(session)
    assert list(told.items()) == [
        (hour - timedelta(hours=1), 40),
        (hour + timedelta(hours=1), 20),
    ]
    assert ["count(" in one.sql for one in said] == [True]


def test_the_hours_she_ticks_are_forgotten_and_the_others_are_answered(
    coach: FlaskClient, session: Session, hours: list[str], work: Work, letters: Letters
) -> None:
    answer = coach.post(WAITING, data={"hours": hours[:1]}, follow_redirects=True)
    assert "3 requests are forgotten. No letter goes to them." in answer.text
    assert kept(session) == ["person@example.org"]
    work()
    assert [letter.letter.to for letter in letters()] == ["person@example.org"]
    assert "Nobody waits for an answer." in coach.get(WAITING).text
    done = session.scalars(select(AuditEvent).where(AuditEvent.kind == "requests_forgotten")).one()
    assert done.detail == "3"


@pytest.mark.parametrize("chosen", [[], ["2026"], ["x' OR 1=1"], ["2099010100"]])
def test_nothing_ticked_forgets_nothing_and_says_so(
    coach: FlaskClient, session: Session, hours: list[str], chosen: list[str]
) -> None:
    answer = coach.post(WAITING, data={"hours": chosen})
    assert answer.status_code == 422
    assert "Tick at least one hour." in answer.text
    assert len(kept(session)) == 4
