"""Who gets a topic now, and the numbers the coach sees before she presses the button."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter import audience
from hrsite.newsletter.models import SubscriptionState, Topic
from hrsite.outbox.models import Recipient
from tests import factories
from tests.outbox.ledger import close

CONFIRMED, UNCONFIRMED, UNSUBSCRIBED = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED,
)


def addresses_of(session: Session, topic: Topic) -> list[str]:
    return on_list(session, clock.now(), topic)


def on_list(session: Session, at: datetime, topic: Topic = Topic.ARTICLES) -> list[str]:
    numbers = [row.recipient_id for row in session.execute(audience.audience(topic, at))]
    return sorted(session.get_one(Recipient, number).address for number in numbers)


def test_only_those_who_confirmed_the_topic_are_written_to(session: Session) -> None:
    factories.make_subscriber(session, "both@example.org", tuple(Topic))
    factories.make_subscriber(session, "notes@example.org", (Topic.NOTICES,))
    factories.make_subscriber(session, "new@example.org", tuple(Topic), UNCONFIRMED)
    factories.make_subscriber(session, "gone@example.org", tuple(Topic), UNSUBSCRIBED)
    assert addresses_of(session, Topic.ARTICLES) == ["both@example.org"]
    assert addresses_of(session, Topic.NOTICES) == ["both@example.org", "notes@example.org"]


def test_a_reader_of_two_topics_stands_in_each_once(session: Session) -> None:
    factories.make_subscriber(session, topics=tuple(Topic))
    for topic in Topic:
        assert len(addresses_of(session, topic)) == 1


def test_the_numbers_name_everybody_once(session: Session) -> None:
    for number, state in enumerate([CONFIRMED] * 3 + [UNCONFIRMED] * 2 + [UNSUBSCRIBED]):
        factories.make_subscriber(session, f"reader{number}@example.org", state=state)
    for closed in ("reader0@example.org", "reader3@example.org"):
        close(session, closed)
    assert audience.counts(session, Topic.ARTICLES, clock.now()) == audience.AudienceCounts(
        ready=2, unconfirmed=2, left=1, blocked=1
    )


@pytest.mark.parametrize("topic", Topic)
def test_with_nobody_on_the_list_every_number_is_nought(session: Session, topic: Topic) -> None:
    assert audience.counts(session, topic, clock.now()) == audience.AudienceCounts()
    assert addresses_of(session, topic) == []


def test_whoever_confirms_after_the_list_was_begun_is_not_on_it(session: Session) -> None:
    factories.make_subscriber(session, "early@example.org")
    begun = clock.now()
    late = factories.make_subscriber(session, "late@example.org")
    late.subscriptions[0].changed_at = begun + timedelta(seconds=1)
    session.commit()
    assert on_list(session, begun) == ["early@example.org"]
