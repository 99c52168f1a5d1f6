"""How often, pause, go on: on the page behind the link, without a script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import audience
from hrsite.newsletter.models import Cadence, ConsentEvent, Subscriber, Topic
from tests import factories
from tests.outbox.ledger import states
from tests.posts.test_desk_publishing import make_draft, plan

pytestmark = pytest.mark.usefixtures("clock")
Work = Callable[[], None]


@pytest.fixture
def settings(session: Session) -> str:
    """The address of a reader's settings page."""
    return f"/settings/{factories.make_subscriber(session).links['settings']}"


def reader(session: Session) -> Subscriber:
    session.rollback()
    return session.scalars(select(Subscriber)).one()


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(ConsentEvent.kind).order_by(ConsentEvent.id)))


@pytest.mark.parametrize("cadence", Cadence)
def test_a_reader_chooses_how_often(
    client: FlaskClient, session: Session, settings: str, cadence: Cadence
) -> None:
    answer = client.post(settings, data={"topics": "articles", "cadence": cadence.value})
    assert re.search(rf'value="{cadence.value}"\s+checked', answer.text)
    assert reader(session).cadence == cadence
    assert kinds(session) == ([] if cadence == Cadence.EACH else [cadence.value])


@pytest.mark.parametrize("words", [{}, {"cadence": "hourly"}, {"cadence": "\x00"}, {"pause": "99"}])
def test_what_we_do_not_know_changes_nothing(
    client: FlaskClient, session: Session, settings: str, words: dict[str, str]
) -> None:
    client.post(settings, data={"topics": "articles", "cadence": "weekly"})
    client.post(settings, data={"topics": "articles"} | words)
    assert reader(session).cadence == Cadence.WEEKLY
    assert reader(session).paused_until is None


@pytest.mark.parametrize(("months", "until"), [("1", (7, 2)), ("3", (9, 2))])
def test_a_pause_says_until_when_and_ends_by_itself_or_by_a_button(
    client: FlaskClient, session: Session, settings: str, clock: Traveller, months: str,
    until: tuple[int, int],
) -> None:  # fmt: skip
    end = datetime(2026, *until, 14, tzinfo=UTC)
    answer = client.post(settings, data={"pause": months})
    assert reader(session).paused_until == end
    assert re.search(rf'Paused until\s+<time datetime="{end:%Y-%m-%d}', answer.text)
    assert reader(session).subscriptions[0].state == "confirmed"
    answer = client.post(settings, data={"go_on": "1"})
    assert "Go on now" not in answer.text
    assert not reader(session).is_paused(our_clock.now())
    assert kinds(session) == ["paused", "went_on"]
    client.post(settings, data={"pause": months})
    clock.move_to(datetime(2026, 9, 3, 14, tzinfo=UTC))
    assert "Go on now" not in client.get(settings).text


def test_a_paused_reader_gets_nothing_and_stands_in_the_numbers(
    client: FlaskClient, coach: FlaskClient, session: Session, work: Work, settings: str
) -> None:
    draft = make_draft(session)
    client.post(settings, data={"pause": "1"})
    factories.make_subscriber(session, "other@example.org")
    for number, cadence in enumerate((Cadence.WEEKLY, Cadence.WEEKLY, Cadence.MONTHLY)):
        person = factories.make_subscriber(session, f"reader{number}@example.org")
        person.cadence = cadence
    session.commit()
    told = plan(coach, draft).text
    assert (
        "and to 1 reader. 2 get it in the weekly letter, 1 gets it in the monthly letter,"
        " 1 is paused." in told
    )
    assert "Publish and send to 1 reader" in told
    factories.make_post(session, send_to_readers=True)
    work()
    assert states(session) == {"accepted": 1}
    issue = coach.get("/desk/issues/1").text
    assert "Had paused, and get nothing meanwhile" in issue
    assert "Get it in the weekly letter" in issue
    counted = audience.counts(session, Topic.ARTICLES, our_clock.now())
    assert (counted.ready, counted.weekly, counted.monthly, counted.paused) == (1, 2, 1, 1)
    assert "1 has paused" in coach.get("/desk/subscribers").text


def test_pausing_calls_back_what_still_waits(
    client: FlaskClient, session: Session, settings: str, work: Work
) -> None:
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    client.post(settings, data={"pause": "3"})
    work()
    assert states(session) == {"withdrawn": 1}


def test_a_notice_comes_at_once_however_rarely_she_wants_articles(
    client: FlaskClient, session: Session, work: Work, clock: Traveller
) -> None:
    person = factories.make_subscriber(session, topics=tuple(Topic))
    topics = ["articles", "notices"]
    client.post(
        f"/settings/{person.links['settings']}", data={"topics": topics, "cadence": "monthly"}
    )
    factories.make_notice(session, send_to_readers=True)
    clock.shift(timedelta(minutes=1))
    work()
    assert states(session) == {"accepted": 1}
