"""Choosing and leaving, through the doors."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite.newsletter.models import (
    Subscriber,
    SubscriptionState,
    Topic,
)
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.journeys.doors import Letters, sign_up
from tests.outbox.ledger import rows

Work = Callable[[], None]
CONFIRMED, UNCONFIRMED, UNSUBSCRIBED = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED,
)


def states(session: Session) -> dict[str, str]:
    session.expire_all()
    return {
        held.topic: held.state
        for reader in session.scalars(select(Subscriber))
        for held in reader.subscriptions
    }


def test_settings_turn_topics_on_and_off_and_call_waiting_letters_back(
    client: FlaskClient, session: Session, clock: Traveller, work: Work, letters: Letters
) -> None:
    ada = factories.make_subscriber(session, "ada@example.org", (Topic.ARTICLES,))
    path = f"/settings/{ada.links['settings']}"
    assert "a•••@example.org" in client.get(path).text
    assert "ada@" not in client.get(path).text
    assert client.post(path, data={"topics": ["notices"]}).status_code == 200
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED, Topic.NOTICES: CONFIRMED}
    factories.make_post(session, send_to_readers=True)
    factories.make_notice(session, title="A notice", send_to_readers=True)
    work()
    assert [letter.letter.subject for letter in letters()] == ["A notice"]


def test_stop_everything_on_the_settings_page_leaves_both_topics(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session, topics=tuple(Topic))
    client.post(f"/settings/{ada.links['settings']}", data={"topics": ["articles"], "stop": "1"})
    assert set(states(session).values()) == {UNSUBSCRIBED}


def test_a_mail_program_is_told_yes_even_for_a_link_nobody_knows(
    client: FlaskClient, session: Session
) -> None:
    answer = client.post("/unsubscribe/AAAAAAAAAAAAAAAAAAAAAA", data={"List-Unsubscribe": "x"})
    assert answer.status_code == 200


def test_opening_the_unsubscribe_link_changes_nothing_and_its_button_does(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session)
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.get(path)
    assert states(session) == {Topic.ARTICLES: CONFIRMED}
    assert "Nothing more will be sent" in client.post(path, data={"button": "1"}).text
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED}


def test_leaving_can_be_undone_for_an_hour_and_not_longer(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session)
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.post(path, data={"button": "1"})
    clock.shift(timedelta(minutes=59))
    assert client.post(f"{path}/undo").status_code == 200
    assert states(session) == {Topic.ARTICLES: CONFIRMED}
    client.post(path, data={"button": "1"})
    clock.shift(timedelta(minutes=61))
    assert client.post(f"{path}/undo").status_code == 404
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED}


def test_the_undo_page_says_that_a_letter_that_waited_does_not_come(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session)
    factories.make_post(session, title="Taken back", send_to_readers=True)
    factories.open_issues(session)
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.post(path, data={"button": "1"})
    page = client.post(f"{path}/undo").text
    assert [row.state for row in rows(session)] == [DeliveryState.WITHDRAWN]
    assert "If one was waiting when you left, it was taken back at once" in page
    assert "go on as before" not in page


def test_undo_brings_back_the_last_leaving_and_no_earlier_choice(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session, topics=tuple(Topic))
    client.post(f"/settings/{ada.links['settings']}", data={"topics": ["notices"]})
    clock.shift(timedelta(minutes=5))
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.post(path, data={"button": "1"})
    client.post(f"{path}/undo")
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED, Topic.NOTICES: CONFIRMED}


@pytest.mark.parametrize("first", [{"button": "1"}, {"List-Unsubscribe": "One-Click"}])
def test_a_later_press_promises_no_longer_an_undo_than_there_is(
    client: FlaskClient, session: Session, clock: Traveller, first: dict[str, str]
) -> None:
    ada = factories.make_subscriber(session)
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.post(path, data=first)
    clock.shift(timedelta(minutes=50))
    page = client.post(path, data={"button": "1"})
    assert "11:00" in page.text  # An hour after the first press, not after this one.
    assert "11:50" not in page.text
    clock.shift(timedelta(minutes=9))
    assert "Undo" in client.post(path, data={"button": "1"}).text
    clock.shift(timedelta(minutes=1))
    page = client.post(path, data={"button": "1"})
    assert page.status_code == 200
    assert "Nothing more will be sent" in page.text
    assert "ndo" not in page.text
    assert client.post(f"{path}/undo").status_code == 404
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED}


def test_whoever_had_nothing_to_leave_is_offered_no_undo(
    client: FlaskClient, session: Session, clock: Traveller
) -> None:
    ada = factories.make_subscriber(session, state=UNCONFIRMED)
    page = client.post(f"/unsubscribe/{ada.links['unsubscribe']}", data={"button": "1"})
    assert "Nothing more will be sent" in page.text
    assert "ndo" not in page.text
    assert states(session) == {Topic.ARTICLES: UNSUBSCRIBED}


def test_undo_brings_her_back_though_she_has_signed_up_anew_meanwhile(
    client: FlaskClient, session: Session, clock: Traveller, work: Work
) -> None:
    ada = factories.make_subscriber(session)
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.post(path, data={"button": "1"})
    clock.shift(timedelta(minutes=5))
    sign_up(client, ada.address, ["articles", "notices"])
    work()
    assert states(session) == {Topic.ARTICLES: UNCONFIRMED, Topic.NOTICES: UNCONFIRMED}
    assert "You get letters again" in client.post(f"{path}/undo").text
    # What she had never said yes to still waits for one.
    assert states(session) == {Topic.ARTICLES: CONFIRMED, Topic.NOTICES: UNCONFIRMED}
