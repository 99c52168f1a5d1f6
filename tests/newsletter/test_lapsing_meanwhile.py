"""Who says yes, on PostgreSQL, in the moment in which she would be forgotten."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import consent, lapsing, subscribing
from hrsite.newsletter.models import Subscriber, SubscriptionState, Topic
from tests import factories
from tests.outbox.meeting import beside

pytestmark = pytest.mark.parametrize("database", ["postgresql"])
ADA = "ada@example.org"
TIME = timedelta(days=14)


@pytest.fixture
def ada(session: Session, clock: Traveller) -> Subscriber:
    """She asked more than 14 days ago, and has said nothing."""
    waiting = SubscriptionState.UNCONFIRMED
    person = factories.make_subscriber(session, ADA, state=waiting)
    session.commit()
    clock.shift(TIME + timedelta(minutes=1))
    return person


def forget(session: Session) -> None:
    now = our_clock.now()
    lapsing.forget_unconfirmed(session, now - TIME, now)


def topics(session: Session, number: int) -> list[Topic]:
    session.rollback()
    session.expire_all()
    found = session.get(Subscriber, number)
    return subscribing.chosen_topics(found) if found else []


def say_she_had_left(session: Session, ada: Subscriber, at: datetime) -> None:
    consent.note(session, ada.address_key, "unsubscribed", Topic.ARTICLES, "letter", at)
    session.commit()


@pytest.mark.parametrize("has_left_before", [False, True])
def test_a_yes_in_that_moment_counts(
    app: Flask, session: Session, ada: Subscriber, has_left_before: bool
) -> None:
    if has_left_before:
        say_she_had_left(session, ada, ada.created_at - timedelta(days=1))
    number = ada.id
    assert subscribing.confirm(session, ada.links["confirm"], our_clock.now())
    session.flush()
    with beside(app, session, forget):
        pass
    assert topics(session, number) == [Topic.ARTICLES]


def test_asking_anew_in_that_moment_counts(app: Flask, session: Session, ada: Subscriber) -> None:
    number, now = ada.id, our_clock.now()
    lapsing.begin_anew(ada, now)
    session.flush()
    with beside(app, session, forget):
        pass
    session.expire_all()
    assert session.get(Subscriber, number)


def test_a_yes_a_moment_too_late_is_told_that_its_link_is_no_more(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    token, answers = ada.links["confirm"], []
    forget(session)
    session.flush()

    def confirm(another: Session) -> None:
        answers.append(subscribing.confirm(another, token, our_clock.now()))

    with beside(app, session, confirm):
        pass
    assert answers == [None]
