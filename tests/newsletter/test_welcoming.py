"""One welcome letter in a person's life here, and one reminder before her first yes."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.extensions import db, only_reads
from hrsite.newsletter import subscribing, welcoming
from hrsite.newsletter.models import Subscriber
from hrsite.newsletter.models_asking import AskedLetter
from hrsite.outbox import suppression
from tests.factories import make_help_line, make_list, make_subscriber
from tests.journeys.doors import Letters, MailProgram, ask_for_link, sign_up
from tests.newsletter.test_bringing import add_all

HOUR = timedelta(hours=1)
READER = "reader@example.org"
CONFIRM = "Please confirm your address"
Work = Callable[[], None]
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def reader(client: FlaskClient, work: Work, letters: Letters) -> MailProgram:
    """She has asked, and has the letter that asks her back."""
    sign_up(client, READER)
    work()
    return MailProgram(client, letters, READER)


def subjects(reader: MailProgram) -> list[str]:
    return [letter.letter.subject for letter in reader.inbox()]


def test_it_comes_once_however_often_she_presses_and_comes_back(
    reader: MailProgram, client: FlaskClient, work: Work, clock: Traveller
) -> None:
    reader.confirm()
    client.post(reader.path("confirm", 0))
    work()
    work()
    assert subjects(reader) == [CONFIRM, "Welcome"]
    client.post(reader.path("unsubscribe"), data={"button": "1"})
    clock.shift(48 * HOUR)
    sign_up(client, READER)
    work()
    reader.confirm()
    work()
    assert subjects(reader) == [CONFIRM, "Welcome", CONFIRM]


def test_it_says_who_helps_right_now_as_the_site_does(
    reader: MailProgram, work: Work, session: Session
) -> None:
    make_help_line(session)
    reader.confirm()
    work()
    welcome = reader.inbox()[-1]
    assert welcome.letter.subject == "Welcome"
    assert "Demo line: call or text 555-0100, any hour" in welcome.text
    assert "tel:5550100" in (welcome.html or "")


def test_the_coach_s_words_stand_in_it(
    coach: FlaskClient, client: FlaskClient, work: Work, letters: Letters
) -> None:
    assert "Thank you for saying yes" in coach.get("/desk/welcome").text
    words = {"is_on": "y", "body": "Good that **you** are here.", "version": "0"}
    assert coach.post("/desk/welcome", data=words).status_code == 303
    stale = coach.post("/desk/welcome", data=words | {"body": "Other words."})
    assert stale.status_code == 409
    assert "Other words." in stale.text
    sign_up(client, READER)
    work()
    reader = MailProgram(client, letters, READER)
    reader.confirm()
    work()
    welcome = reader.inbox()[-1]
    assert welcome.letter.subject == "Welcome"
    assert "Good that you are here." in welcome.text
    assert reader.path("settings")
    assert reader.path("unsubscribe")


def test_it_can_be_off(
    coach: FlaskClient, client: FlaskClient, work: Work, letters: Letters
) -> None:
    assert coach.post("/desk/welcome", data={"is_on": "y", "version": "0"}).status_code == 422
    coach.post("/desk/welcome", data={"body": "x", "version": "0"})
    sign_up(client, READER)
    work()
    reader = MailProgram(client, letters, READER)
    reader.confirm()
    work()
    coach.post("/desk/welcome", data={"is_on": "y", "body": "x", "version": "1"})
    work()
    assert subjects(reader) == [CONFIRM]


def test_two_workers_and_a_kill_make_one(
    app: Flask, reader: MailProgram, session: Session, work: Work
) -> None:
    reader.confirm()
    session.rollback()
    token = only_reads.set(False)
    try:
        with app.app_context():
            for number in welcoming.to_welcome(db.session()):
                welcoming.welcome(db.session(), number, our_clock.now())
            db.session.rollback()  # Killed before its commit.
        with app.app_context():
            # The one looked before the other had written.
            numbers = welcoming.to_welcome(db.session())
            db.session.rollback()
            work()
            for number in numbers:
                welcoming.welcome(db.session(), number, our_clock.now())
            db.session.commit()
    finally:
        only_reads.reset(token)
    work()
    assert numbers
    assert subjects(reader) == [CONFIRM, "Welcome"]


def test_whoever_left_before_it_was_written_gets_none(
    reader: MailProgram, session: Session, work: Work
) -> None:
    reader.confirm()
    session.rollback()
    person = session.scalars(select(Subscriber)).one()
    subscribing.unsubscribe(session, person, "settings", our_clock.now())
    session.commit()
    work()
    assert subjects(reader) == [CONFIRM]


@pytest.mark.parametrize(("hours", "count"), [(23, 1), (24, 2), (47, 2), (48, 1)])
def test_one_reminder_after_a_day_and_before_two(
    reader: MailProgram, work: Work, clock: Traveller, hours: int, count: int
) -> None:
    clock.shift(hours * HOUR)
    work()
    work()
    clock.shift(200 * HOUR)
    work()
    assert subjects(reader) == [CONFIRM] * count


def test_whoever_has_answered_is_not_reminded(
    reader: MailProgram, work: Work, clock: Traveller
) -> None:
    reader.confirm()
    clock.shift(25 * HOUR)
    work()
    assert subjects(reader) == [CONFIRM, "Welcome"]


def test_a_reminder_counts_among_the_letters_a_stranger_can_set_off(
    reader: MailProgram, client: FlaskClient, work: Work, clock: Traveller
) -> None:
    clock.shift(24 * HOUR)
    sign_up(client, READER)
    work()
    work()
    assert subjects(reader) == [CONFIRM, CONFIRM], "asked anew, and not reminded besides"
    clock.shift(20 * HOUR)
    work()
    assert subjects(reader) == [CONFIRM, CONFIRM]


def test_the_reminder_s_button_confirms(reader: MailProgram, work: Work, clock: Traveller) -> None:
    clock.shift(30 * HOUR)
    work()
    assert "We do not ask again" in reader.inbox()[-1].text
    assert "Thank you. You are on the list" in reader.confirm().text


def test_who_chose_plain_letters_meanwhile_is_welcomed_in_plain_words(
    app: Flask, reader: MailProgram, work: Work
) -> None:
    reader.confirm()
    with app.app_context():
        db.session.scalars(select(Subscriber)).one().is_discreet = True
        db.session.commit()
    work()
    assert subjects(reader) == [CONFIRM, "A note from Jordan"]
    welcome = reader.inbox()[-1]
    assert "Steady Ground" not in welcome.text
    assert reader.path("settings")
    assert reader.path("unsubscribe")


def test_a_first_yes_on_the_page_behind_her_own_link_is_a_yes_like_any_other(
    reader: MailProgram, client: FlaskClient, work: Work, session: Session, clock: Traveller
) -> None:
    clock.shift(49 * HOUR)
    ask_for_link(client, READER)
    work()
    key = session.scalars(select(Subscriber)).one().address_key
    suppression.suppress(session, key, "full for weeks", our_clock.now(), "soft")
    session.commit()
    for topics in ("notices", "articles"):
        assert client.post(reader.path("settings"), data={"topics": topics}).status_code == 200
        work()
    assert subjects(reader) == [CONFIRM, "Your link", "Welcome"]
    session.rollback()
    asked = session.scalars(select(AskedLetter).where(AskedLetter.is_to_confirm)).one()
    assert asked.confirmed_at == our_clock.now()
    assert not suppression.is_suppressed(session, key)


def test_whoever_gets_letters_and_wants_more_of_them_is_not_welcomed(
    client: FlaskClient, session: Session, work: Work, letters: Letters
) -> None:
    add_all(session, make_list(session, f"Email\n{READER}\n"))
    path = f"/settings/{session.scalars(select(Subscriber)).one().links['settings']}"
    for topics in (["articles", "notices"], [], ["articles"]):
        client.post(path, data={"topics": topics})
        work()
    assert letters() == []


def test_an_old_link_opens_no_address_from_which_letters_come_back(
    client: FlaskClient, session: Session
) -> None:
    ada = make_subscriber(session, READER)
    path, key = f"/settings/{ada.links['settings']}", ada.address_key
    suppression.suppress(session, key, "no such user", our_clock.now())
    session.commit()
    for topics in (["notices"], [], ["articles"]):
        client.post(path, data={"topics": topics})
    assert suppression.is_suppressed(session, key)


def test_who_left_and_says_yes_by_her_old_link_is_no_machine_and_not_welcomed_again(
    reader: MailProgram, client: FlaskClient, work: Work, session: Session, clock: Traveller
) -> None:
    reader.confirm()
    work()
    settings = reader.path("settings")
    client.post(settings, data={"stop": "1"})
    clock.shift(48 * HOUR)
    sign_up(client, READER)
    work()
    client.post(settings, data={"topics": "articles"})
    work()
    assert subjects(reader) == [CONFIRM, "Welcome", CONFIRM]
    session.rollback()
    asked = session.scalars(select(AskedLetter).where(AskedLetter.is_to_confirm)).all()
    assert all(letter.confirmed_at for letter in asked)
