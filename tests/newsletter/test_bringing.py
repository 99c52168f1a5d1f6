"""A list that is brought in: nobody twice, nobody against their will, undone without a trace."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.newsletter import bringing, consent, moving, subscribing, undoing
from hrsite.newsletter.models import Cadence, ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_people import BroughtList, ListState
from hrsite.outbox.folder import OpenLetter
from hrsite.outbox.models import Delivery, DeliveryState, Recipient
from tests import factories
from tests.outbox.ledger import close

pytestmark = pytest.mark.usefixtures("clock")
Letters = Callable[[], list[OpenLetter]]
NEW = "reader@new.example"
CONFIRMED, UNCONFIRMED, UNSUBSCRIBED = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED,
)


def file_of(count: int) -> str:
    return "Email\n" + "".join(f"reader{number}@example.com\n" for number in range(count))


def begin(session: Session, brought: BroughtList) -> None:
    assert bringing.start(session, brought.id, our_clock.now())
    session.commit()


def add_all(session: Session, brought: BroughtList) -> None:
    begin(session, brought)
    looking.do_what_is_due()
    session.expire_all()
    assert brought.state == ListState.ADDED


def undo_all(session: Session, brought: BroughtList) -> None:
    assert undoing.undo(session, brought.id, our_clock.now())
    session.commit()
    looking.do_what_is_due()
    session.expire_all()
    assert brought.state == ListState.UNDONE


def people(session: Session) -> dict[str, list[SubscriptionState]]:
    session.expire_all()
    return {
        one.address: [held.state for held in one.subscriptions]
        for one in session.scalars(select(Subscriber).order_by(Subscriber.id))
    }


def test_those_who_said_yes_elsewhere_are_added_with_the_proof(
    app: Flask, session: Session
) -> None:
    text = (
        "Email,State,Letters,How often,Said yes on\n"
        "ada@example.com,,articles notices,weekly,2025-03-04\nbea@example.com,,,,\n"
    )
    add_all(session, factories.make_list(session, text))
    assert people(session) == {
        "ada@example.com": [CONFIRMED, CONFIRMED],
        "bea@example.com": [CONFIRMED],
    }
    ada, _ = session.scalars(select(Subscriber).order_by(Subscriber.id))
    assert ada.cadence == Cadence.WEEKLY
    proofs = session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)).all()
    assert [(one.kind, one.how, one.said_on) for one in proofs] == [
        ("brought", "list", date(2025, 3, 4)),
        ("brought", "list", date(2025, 3, 4)),
        ("weekly", "list", None),
        ("brought", "list", date(2026, 5, 3)),
    ]


def test_those_who_are_to_be_asked_get_one_letter_and_nothing_else(
    app: Flask, session: Session, letters: Letters, clock: time_machine.Traveller
) -> None:
    add_all(session, factories.make_list(session, file_of(3), asks_all=True))
    assert list(people(session).values()) == [[UNCONFIRMED]] * 3
    assert sorted(one.letter.to for one in letters()) == [
        f"reader{number}@example.com" for number in range(3)
    ]
    links = {target for one in letters() for _, target in one.links if "/confirm/" in target}
    assert len(links) == 3
    clock.shift(timedelta(hours=30))
    looking.do_what_is_due()
    assert len(letters()) == 3


def test_whoever_the_file_says_has_not_confirmed_is_asked(
    app: Flask, session: Session, letters: Letters
) -> None:
    text = "email,status\nada@example.com,subscribed\nbea@example.com,pending\n"
    add_all(session, factories.make_list(session, text))
    assert people(session) == {"ada@example.com": [CONFIRMED], "bea@example.com": [UNCONFIRMED]}
    assert [one.letter.to for one in letters()] == ["bea@example.com"]


@pytest.mark.parametrize("asks_all", [True, False])
def test_nobody_is_changed_who_is_here_and_nobody_revived_who_has_left(
    app: Flask, session: Session, letters: Letters, asks_all: bool
) -> None:
    factories.make_subscriber(session, "here@example.com", (Topic.NOTICES,))
    factories.make_subscriber(session, "waits@example.com", state=UNCONFIRMED)
    factories.make_subscriber(session, "left@example.com", state=UNSUBSCRIBED)
    factories.make_subscriber(session, "shut@example.com")
    close(session, "shut@example.com")
    close(session, "stranger@example.com")
    # What a move leaves behind at the address before.
    moved = subscribing.key_of(addresses.check("moved@example.com"))
    consent.note(session, moved, "unsubscribed", None, "settings", our_clock.now())
    session.commit()
    before = people(session)
    names = ("here", "waits", "left", "shut", "stranger", "moved", "LEFT")
    text = "Email\n" + "\n".join(f"{name}@example.com" for name in names)
    brought = factories.make_list(session, text, asks_all=asks_all)
    add_all(session, brought)
    assert people(session) == before
    assert (brought.added_count, brought.here_count, brought.waiting_count) == (0, 1, 1)
    assert (brought.left_count, brought.closed_count, brought.twice_count) == (2, 2, 1)
    assert letters() == []


def test_a_second_press_adds_nobody_twice(app: Flask, session: Session) -> None:
    brought = factories.make_list(session, file_of(3))
    begin(session, brought)
    assert not bringing.start(session, brought.id, our_clock.now())
    looking.do_what_is_due()
    assert not bringing.start(session, brought.id, our_clock.now())
    session.commit()
    looking.do_what_is_due()
    session.expire_all()
    assert len(people(session)) == brought.added_count == 3


def test_killed_in_the_middle_it_goes_on_where_it_was(app: Flask, session: Session) -> None:
    brought = factories.make_list(session, file_of(2 * bringing.PART + 5))
    begin(session, brought)
    bringing.add_part(session, brought.id, our_clock.now())
    session.commit()
    # The second part was not committed when the worker was killed.
    bringing.add_part(session, brought.id, our_clock.now())
    session.rollback()
    assert len(people(session)) == brought.cursor == bringing.PART
    looking.do_what_is_due()
    session.expire_all()
    assert len(people(session)) == brought.added_count == 2 * bringing.PART + 5
    assert brought.state == ListState.ADDED


def test_a_worker_that_is_told_to_stop_leaves_the_rest_for_the_next(
    app: Flask, session: Session
) -> None:
    begin(session, brought := factories.make_list(session, file_of(5)))
    looking.do_what_is_due(lambda: True)
    session.expire_all()
    assert (brought.state, len(people(session))) == (ListState.ADDING, 0)
    looking.do_what_is_due()
    assert len(people(session)) == 5


def test_undo_takes_off_exactly_those_who_came_and_did_nothing_since(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_subscriber(session, "reader1@example.com", (Topic.NOTICES,))
    brought = factories.make_list(session, file_of(bringing.PART + 8))
    add_all(session, brought)
    assert brought.people is None
    clock.shift(timedelta(hours=1))
    now = our_clock.now()
    found = {one.address: one for one in session.scalars(select(Subscriber))}
    subscribing.unsubscribe(session, found["reader2@example.com"], "letter", now)
    subscribing.choose_cadence(session, found["reader3@example.com"], Cadence.WEEKLY, now)
    subscribing.choose_discreet(session, found["reader4@example.com"], True, now)
    factories.make_subscriber(session, "later@example.com")
    session.commit()
    undo_all(session, brought)
    assert sorted(people(session)) == [
        "later@example.com",
        *(f"reader{number}@example.com" for number in range(1, 5)),
    ]
    assert (brought.removed_count, brought.kept_count) == (bringing.PART + 4, 3)
    gone = subscribing.key_of(addresses.check("reader5@example.com"))
    proofs = select(ConsentEvent).where(ConsentEvent.address_key == gone)
    assert session.scalars(proofs).all() == []


def test_undo_takes_off_who_had_asked_once_in_vain_and_was_forgotten_before_it(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    ada = factories.make_subscriber(session, "ada@example.com", state=UNCONFIRMED)
    consent.note(session, ada.address_key, "asked", Topic.ARTICLES, "form", our_clock.now())
    session.commit()
    clock.shift(timedelta(days=15))
    looking.tidy_up()
    add_all(session, brought := factories.make_list(session, "Email\nada@example.com\n"))
    assert brought.added_count == 1
    undo_all(session, brought)
    assert (brought.removed_count, people(session)) == (1, {})


def test_undo_calls_back_the_letters_that_wait_and_keeps_whoever_confirmed(
    app: Flask, session: Session
) -> None:
    brought = factories.make_list(session, file_of(3), asks_all=True)
    begin(session, brought)
    bringing.add_part(session, brought.id, our_clock.now())
    session.commit()
    eager = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
    assert eager is not None
    subscribing.confirm(session, eager.links["confirm"], our_clock.now())
    session.commit()
    undo_all(session, brought)
    assert people(session) == {"reader0@example.com": [CONFIRMED]}
    rows = {copy.state for copy in session.scalars(select(Delivery)) if not copy.address}
    assert rows == {DeliveryState.WITHDRAWN}


def test_undo_stops_a_list_that_is_still_being_added(app: Flask, session: Session) -> None:
    brought = factories.make_list(session, file_of(bringing.PART + 5))
    begin(session, brought)
    bringing.add_part(session, brought.id, our_clock.now())
    session.commit()
    undo_all(session, brought)
    assert people(session) == {}
    assert brought.people is None


def test_undone_twice_or_a_day_later_nothing_happens(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    first = factories.make_list(session, "Email\nada@example.com\n")
    second = factories.make_list(session, "Email\nbea@example.com\n")
    add_all(session, first)
    add_all(session, second)
    undo_all(session, first)
    assert not undoing.undo(session, first.id, our_clock.now())
    clock.shift(timedelta(hours=24))
    assert not undoing.undo(session, second.id, our_clock.now())
    session.commit()
    assert list(people(session)) == ["bea@example.com"]


def test_an_undone_list_can_be_brought_in_anew(app: Flask, session: Session) -> None:
    first = factories.make_list(session, file_of(2))
    add_all(session, first)
    undo_all(session, first)
    again = factories.make_list(session, file_of(2))
    add_all(session, again)
    assert again.added_count == 2


def test_a_list_that_is_not_used_is_erased_after_a_day(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    factories.make_list(session)
    clock.shift(timedelta(hours=25))
    looking.do_what_is_due()
    session.expire_all()
    assert session.scalars(select(BroughtList)).all() == []


def test_a_list_that_waited_a_day_for_the_worker_is_added_all_the_same(
    app: Flask, session: Session, clock: time_machine.Traveller
) -> None:
    begin(session, factories.make_list(session, file_of(3)))
    clock.shift(timedelta(hours=25))
    looking.do_what_is_due()
    assert list(people(session).values()) == [[CONFIRMED]] * 3


def test_an_address_that_one_of_them_wished_for_goes_with_the_list(
    app: Flask, session: Session
) -> None:
    brought = factories.make_list(session, file_of(1))
    add_all(session, brought)
    moving.ask(session, session.scalars(select(Subscriber)).one(), NEW, our_clock.now())
    session.commit()
    looking.do_what_is_due()
    assert NEW in session.scalars(select(Recipient.address)).all()
    undo_all(session, brought)
    assert people(session) == {}
    assert NEW not in session.scalars(select(Recipient.address)).all()
