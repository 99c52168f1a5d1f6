"""Who had other addresses before is erased at each of them, and nobody is who came to one since."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import looking
from hrsite.newsletter import subscribing
from hrsite.newsletter.models import Subscriber
from tests import factories
from tests.journeys.doors import Letters, MailProgram

pytestmark = pytest.mark.usefixtures("clock")
WORK, HOME = "ada@work.example", "ada@home.example"
Work = Callable[[], None]
Move = Callable[[str, str], None]


@pytest.fixture
def move(client: FlaskClient, session: Session, letters: Letters, work: Work) -> Move:
    """A reader's letters go from one address to another, by both letters and the button."""

    def go(old: str, new: str) -> None:
        client.post(f"{settings(session, old)}/address", data={"address": new})
        work()
        client.post(MailProgram(client, letters, new).path("move"))

    return go


def settings(session: Session, typed: str) -> str:
    session.rollback()
    session.expire_all()
    person = subscribing.find_by_address(session, typed)
    assert person is not None
    return f"/settings/{person.links['settings']}"


def erase(client: FlaskClient, session: Session, typed: str) -> None:
    assert "You are erased" in client.post(f"{settings(session, typed)}/erase").text


def here(session: Session) -> list[str]:
    session.rollback()
    session.expire_all()
    return sorted(person.address for person in session.scalars(select(Subscriber)))


def night(session: Session, clock: Traveller) -> None:
    session.rollback()
    clock.shift(timedelta(hours=12))
    looking.tidy_up()


def test_who_moves_to_an_address_that_was_erased_before_stays(
    client: FlaskClient, session: Session, move: Move, clock: Traveller
) -> None:
    factories.make_subscriber(session, WORK)
    factories.make_subscriber(session, HOME)
    clock.shift(timedelta(days=1))
    erase(client, session, HOME)
    clock.shift(timedelta(days=7))
    move(WORK, HOME)
    night(session, clock)
    assert here(session) == [HOME]
