"""Whoever left by way of the mail service has left, and comes back by their own yes alone."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter.models import Subscriber, Topic
from hrsite.outbox import bouncing, suppression
from hrsite.outbox.events import Event
from hrsite.outbox.models import Suppression
from tests import factories
from tests.journeys import doors
from tests.journeys.doors import Letters

ADA = "ada@example.org"
Work = Callable[[], None]
Kinds = pytest.mark.parametrize("kind", ["soft", "hard", "complaint"])


def closed(session: Session) -> list[str]:
    session.rollback()
    return [one.kind for one in session.scalars(select(Suppression))]


def topics(session: Session) -> dict[str, str]:
    session.rollback()
    ada = session.scalars(select(Subscriber)).one()
    return {held.topic.value: held.state.value for held in ada.subscriptions}


def close(session: Session, ada: Subscriber, kind: suppression.SuppressionKind) -> None:
    suppression.suppress(session, ada.address_key, "It came back.", our_clock.now(), kind)
    session.commit()


@pytest.fixture
def ada(session: Session, clock: Traveller) -> Subscriber:
    return factories.make_subscriber(session, ADA, (Topic.ARTICLES,))


def test_whoever_complained_has_left_after_the_next_look(
    session: Session, work: Work, ada: Subscriber
) -> None:
    close(session, ada, "complaint")
    work()
    assert topics(session) == {"articles": "unsubscribed"}


def test_a_bounce_makes_nobody_leave(session: Session, work: Work, ada: Subscriber) -> None:
    close(session, ada, "hard")
    work()
    assert topics(session) == {"articles": "confirmed"}


def test_whoever_left_at_the_mail_service_has_left_after_the_next_look(
    client: FlaskClient, session: Session, work: Work, clock: Traveller, ada: Subscriber
) -> None:
    clock.shift(60)
    told = Event("postmark", "1", "unsubscribed", ADA)
    assert bouncing.take_event(session, told, our_clock.now())
    session.commit()
    work()
    assert topics(session) == {"articles": "unsubscribed"}
    assert closed(session) == []
    clock.shift(60)
    client.post(f"/settings/{ada.links['settings']}", data={"topics": ["articles"]})
    work()
    assert topics(session)["articles"] == "confirmed"


@Kinds
def test_signing_up_again_opens_nothing_until_they_say_yes(
    client: FlaskClient, session: Session, work: Work, letters: Letters, ada: Subscriber,
    kind: suppression.SuppressionKind,
) -> None:  # fmt: skip
    close(session, ada, kind)
    work()
    answer = doors.sign_up(client, ADA)
    work()
    assert answer.status_code == 303
    (letter,) = letters()
    assert f"/confirm/{ada.links['confirm']}" in str(letter.links)
    assert closed(session) == [kind]
    work()
    assert "unsubscribed" not in topics(session).values()  # What waits for their yes goes on.
    client.post(f"/confirm/{ada.links['confirm']}")
    assert closed(session) == []
    assert set(topics(session).values()) == {"confirmed"}


def test_a_closed_address_is_asked_once_a_month_however_often_it_is_typed(
    client: FlaskClient, session: Session, work: Work, letters: Letters, ada: Subscriber,
    clock: Traveller,
) -> None:  # fmt: skip
    close(session, ada, "hard")
    for _ in range(4):
        doors.sign_up(client, ADA)
        work()
        clock.shift(60 * 60 * 24 * 3)
    assert len(letters()) == 1


def test_whoever_asked_never_to_be_written_to_gets_no_letter_at_all(
    client: FlaskClient, session: Session, work: Work, letters: Letters, ada: Subscriber
) -> None:
    close(session, ada, "erased")
    doors.sign_up(client, ADA)
    doors.ask_for_link(client, ADA)
    work()
    assert letters() == []


def test_choosing_a_topic_again_ends_a_complaint_and_no_bounce(
    client: FlaskClient, session: Session, work: Work, ada: Subscriber
) -> None:
    close(session, ada, "complaint")
    work()
    client.post(f"/settings/{ada.links['settings']}", data={"topics": ["articles"]})
    work()
    assert topics(session)["articles"] == "confirmed"
    assert closed(session) == []
    close(session, ada, "hard")
    client.post(f"/settings/{ada.links['settings']}", data={"topics": ["articles", "notices"]})
    assert closed(session) == ["hard"]
