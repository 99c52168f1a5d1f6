"""“It was not me” works for three days, whatever somebody else presses at the new address."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.newsletter import moving, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState
from hrsite.newsletter.models_moving import AddressChange
from hrsite.outbox.models import Recipient
from tests import factories
from tests.journeys.doors import Letters, MailProgram
from tests.outbox.meeting import beside

pytestmark = pytest.mark.usefixtures("clock")
OLD, NEW, THIRD = "ada@example.org", "not.ada@new.example", "nor.she@third.example"
HOUR = timedelta(hours=1)
ON_POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"])
Ask = Callable[[str, str], str]
Mail = Callable[[str], MailProgram]
Work = Callable[[], None]


@pytest.fixture
def ada(session: Session) -> Subscriber:
    return factories.make_subscriber(session, OLD)


@pytest.fixture
def mail(client: FlaskClient, letters: Letters) -> Mail:
    return lambda address: MailProgram(client, letters, address)


@pytest.fixture
def ask(client: FlaskClient, session: Session, work: Work, clock: Traveller) -> Ask:
    """Somebody asks on her settings page for another address; both letters come. The page."""

    def press(old: str, new: str) -> str:
        clock.shift(60)
        path = f"/settings/{at(session, old).links['settings']}/address"
        page = client.post(path, data={"address": new}).text
        work()
        return page

    return press


@pytest.fixture
def taken(client: FlaskClient, ada: Subscriber, ask: Ask, mail: Mail) -> str:
    """Her letters go elsewhere; the address of the page in her own letter about it."""
    ask(OLD, NEW)
    assert "Your letters come here now" in client.post(mail(NEW).path("move")).text
    return mail(OLD).path("stay")


def at(session: Session, typed: str) -> Subscriber:
    session.rollback()
    session.expire_all()
    found = subscribing.find_by_address(session, typed)
    assert found is not None
    return found


def here(session: Session) -> list[str]:
    session.rollback()
    session.expire_all()
    return [person.address for person in session.scalars(select(Subscriber))]


def known(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Recipient.address)))


def test_after_a_change_there_is_no_other_until_it_can_be_stopped_no_more(
    client: FlaskClient, session: Session, ask: Ask, mail: Mail, clock: Traveller, taken: str
) -> None:
    clock.shift(24 * HOUR)
    for address in (THIRD, OLD):
        assert "For three days the one before can take them back" in ask(NEW, address)
    assert mail(THIRD).inbox() == []
    assert client.get(taken).status_code == 200
    assert "It is stopped" in client.post(taken).text
    assert here(session) == [OLD]


def test_after_three_days_they_can_go_on_to_a_third_address(
    client: FlaskClient, session: Session, ask: Ask, mail: Mail, clock: Traveller, taken: str
) -> None:
    clock.shift(72 * HOUR)
    assert client.get(taken).status_code == 404
    assert "Look in the new mailbox" in ask(NEW, THIRD)
    client.post(mail(THIRD).path("move"))
    assert here(session) == [THIRD]
    # And the address before that one alone can take it back.
    assert "It is stopped" in client.post(mail(NEW).path("stay")).text
    assert here(session) == [NEW]


@pytest.mark.parametrize("is_made", [False, True])
@pytest.mark.parametrize("which", [0, 1])
def test_each_letter_about_it_stops_it_though_a_newer_wish_came(
    client: FlaskClient, session: Session, ada: Subscriber, ask: Ask, mail: Mail, which: int,
    is_made: bool,
) -> None:  # fmt: skip
    stolen = f"/settings/{ada.links['settings']}"
    ask(OLD, NEW)
    ask(OLD, THIRD)
    if is_made:
        client.post(mail(THIRD).path("move"))
        assert here(session) == [THIRD]
    path = mail(OLD).path("stay", which)
    assert client.get(path).status_code == 200
    assert "It is stopped" in client.post(path).text
    assert here(session) == [OLD]
    assert client.get(stolen).status_code == 404
    assert client.post(mail(THIRD).path("move")).status_code == 404
    assert session.scalars(select(AddressChange)).all() == []


def test_a_newer_wish_ends_the_one_before_and_forgets_its_address_at_once(
    client: FlaskClient, session: Session, ada: Subscriber, ask: Ask, mail: Mail
) -> None:
    ask(OLD, NEW)
    ask(OLD, THIRD)
    assert client.get(mail(NEW).path("move")).status_code == 404
    assert client.post(mail(NEW).path("move")).status_code == 404
    assert here(session) == [OLD]
    assert NEW not in known(session)


def test_stopping_forgets_the_new_address_and_calls_the_letter_there_back(
    session: Session, ada: Subscriber, mail: Mail, work: Work
) -> None:
    now = our_clock.now()
    moving.ask(session, ada, NEW, now)
    session.flush()
    (number,) = moving.unwritten(session)
    moving.write(session, number, now)
    session.commit()
    assert moving.stop(session, session.get_one(AddressChange, number), now)
    session.commit()
    assert NEW not in known(session)
    work()
    assert mail(NEW).inbox() == []


def test_stopped_after_all_letters_were_stopped_the_page_says_that_none_come(
    client: FlaskClient, session: Session, taken: str
) -> None:
    client.post(f"/settings/{at(session, NEW).links['settings']}", data={"stop": "1"})
    page = client.post(taken).text
    assert here(session) == [OLD]
    assert "no letters come now" in page
    assert "Email me my link" in page


def test_stopped_while_letters_are_paused_the_page_says_so(
    client: FlaskClient, session: Session, taken: str
) -> None:
    client.post(f"/settings/{at(session, NEW).links['settings']}", data={"pause": "1"})
    page = " ".join(client.post(taken).text.split())
    assert "They are paused until" in page
    assert "2 July 2026" in page


def test_nobody_takes_the_new_address_from_her_while_the_old_one_can_take_her_back(
    client: FlaskClient, session: Session, ask: Ask, mail: Mail, taken: str, clock: Traveller
) -> None:
    client.post(f"/settings/{at(session, NEW).links['settings']}", data={"stop": "1"})
    factories.make_subscriber(session, THIRD)
    clock.shift(24 * HOUR)
    ask(THIRD, NEW)
    answer = client.post(mail(NEW).path("move")).text
    assert "Somebody uses this address already" in answer
    assert "It is stopped" in client.post(taken).text
    assert sorted(here(session)) == [OLD, THIRD]
    assert "Your letters come here now" in client.post(mail(NEW).path("move")).text


def test_of_who_was_erased_there_is_nothing_to_take_back(
    client: FlaskClient, session: Session, taken: str
) -> None:
    client.post(f"/settings/{at(session, NEW).links['settings']}/erase")
    answer = client.post(taken)
    assert answer.status_code == 404
    assert "Sign up again" in answer.text
    assert here(session) == []


def test_who_makes_room_leaves_no_address_that_she_had_asked_for(
    client: FlaskClient, session: Session, ask: Ask, mail: Mail, clock: Traveller
) -> None:
    """She had left her letters, and wished them elsewhere all the same."""
    left = SubscriptionState.UNSUBSCRIBED
    factories.make_subscriber(session, NEW, state=left)
    factories.make_subscriber(session, OLD)
    ask(NEW, THIRD)
    assert THIRD in known(session)
    clock.shift(25 * HOUR)
    ask(OLD, NEW)
    client.post(mail(NEW).path("move"))
    assert here(session) == [NEW]
    assert THIRD not in known(session)


@ON_POSTGRESQL
def test_pressed_while_the_change_is_made_it_is_taken_back(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    number = factories.make_address_change(session, ada, NEW, "m" * 64, "s" * 64).id
    session.rollback()
    assert moving.make(session, session.get_one(AddressChange, number), our_clock.now())
    session.flush()

    def stop(another: Session) -> None:
        change = another.get_one(AddressChange, number)
        assert moving.stop(another, change, our_clock.now())

    with beside(app, session, stop):
        pass
    assert here(session) == [OLD]


@ON_POSTGRESQL
def test_a_change_that_is_made_twice_at_once_is_made_once(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())
    number = factories.make_address_change(session, ada, NEW, "m" * 64, "s" * 64).id
    session.rollback()
    assert moving.make(session, session.get_one(AddressChange, number), our_clock.now())
    session.flush()

    def make_too(another: Session) -> None:
        assert moving.make(another, another.get_one(AddressChange, number), our_clock.now())

    with beside(app, session, make_too):
        pass
    assert here(session) == [NEW]
    moved = select(ConsentEvent.former_key).where(ConsentEvent.kind == "moved")
    assert session.scalars(moved).all() == [subscribing.key_of(addresses.check(OLD))]


@ON_POSTGRESQL
def test_a_change_that_is_stopped_at_that_moment_is_not_made(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    number = factories.make_address_change(session, ada, NEW, "m" * 64, "s" * 64).id
    session.rollback()
    assert moving.stop(session, session.get_one(AddressChange, number), our_clock.now())
    session.flush()

    def make(another: Session) -> None:
        with pytest.raises(moving.Gone):
            moving.make(another, another.get_one(AddressChange, number), our_clock.now())

    with beside(app, session, make):
        pass
    assert here(session) == [OLD]


@ON_POSTGRESQL
def test_a_newer_wish_meets_the_button_of_the_one_before(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    number = factories.make_address_change(session, ada, NEW, "m" * 64, "s" * 64).id
    session.rollback()
    assert moving.make(session, session.get_one(AddressChange, number), our_clock.now())
    session.flush()

    def ask_anew(another: Session) -> None:
        person = another.get_one(Subscriber, ada.id)
        with pytest.raises(moving.NotNow):
            moving.ask(another, person, THIRD, our_clock.now())

    with beside(app, session, ask_anew):
        pass
    assert here(session) == [NEW]


def test_the_night_forgets_all_of_it(
    session: Session, ada: Subscriber, ask: Ask, clock: Traveller
) -> None:
    ask(OLD, NEW)
    ask(OLD, THIRD)
    session.rollback()
    clock.shift(72 * HOUR)
    looking.tidy_up()
    session.rollback()
    assert session.scalars(select(AddressChange)).all() == []
    assert not {NEW, THIRD} & set(known(session))
