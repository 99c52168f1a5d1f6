"""The proof of consent of somebody who takes an address that another reader had left."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.newsletter import consent, explaining, moving, subscribing
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.models import ConsentEvent, Subscriber, Topic
from hrsite.newsletter.models_moving import AddressChange
from tests import factories

OLD, NEW = "ada@example.org", "bea@example.org"
HERS = [("confirmed", Topic.ARTICLES), ("moved", None)]


def key(typed: str) -> str:
    return subscribing.key_of(addresses.check(typed))


def said(session: Session, typed: str) -> list[tuple[str, Topic | None]]:
    session.commit()
    lines = select(ConsentEvent).where(ConsentEvent.address_key == key(typed))
    return [(one.kind, one.topic) for one in session.scalars(lines.order_by(ConsentEvent.id))]


def say_yes(session: Session, typed: str) -> Subscriber:
    person, now = factories.make_subscriber(session, typed), our_clock.now()
    consent.note(session, person.address_key, "confirmed", Topic.ARTICLES, "letter", now)
    return person


@pytest.fixture
def change(app: Flask, session: Session, clock: Traveller) -> AddressChange:
    """Ada said yes; Bea did, and left. Then Ada took her address."""
    ada = say_yes(session, OLD)
    bea = say_yes(session, NEW)
    clock.shift(timedelta(days=1))
    subscribing.unsubscribe(session, bea, "letter", our_clock.now())
    session.commit()
    clock.shift(timedelta(days=1))
    change = factories.make_address_change(session, ada, NEW, "move", "stop")
    assert moving.make(session, change, our_clock.now())
    session.commit()
    return change


def test_it_says_what_she_did_herself(session: Session, change: AddressChange) -> None:
    assert said(session, NEW) == HERS
    assert said(session, OLD) == [("unsubscribed", None)]


def test_put_back_it_says_no_more_and_the_other_stays_a_leaver(
    session: Session, change: AddressChange, clock: Traveller
) -> None:
    clock.shift(60)
    assert moving.stop(session, change, our_clock.now())
    assert said(session, OLD) == [*HERS, ("moved", None)]
    assert verdict(session, key(NEW)) == Verdict.LEFT
    assert verdict(session, key(OLD)) == Verdict.HERE


def test_why_a_letter_did_not_come_is_not_told_of_the_other(
    session: Session, change: AddressChange, clock: Traveller
) -> None:
    clock.shift(60)
    ada = subscribing.find_by_key(session, key(NEW))
    assert ada
    subscribing.pause(session, ada, 1, our_clock.now())
    clock.shift(60)
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    (missed,) = explaining.known_of(session, key(NEW), our_clock.now()).missed
    assert missed.why == "They had paused all letters."
