"""Somebody takes another address while letters to her are on their way to the old one."""

import dataclasses
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.newsletter import leaving, moving, subscribing
from hrsite.newsletter.models import Subscriber, Topic
from hrsite.outbox import bouncing, claiming, suppression, tally
from hrsite.outbox.events import Event
from hrsite.outbox.numbering import letter_id_of
from hrsite.outbox.return_paths import return_paths
from tests import factories
from tests.outbox import returned_mail
from tests.outbox.ledger import (
    answer_to,
    look,
    mail_goes_to,
    put_letter,
    rows,
    states,
    while_in_the_air,
)
from tests.outbox.smtp_server import mail_server
from tests.outbox.test_bouncing import kept, take

pytestmark = pytest.mark.usefixtures("clock")
OLD, NEW = "ada@example.org", "ada@new.example"


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A site whose letters come back to an address of their own."""
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


@pytest.fixture
def ada(session: Session) -> Subscriber:
    return factories.make_subscriber(session, OLD)


def move(session: Session, ada: Subscriber) -> None:
    """She has pressed the button at her new address."""
    now = our_clock.now()
    change = factories.make_address_change(session, ada, NEW, "move", "stop")
    assert moving.make(session, change, now)
    session.commit()


def is_closed(session: Session, typed: str) -> bool:
    session.rollback()
    return suppression.is_suppressed(session, subscribing.key_of(addresses.check(typed)))


def test_what_comes_back_from_the_old_address_does_not_close_the_new_one(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller
) -> None:
    message = put_letter(session, OLD)
    look(app)
    (copy,) = rows(session, message.id)
    path = return_paths().return_path_for(copy.id, letter_id_of(copy)) or ""
    clock.shift(3600)
    move(session, ada)
    assert take(session, returned_mail.status_report(path))
    assert not is_closed(session, NEW)


def test_whoever_had_left_the_new_address_at_the_mail_service_leaves_nothing_for_her(
    session: Session, ada: Subscriber, clock: Traveller
) -> None:
    there = factories.make_subscriber(session, NEW)
    told = Event("postmark", "1", "unsubscribed", NEW)
    clock.shift(60)
    assert bouncing.take_event(session, told, our_clock.now())
    assert leaving.leave_as_told(session, our_clock.now()) == 1
    session.commit()
    assert subscribing.chosen_topics(there) == []
    clock.shift(60)
    move(session, ada)
    assert leaving.leave_as_told(session, our_clock.now()) == 0
    assert subscribing.chosen_topics(ada) == [Topic.ARTICLES]
    # Her own press there counts as everybody's does.
    clock.shift(60)
    assert bouncing.take_event(session, dataclasses.replace(told, key="2"), our_clock.now())
    assert leaving.leave_as_told(session, our_clock.now()) == 1


def test_a_letter_in_a_worker_s_hands_goes_to_the_new_address(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    put_letter(session, OLD)
    claimed = claiming.claim(session, "a slow worker", our_clock.now())
    session.commit()
    move(session, ada)
    assert claiming.permit(session, claimed, our_clock.now()) == []
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
        assert [letter.rcpt_tos for letter in inbox.envelopes] == [[NEW]]
    assert states(session) == {"accepted": 1}
    assert tally.check(session) == {}


@pytest.mark.parametrize("answer", ["550 5.1.1 no such mailbox", "552 5.2.2 mailbox full"])
def test_a_server_s_no_to_the_old_address_is_none_to_the_new_one(
    app: Flask, session: Session, ada: Subscriber, answer: str
) -> None:
    put_letter(session, OLD)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, lambda: move(session, ada), answer)
        look(app)
        assert not is_closed(session, NEW)
        assert kept(session) == []
        # What is said of the new address itself counts.
        answer_to(inbox, {NEW: "550 5.1.1 no such mailbox"})
        put_letter(session, NEW, key="issue/2")
        look(app)
    assert is_closed(session, NEW)


def test_what_is_on_its_way_to_the_new_address_already_keeps_its_number(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    message = put_letter(session, NEW)
    (copy,) = rows(session, message.id)
    number = letter_id_of(copy)
    path = return_paths().return_path_for(copy.id, number) or ""
    session.commit()
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, lambda: move(session, ada))
        look(app)
    (copy,) = rows(session, message.id)
    assert copy.recipient_id == ada.id
    assert letter_id_of(copy) == number
    assert take(session, returned_mail.status_report(path))


def test_a_letter_that_both_were_getting_does_not_stand_in_her_way(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    """Her new address was on the list too, and has left it while its copy is in the air."""
    there, here = factories.make_subscriber(session, NEW).id, ada.id
    message_id = put_letter(session, NEW, OLD).id
    session.rollback()

    def leave_and_move() -> None:
        with app.app_context():
            other = db.session()
            left = other.get_one(Subscriber, there)
            subscribing.unsubscribe(other, left, "letter", our_clock.now())
            move(other, other.get_one(Subscriber, here))

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, leave_and_move)
        look(app)
        look(app)  # Hers was claimed, and is due again with her new address.
    assert [one.rcpt_tos for one in inbox.envelopes] == [[NEW], [NEW]]
    assert states(session, message_id) == {"accepted": 2}
    assert tally.check(session) == {}
