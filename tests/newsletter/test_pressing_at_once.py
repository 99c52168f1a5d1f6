"""Two browsers of a reader, or one and the worker, on PostgreSQL: each sees what the other did."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import tokens
from hrsite.extensions import only_reads
from hrsite.newsletter import adding, asking, erasing, moving, returning, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_asking import SignupRequest
from tests import factories
from tests.outbox.ledger import states
from tests.outbox.meeting import amid, beside

pytestmark = pytest.mark.parametrize("database", ["postgresql"])
ADA, NEW = "ada@example.org", "ada@new.example"


@pytest.fixture
def ada(session: Session, clock: Traveller) -> Subscriber:
    """A reader who has paused."""
    person = factories.make_subscriber(session, ADA, tuple(Topic))
    person.paused_until = our_clock.now() + timedelta(days=3)
    session.commit()
    only_reads.set(False)
    return person


class Browser:
    """One that presses while somebody else is about to commit."""

    def __init__(self, app: Flask, path: str, **form: str) -> None:
        self._client, self._path, self._form = app.test_client(), path, form
        self.status = 0

    def __call__(self, session: Session) -> None:
        self.status = self._client.post(self._path, data=self._form).status_code


def leave(session: Session, ada: Subscriber, clock: Traveller) -> None:
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())
    session.commit()
    clock.shift(60)


def sign_up(session: Session) -> int:
    """Her address was typed into the form, and waits for the worker."""
    asking.request_signup(session, ADA, [Topic.ARTICLES], "a network", our_clock.now())
    session.commit()
    return session.scalars(select(SignupRequest.id)).one()


def erase(session: Session, app: Flask, key: str) -> None:
    folder: Path = app.config["DATA_DIR"]
    erasing.erase(session, folder, key, never_again=False, now=our_clock.now())
    session.flush()


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/settings/{settings}", {"pause": "1"}),
        ("/settings/{settings}", {"go_on": "1"}),
        ("/settings/{settings}", {"discreet": "on"}),
        ("/settings/{settings}", {"topics": "articles", "reminders": "1", "cadence": "weekly"}),
        ("/settings/{settings}/close", {}),
        ("/unsubscribe/{unsubscribe}/undo", {}),
    ],
)
def test_a_press_while_she_is_erased_finds_nobody(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller, path: str,
    form: dict[str, str],
) -> None:  # fmt: skip
    if "undo" in path:
        leave(session, ada, clock)
    press = Browser(app, path.format(**ada.links), **form)
    erase(session, app, ada.address_key)
    with beside(app, session, press):
        pass
    assert press.status == 404
    assert session.scalars(select(ConsentEvent)).all() == []


def test_a_pause_while_her_letters_move_calls_back_what_waits(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    ada.paused_until = None
    session.commit()
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    change = factories.make_address_change(session, ada, NEW, "move", "stop")
    press = Browser(app, f"/settings/{ada.links['settings']}", pause="1")
    assert moving.make(session, change, our_clock.now())
    session.flush()
    with beside(app, session, press):
        pass
    # Her link was another one by then: so nothing was done, and she was told so.
    assert (press.status, states(session)) == (404, {"queued": 1})
    session.expire_all()
    assert ada.paused_until is None
    press = Browser(app, f"/settings/{ada.links['settings']}", pause="1")
    press(session)
    assert (press.status, states(session)) == (200, {"withdrawn": 1})


def test_links_are_closed_while_her_letters_move(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    """PostgreSQL would end one of the two: each held what the other waited for."""
    change = factories.make_address_change(session, ada, NEW, "move", "stop")
    press = Browser(app, f"/settings/{ada.links['settings']}/close")
    with amid(app, session, "FOR NO KEY UPDATE", press):
        assert moving.make(session, change, our_clock.now())
    assert press.status == 404
    session.expire_all()
    assert ada.settings_hash == tokens.fingerprint(ada.links["settings"])


def test_an_undo_while_a_signup_is_answered_holds(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller
) -> None:
    leave(session, ada, clock)
    request_id, now = sign_up(session), our_clock.now()
    held = subscribing.find_and_hold(session, "unsubscribe", ada.links["unsubscribe"])
    assert held
    assert returning.undo(session, held, now)
    session.flush()
    with beside(app, session, lambda other: asking.answer(other, request_id, now)):
        pass
    session.expire_all()
    assert subscribing.chosen_topics(ada) == list(Topic)


def test_a_yes_while_the_coach_adds_her_holds(
    app: Flask, session: Session, clock: Traveller
) -> None:
    only_reads.set(False)
    waiting = SubscriptionState.UNCONFIRMED
    ada = factories.make_subscriber(session, ADA, state=waiting)
    told = adding.Told("phone", our_clock.local(our_clock.now()).date())
    clock.shift(60)
    now, done = our_clock.now(), list[adding.Added]()
    assert subscribing.confirm(session, ada.links["confirm"], now)
    session.flush()

    def add(other: Session) -> None:
        done.append(adding.add(other, ADA, [Topic.ARTICLES], told, now))

    with beside(app, session, add):
        pass
    assert not done[0].is_asked
    session.expire_all()
    assert subscribing.chosen_topics(ada) == [Topic.ARTICLES]


@pytest.mark.parametrize("is_worker_first", [False, True])
def test_she_is_erased_while_the_worker_answers_what_she_typed(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller, is_worker_first: bool
) -> None:
    """PostgreSQL would end one of the two: each held what the other waited for."""
    leave(session, ada, clock)
    request_id, key, now = sign_up(session), ada.address_key, our_clock.now()
    session.expunge_all()
    if is_worker_first:
        answering = select(SignupRequest).where(SignupRequest.id == request_id).with_for_update()
        assert session.scalar(answering)
        with beside(app, session, lambda other: erase(other, app, key)):
            asking.answer(session, request_id, now)
    else:
        with amid(app, session, "DELETE FROM", lambda other: asking.answer(other, request_id, now)):
            erase(session, app, key)
    session.expire_all()
    assert subscribing.find_by_key(session, key) is None
    assert session.scalars(select(SignupRequest)).all() == []
