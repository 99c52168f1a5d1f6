"""How the list stands: each person counts once, and each day is kept as numbers alone."""

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.newsletter import standing
from hrsite.newsletter.models import SubscriptionState, Topic
from hrsite.newsletter.models_people import DailyTally
from hrsite.newsletter.standing import DayStanding, Standing
from tests import factories
from tests.outbox.ledger import close

pytestmark = pytest.mark.usefixtures("clock")
TODAY = date(2026, 6, 2)


def people_of_every_kind(session: Session) -> None:
    now = our_clock.now()
    factories.make_subscriber(session, "both@example.org", tuple(Topic))
    factories.make_subscriber(session, "one@example.org")
    factories.make_subscriber(session, "p@example.org").paused_until = now + timedelta(days=1)
    factories.make_subscriber(session, "back@example.org").paused_until = now
    new, gone = SubscriptionState.UNCONFIRMED, SubscriptionState.UNSUBSCRIBED
    factories.make_subscriber(session, "new@example.org", tuple(Topic), new)
    factories.make_subscriber(session, "gone@example.org", tuple(Topic), gone)
    close(session, factories.make_subscriber(session, "shut@example.org").address)
    half = factories.make_subscriber(session, "half@example.org", tuple(Topic))
    half.subscriptions[0].state = gone
    session.commit()


def test_each_person_counts_once(session: Session) -> None:
    people_of_every_kind(session)
    counted = standing.now_standing(session, our_clock.now())
    assert counted == Standing(getting=4, paused=1, waiting=1, left=1, closed=1)
    assert counted.all == 8


def test_an_empty_list_counts_nobody(session: Session) -> None:
    assert standing.now_standing(session, our_clock.now()) == Standing()


def test_every_night_keeps_a_line_and_the_last_of_a_day_holds(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, "one@example.org")
    looking.tidy_up()
    factories.make_subscriber(session, "two@example.org")
    looking.tidy_up()
    session.expire_all()
    (line,) = session.scalars(select(DailyTally))
    assert (line.day, line.getting_count) == (TODAY, 2)
    clock.shift(timedelta(days=2))
    factories.make_subscriber(session, "three@example.org")
    told = standing.days(session, our_clock.now())
    assert told == [
        DayStanding(TODAY, Standing(getting=2)),
        DayStanding(TODAY + timedelta(days=2), Standing(getting=3)),
    ]


@pytest.mark.parametrize("database", ["sqlite"])
def test_a_long_time_is_thinned_evenly_and_ends_today(app: Flask) -> None:
    told = [DayStanding(TODAY + timedelta(days=number), Standing()) for number in range(100)]
    shown = standing.thinned(told, 27)
    assert len(shown) == 25
    assert shown[-1] == told[-1]
    assert {(later.day - one.day).days for one, later in zip(shown, shown[1:], strict=False)} == {4}
    assert standing.thinned(told[:3], 27) == told[:3]
