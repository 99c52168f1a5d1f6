"""Who typed an address is answered by letter, as many in an hour as there may be; others wait."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import asking
from hrsite.newsletter.forms import NOTHING_TICKED
from tests.conftest import AppMaker
from tests.journeys.doors import Letters, sign_up

pytestmark = pytest.mark.usefixtures("clock")
READERS = [f"reader{number}@example.org" for number in range(9)]
MOST = 2


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    return make_app(SIGNUP_MOST_AN_HOUR=MOST)


def test_no_more_letters_go_than_the_hour_has_room_for_and_who_waits_gets_hers_later(
    client: FlaskClient, work: Callable[[], None], letters: Letters, clock: Traveller
) -> None:
    for reader in READERS[:5]:
        sign_up(client, reader)
    counts = []
    for _ in range(4):
        work()
        work()
        counts.append(len(letters()))
        clock.shift(timedelta(hours=1))
    assert counts == [2, 4, 5, 5]
    assert sorted(one.letter.to for one in letters()) == READERS[:5]


def test_of_a_flood_no_more_is_looked_at_than_its_letters_are_worth(
    client: FlaskClient, session: Session
) -> None:
    """Or the letters of everybody else would wait until all of it was looked through."""
    for reader in READERS:
        sign_up(client, reader)
    assert len(asking.due(session, our_clock.now())) == MOST * asking.FOR_EACH_LETTER


@pytest.mark.parametrize("topics", [(), ("nothing we know",)])
def test_whoever_ticks_nothing_is_asked_for_a_tick_and_for_no_yes(
    client: FlaskClient, session: Session, topics: tuple[str, ...]
) -> None:
    answer = sign_up(client, READERS[0], topics)
    assert answer.status_code == 422
    assert re.findall(r'id="topics-error">([^<]*)<', answer.text) == [NOTHING_TICKED]
    assert " checked" not in answer.text
    assert f'value="{READERS[0]}"' in answer.text
    assert asking.due(session, our_clock.now()) == []
    assert sign_up(client, READERS[0], ("notices",)).status_code == 303
