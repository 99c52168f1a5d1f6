"""Machines that type in other people's addresses: victims are spared, and real readers served.

Small here; `make trial-floods` takes the full size: a thousand times one victim, and ten thousand.
"""

import os
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, config
from hrsite import clock as our_clock
from hrsite.newsletter import subscribing
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.outbox.models import Delivery, OutboxMessage, Recipient
from tests.conftest import A_TUESDAY, AppMaker
from tests.journeys.doors import STAMP

IS_FULL = bool(os.environ.get("FLOODS"))
FOR_ONE, FOR_MANY = (1_000, 10_000) if IS_FULL else (120, 120)
DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
TEN_MINUTES = timedelta(minutes=10)
LOOK_EVERY = timedelta(minutes=15)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
Work = Callable[[], None]


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """A site with the limits it has by itself."""
    return make_app(SIGNUP_FREE_A_DAY=config.read_settings({"MODE": "demo"})["SIGNUP_FREE_A_DAY"])


def network(number: int) -> str:
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def type_in(app: Flask, address: str, where: str) -> None:
    """Open the form on some network, fill it in and send it."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = where
    stamp = STAMP.search(browser.get("/signup").text)
    assert stamp
    form = {"address": address, "topics": "articles", "stamp": stamp[1], "website": ""}
    assert browser.post("/signup", data=form).status_code == 303


def written(session: Session, address: str = "") -> list[datetime]:
    """When letters to confirm were written down, to one address or to all."""
    session.rollback()
    moments = select(OutboxMessage.created_at).select_from(Delivery)
    moments = moments.join(Delivery.message).join(Delivery.recipient)
    if address:
        key = subscribing.key_of(addresses.check(address))
        moments = moments.where(Recipient.address_key == key)
    named = OutboxMessage.key.startswith("confirm/") | OutboxMessage.key.startswith("reminder/")
    return sorted(session.scalars(moments.where(named)))


def waiting(session: Session) -> int:
    session.rollback()
    return session.scalars(select(func.count()).select_from(SignupRequest)).one()


def most_within(moments: Iterable[datetime], span: timedelta) -> int:
    moments = sorted(moments)
    return max(sum(begin <= one < begin + span for one in moments) for begin in moments)


@ON_SQLITE
def test_very_many_networks_ask_for_one_victim_who_gets_a_letter_a_day_and_three_a_month(
    app: Flask, session: Session, clock: Traveller, work: Work
) -> None:
    for number in range(FOR_ONE):
        clock.move_to(A_TUESDAY + timedelta(days=31) * number / FOR_ONE)
        type_in(app, "victim@example.org", network(number))
        if number % 5 == 0:
            work()
    work()
    moments = written(session, "victim@example.org")
    assert most_within(moments, DAY) == 1
    assert most_within(moments, timedelta(days=30)) == 3
    assert len(moments) == 4  # The fourth when the month of the first is over.
    assert waiting(session) == 0


@ON_SQLITE
@pytest.mark.parametrize("of_a_network", [1, 100], ids=["a network each", "few networks"])
def test_very_many_victims_at_once_and_the_real_readers_among_them(
    app: Flask,
    coach: FlaskClient,
    session: Session,
    clock: Traveller,
    work: Work,
    of_a_network: int,
) -> None:
    real = {number: f"real{number}@example.org" for number in (3, FOR_MANY // 2, FOR_MANY - 1)}
    for number in range(FOR_MANY):
        clock.move_to(A_TUESDAY + TEN_MINUTES * number / FOR_MANY)
        type_in(app, f"victim{number}@example.org", network(number // of_a_network))
        if number in real:
            type_in(app, real[number], f"192.0.2.{len(real) + number % 200}")
        if number % (FOR_MANY // 10) == 0:
            work()
    work()
    # Nobody is lost: who has no letter yet waits.
    assert len(written(session)) + waiting(session) == FOR_MANY + len(real)
    assert waiting(session) > 0
    desk, health = (" ".join(coach.get(f"/desk/{page}").text.split()) for page in ("", "health"))
    for page in (desk, health):
        if of_a_network == 1:
            assert "Very many people ask for letters. 60 letters went out in the last hour." in page
            assert "will get it, a few each hour. Nobody is lost" in page
    unanswered = set(real.values())
    # At twelve an hour, each at its turn.
    longest = (FOR_MANY / of_a_network / 12 + 4) * HOUR
    while unanswered and our_clock.now() < A_TUESDAY + longest:
        clock.shift(LOOK_EVERY)
        work()
        for address in list(unanswered):
            if written(session, address):
                _say_yes(session, address)
                unanswered.remove(address)
    assert not unanswered
    moments = written(session)
    assert most_within(moments, HOUR) <= 60
    later = [one for one in moments if one > A_TUESDAY + 2 * HOUR]
    assert not later or most_within(later, HOUR) <= 12, "nearly nobody says yes, so it is slower"


def _say_yes(session: Session, address: str) -> None:
    person = subscribing.find_by_address(session, address)
    assert person is not None
    assert subscribing.confirm(session, person.links["confirm"], our_clock.now())
    session.commit()
