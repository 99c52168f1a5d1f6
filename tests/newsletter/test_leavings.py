"""Whoever left stays away, though a backup knows nothing of it; and whoever came back stays."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.newsletter import cli, erasing, erasures, leavings, returning, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.outbox.models import Delivery
from tests import factories
from tests.outbox.ledger import states

ARTICLES, NOTICES = Topic
Work = Callable[[], None]


@pytest.fixture
def ada(session: Session, clock: Traveller) -> Subscriber:
    """She gets both kinds, since an hour."""
    person = factories.make_subscriber(session, "ada@example.org", (ARTICLES, NOTICES))
    clock.shift(timedelta(hours=1))
    return person


def put_a_backup_back(session: Session, ada: Subscriber) -> None:
    """As it was before she did anything at all."""
    session.rollback()
    for held in ada.subscriptions:
        held.state, held.changed_at = SubscriptionState.CONFIRMED, ada.created_at
    for event in session.scalars(select(ConsentEvent)):
        session.delete(event)
    session.commit()


def start(app: Flask) -> int:
    with app.app_context():
        return cli.leave_again()


def looks_again(app: Flask) -> int:
    with app.app_context():
        return cli.look_again()


def topics(session: Session, ada: Subscriber) -> list[Topic]:
    session.rollback()
    session.expire_all()
    return subscribing.chosen_topics(ada)


def folder(app: Flask) -> Path:
    return Path(app.config["DATA_DIR"])


def test_who_left_after_the_backup_was_made_gets_nothing_of_it(
    app: Flask, client: FlaskClient, session: Session, ada: Subscriber, work: Work,
    clock: Traveller,
) -> None:  # fmt: skip
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    session.rollback()
    assert client.post(path).status_code == 200
    left_at = our_clock.now()
    put_a_backup_back(session, ada)
    clock.shift(60)
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    assert start(app) == 2
    assert topics(session, ada) == []
    work()
    assert states(session) == {"withdrawn": 1}
    said = session.scalars(select(ConsentEvent)).all()
    assert {(one.kind, one.how, one.happened_at) for one in said} == {
        ("unsubscribed", "header", left_at)
    }
    assert start(app) == 0


@pytest.mark.parametrize("is_broken", [False, True])
def test_every_night_does_the_same_of_one_kind_alone(
    app: Flask, session: Session, ada: Subscriber, is_broken: bool
) -> None:
    subscribing.choose(session, ada, {NOTICES}, "settings", our_clock.now())
    session.commit()
    put_a_backup_back(session, ada)
    if is_broken:  # The other list of this kind cannot be read.
        (folder(app) / erasures.NAME).mkdir()
    looking.tidy_up()
    assert topics(session, ada) == [NOTICES]


@pytest.mark.parametrize("way", ["undo", "yes"])
def test_who_came_back_stays(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller, way: str
) -> None:
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())
    session.commit()
    clock.shift(60)
    if way == "undo":
        assert returning.undo(session, ada, our_clock.now())
    else:
        subscribing.choose(session, ada, {ARTICLES, NOTICES}, "settings", our_clock.now())
    session.commit()
    assert start(app) == 0
    put_a_backup_back(session, ada)
    assert start(app) == 0
    assert topics(session, ada) == [ARTICLES, NOTICES]


def test_a_yes_from_after_the_backup_was_put_back_stays(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller
) -> None:
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())
    session.commit()
    put_a_backup_back(session, ada)
    clock.shift(60)
    for held in ada.subscriptions:
        subscribing.set_state(held, SubscriptionState.CONFIRMED, our_clock.now())
    session.commit()
    assert start(app) == 0


@pytest.mark.parametrize("is_plain", [True, False])
def test_who_chose_how_letters_look_after_the_backup_was_made_gets_them_so(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller, is_plain: bool
) -> None:
    for wanted in (not is_plain, is_plain):
        clock.shift(60)
        subscribing.choose_discreet(session, ada, wanted, our_clock.now())
    session.commit()
    assert looks_again(app) == 0
    put_a_backup_back(session, ada)
    ada.is_discreet = not is_plain
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    assert looks_again(app) == 1
    session.expire_all()
    assert ada.is_discreet == is_plain
    assert session.scalars(select(Delivery.is_discreet)).all() == [is_plain]
    assert start(app) == looks_again(app) == 0


def test_how_letters_look_as_chosen_after_the_backup_was_put_back_stays(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribing.choose_discreet(session, ada, True, our_clock.now())
    session.commit()
    put_a_backup_back(session, ada)
    clock.shift(60)
    with monkeypatch.context() as patch:  # As on a full disk: no line tells of it.
        patch.setattr(leavings, "note_looks", lambda *said: None)
        subscribing.choose_discreet(session, ada, False, our_clock.now())
    session.commit()
    looking.tidy_up()
    session.expire_all()
    assert not ada.is_discreet


def test_a_full_disk_keeps_nobody_from_leaving(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    (folder(app) / leavings.NAME).mkdir()
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())
    session.commit()
    assert topics(session, ada) == []


def test_half_a_line_is_nobody_s_and_keeps_the_next_one_whole(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    (folder(app) / leavings.NAME).write_bytes(b"1780.5 " + b"a" * 40)
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())
    session.commit()
    assert len(leavings.read(folder(app))) == 2


def test_lines_go_after_a_year_and_with_whoever_is_erased(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller
) -> None:
    bea = factories.make_subscriber(session, "bea@example.org")
    address = ada.address
    for person in (ada, bea):
        subscribing.unsubscribe(session, person, "letter", our_clock.now())
    erasing.erase(session, folder(app), ada.address_key, never_again=False, now=our_clock.now())
    session.commit()
    (left,) = leavings.read(folder(app))
    assert left.fingerprint == bea.unsubscribe_hash
    assert address.encode() not in (folder(app) / leavings.NAME).read_bytes()
    clock.shift(leavings.KEPT_FOR + timedelta(hours=1))
    looking.tidy_up()
    assert (folder(app) / leavings.NAME).read_bytes() == b""
