"""Whoever left by way of the mail service has left, and comes back by their own yes alone."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import tokens
from hrsite.newsletter import letters as wordings
from hrsite.newsletter import spooling, welcoming
from hrsite.newsletter.models import Subscriber, Topic
from hrsite.outbox import bouncing, suppression
from hrsite.outbox.events import Event
from hrsite.outbox.models import Suppression
from tests import factories
from tests.journeys import doors
from tests.journeys.doors import Letters
from tests.outbox.ledger import states

ADA = "ada@example.org"
Work = Callable[[], None]
Leave = Callable[[FlaskClient, Session, Flask, Subscriber], object]
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


def press_stop(client: FlaskClient, session: Session, app: Flask, ada: Subscriber) -> None:
    client.post(f"/settings/{ada.links['settings']}", data={"stop": "1"})


def press_leave(client: FlaskClient, session: Session, app: Flask, ada: Subscriber) -> None:
    client.post(f"/unsubscribe/{ada.links['unsubscribe']}", data={"button": "1"})


def press_in_her_mail_program(
    client: FlaskClient, session: Session, app: Flask, ada: Subscriber
) -> None:
    one_click = {"List-Unsubscribe": "One-Click"}
    client.post(f"/unsubscribe/{ada.links['unsubscribe']}", data=one_click)


def leave_while_the_database_is_away(
    client: FlaskClient, session: Session, app: Flask, ada: Subscriber
) -> None:
    fingerprint = tokens.fingerprint(ada.links["unsubscribe"])
    leaving = spooling.Leaving(fingerprint, "header", our_clock.now())
    spooling.keep(app.config["DATA_DIR"], leaving)


def leave_at_the_mail_service(
    client: FlaskClient, session: Session, app: Flask, ada: Subscriber
) -> None:
    told = Event("postmark", "1", "unsubscribed", ADA)
    assert bouncing.take_event(session, told, our_clock.now())
    session.commit()


def complain(client: FlaskClient, session: Session, app: Flask, ada: Subscriber) -> None:
    close(session, ada, "complaint")


Ways = pytest.mark.parametrize(
    "leave",
    [
        press_stop,
        press_leave,
        press_in_her_mail_program,
        leave_while_the_database_is_away,
        leave_at_the_mail_service,
        complain,
    ],
)


@Ways
def test_the_welcome_letter_does_not_come_after_she_has_left(
    app: Flask, client: FlaskClient, session: Session, work: Work, letters: Letters,
    ada: Subscriber, clock: Traveller, leave: Leave,
) -> None:  # fmt: skip
    ada.welcome_at = our_clock.now()
    session.commit()
    welcoming.welcome(session, ada.id, our_clock.now())
    session.commit()
    clock.shift(60)
    leave(client, session, app, ada)
    work()
    assert letters() == []
    assert states(session).keys() <= {"withdrawn", "suppressed"}


def test_a_letter_that_asks_for_her_yes_does_not_come_after_she_stopped_everything(
    client: FlaskClient, app: Flask, session: Session, work: Work, letters: Letters,
    ada: Subscriber,
) -> None:  # fmt: skip
    for name in ("confirm", "reminder"):
        wordings.put_personal(session, name, ada, our_clock.now())
    session.commit()
    press_stop(client, session, app, ada)
    work()
    assert letters() == []


def test_that_her_letters_were_to_go_elsewhere_is_told_whoever_pressed_stop(
    client: FlaskClient, app: Flask, session: Session, work: Work, letters: Letters,
    ada: Subscriber,
) -> None:  # fmt: skip
    client.post(f"/settings/{ada.links['settings']}/address", data={"address": "ada@new.example"})
    press_stop(client, session, app, ada)
    work()
    assert "It was not me" in next(one for one in letters() if one.letter.to == ADA).text


def test_a_welcome_letter_that_is_owed_is_not_written_when_she_comes_back_at_once(
    client: FlaskClient, app: Flask, session: Session, work: Work, letters: Letters,
    ada: Subscriber,
) -> None:  # fmt: skip
    ada.welcome_at = our_clock.now()
    session.commit()
    press_leave(client, session, app, ada)
    client.post(f"/unsubscribe/{ada.links['unsubscribe']}/undo")
    assert topics(session) == {"articles": "confirmed"}
    work()
    assert letters() == []


def test_who_pauses_gets_no_welcome_letter_meanwhile(
    client: FlaskClient, session: Session, work: Work, letters: Letters, ada: Subscriber
) -> None:
    ada.welcome_at = our_clock.now()
    session.commit()
    client.post(f"/settings/{ada.links['settings']}", data={"pause": "1"})
    work()
    assert letters() == []
