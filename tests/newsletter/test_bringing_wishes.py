"""Who wanted plain letters, or one a week, or none, where a list is from, has it so here."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter import explaining, subscribing
from hrsite.newsletter.models import Cadence, ConsentEvent, Subscriber
from hrsite.outbox.models import Delivery
from tests import factories
from tests.newsletter.test_bringing import add_all, undo_all

pytestmark = pytest.mark.usefixtures("clock")
PLAIN = "Email,Plain letters,Reminders\nada@example.com,yes,yes\nbea@example.com,no,\n"
Work = Callable[[], None]


@pytest.mark.parametrize("asks_all", [False, True])
def test_every_letter_to_them_is_plain_from_the_first_one(
    app: Flask, session: Session, work: Work, asks_all: bool
) -> None:
    add_all(session, factories.make_list(session, PLAIN, asks_all=asks_all))
    if not asks_all:
        factories.make_post(session, send_to_readers=True)
        work()
    copies = session.scalars(select(Delivery).order_by(Delivery.recipient_id)).all()
    assert [copy.is_discreet for copy in copies] == [True, False]
    kinds = session.scalars(select(ConsentEvent.kind).where(ConsentEvent.topic.is_(None)))
    assert list(kinds) == ["plain", "reminders"]


def test_what_the_list_said_is_no_deed_of_theirs_when_it_is_undone(
    app: Flask, session: Session
) -> None:
    add_all(session, brought := factories.make_list(session, PLAIN))
    undo_all(session, brought)
    assert (brought.removed_count, brought.kept_count) == (2, 0)
    assert session.scalars(select(ConsentEvent)).all() == []


def test_how_often_they_wanted_letters_is_known_when_they_choose_anew(
    app: Flask, session: Session, clock: Traveller
) -> None:
    add_all(session, factories.make_list(session, "Email,How often\nada@example.com,weekly\n"))
    clock.shift(60)
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    clock.shift(60)
    (ada,) = session.scalars(select(Subscriber))
    subscribing.choose_cadence(session, ada, Cadence.MONTHLY, our_clock.now())
    (missed,) = explaining.known_of(session, ada.address_key, our_clock.now()).missed
    assert missed.why == "They had chosen the weekly letter instead."
