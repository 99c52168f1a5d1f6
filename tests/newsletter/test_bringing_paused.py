"""Who had paused where a list is from stays paused here, and the coach reads it before."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Subscriber
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.test_bringing import add_all, undo_all
from tests.newsletter.test_desk_bringing import send, words

pytestmark = pytest.mark.usefixtures("clock")
TEXT = (
    "Email,State,Letters,How often,Said yes on,Paused until\n"
    "ada@example.com,paused,articles,each,2025-03-04,2026-06-20\n"
    "bea@example.com,gets letters,articles,each,2025-03-04,\n"
)
Work = Callable[[], None]


def people(session: Session) -> list[Subscriber]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(select(Subscriber).order_by(Subscriber.id)))


def test_nothing_is_written_to_them_before_their_day_is_over(
    app: Flask, session: Session, work: Work, letters: Letters, clock: Traveller
) -> None:
    add_all(session, factories.make_list(session, TEXT))
    factories.make_post(session, send_to_readers=True)
    work()
    assert [letter.letter.to for letter in letters()] == ["bea@example.com"]
    clock.shift(timedelta(days=18, hours=13))
    ada, bea = people(session)
    assert ada.is_paused(our_clock.now())
    clock.shift(timedelta(hours=1))
    assert not ada.is_paused(our_clock.now())
    assert bea.paused_until is None


def test_the_coach_reads_it_before_they_are_added(coach: FlaskClient, session: Session) -> None:
    _, _, place = send(coach, TEXT)
    told = words(coach, place)
    assert "1 has paused, the file says. Nothing is written to them before" in told
    _, _, place = send(coach, TEXT, consent="ask")
    assert "1 has paused, the file says. They are asked at once" in words(coach, place)


def test_who_is_asked_to_confirm_has_no_pause(app: Flask, session: Session) -> None:
    add_all(session, factories.make_list(session, TEXT, asks_all=True))
    assert [one.paused_until for one in people(session)] == [None, None]


def test_the_proof_says_where_the_pause_is_from(coach: FlaskClient, session: Session) -> None:
    add_all(session, factories.make_list(session, TEXT))
    ask = {"address": "ada@example.com"}
    assert "paused until 20 June 2026" in coach.post("/desk/subscribers", data=ask).text
    proof = coach.post("/desk/subscribers", data=ask | {"proof": "1"}).text
    assert "The list you brought in said so" in " ".join(proof.split())


def test_a_pause_that_came_with_the_list_keeps_nobody_when_it_is_undone(
    app: Flask, session: Session, clock: Traveller
) -> None:
    brought = factories.make_list(session, TEXT)
    add_all(session, brought)
    clock.shift(timedelta(hours=1))
    undo_all(session, brought)
    assert people(session) == []


def test_who_pauses_after_that_stays_when_the_list_is_undone(
    app: Flask, session: Session, clock: Traveller
) -> None:
    brought = factories.make_list(session, TEXT)
    add_all(session, brought)
    clock.shift(timedelta(hours=1))
    subscribing.pause(session, people(session)[0], 1, our_clock.now())
    session.commit()
    undo_all(session, brought)
    assert [one.address for one in people(session)] == ["ada@example.com"]
