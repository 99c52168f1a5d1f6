"""Who had other addresses before is erased at each of them, and nobody is who came to one since."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.extensions import db
from hrsite.newsletter import cli, moving, subscribing
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.models import Subscriber
from tests import factories
from tests.journeys.doors import Letters, MailProgram
from tests.outbox.backups import backup_of
from tests.raw_values import raw_values

pytestmark = pytest.mark.usefixtures("clock")
FOLDER = Path(__file__).parents[2] / "migrations"
WORK, HOME, LAST = "ada@work.example", "ada@home.example", "ada@last.example"
Work = Callable[[], None]
Move = Callable[[str, str], None]


@pytest.fixture
def move(client: FlaskClient, session: Session, letters: Letters, work: Work) -> Move:
    """A reader's letters go from one address to another, by both letters and the button."""

    def go(old: str, new: str) -> None:
        client.post(f"{settings(session, old)}/address", data={"address": new})
        work()
        client.post(MailProgram(client, letters, new).path("move"))

    return go


def settings(session: Session, typed: str) -> str:
    session.rollback()
    session.expire_all()
    person = subscribing.find_by_address(session, typed)
    assert person is not None
    return f"/settings/{person.links['settings']}"


def erase(client: FlaskClient, session: Session, typed: str) -> None:
    assert "You are erased" in client.post(f"{settings(session, typed)}/erase").text


def here(session: Session) -> list[str]:
    session.rollback()
    session.expire_all()
    return sorted(person.address for person in session.scalars(select(Subscriber)))


def key(typed: str) -> str:
    return subscribing.key_of(addresses.check(typed))


def marks(session: Session, *addresses: str) -> list[str]:
    """Of which of these addresses the database holds a keyed hash."""
    session.rollback()
    octets = b" ".join(raw_values(session).values())
    return [typed for typed in addresses if key(typed).encode() in octets]


def night(session: Session, clock: Traveller) -> None:
    session.rollback()
    clock.shift(timedelta(hours=12))
    looking.tidy_up()


def test_who_moves_to_an_address_that_was_erased_before_stays(
    client: FlaskClient, session: Session, move: Move, clock: Traveller
) -> None:
    factories.make_subscriber(session, WORK)
    factories.make_subscriber(session, HOME)
    clock.shift(timedelta(days=1))
    erase(client, session, HOME)
    clock.shift(timedelta(days=7))
    move(WORK, HOME)
    night(session, clock)
    assert here(session) == [HOME]


@pytest.mark.parametrize("is_backup_from_before", [True, False])
def test_no_backup_brings_back_who_had_another_address_before(
    app: Flask, client: FlaskClient, session: Session, move: Move, clock: Traveller,
    database: str, tmp_path: Path, is_backup_from_before: bool,
) -> None:  # fmt: skip
    factories.make_subscriber(session, WORK)
    session.commit()
    back_up = backup_of(session, database, tmp_path)
    restore = back_up() if is_backup_from_before else None
    clock.shift(timedelta(hours=1))
    move(WORK, HOME)
    restore = restore or back_up()
    clock.shift(timedelta(days=5))
    erase(client, session, HOME)
    session.rollback()
    restore()
    assert "1 person" in app.test_cli_runner().invoke(cli.erased, ["replay"]).output
    assert here(session) == []
    assert marks(session, WORK, HOME) == []


def test_nothing_stays_of_the_addresses_somebody_had_before(
    client: FlaskClient, session: Session, move: Move, clock: Traveller
) -> None:
    factories.make_subscriber(session, WORK)
    session.commit()
    for old, new in ((WORK, HOME), (HOME, LAST)):
        clock.shift(moving.LASTS)
        move(old, new)
    assert set(marks(session, WORK, HOME, LAST)) == {WORK, HOME, LAST}
    clock.shift(timedelta(days=5))
    erase(client, session, LAST)
    assert marks(session, WORK, HOME, LAST) == []


def test_who_has_her_former_address_by_now_is_not_erased_with_her(
    app: Flask, client: FlaskClient, session: Session, move: Move, clock: Traveller,
    database: str, tmp_path: Path,
) -> None:  # fmt: skip
    factories.make_subscriber(session, WORK)
    move(WORK, HOME)
    clock.shift(timedelta(days=1))
    factories.make_subscriber(session, WORK)
    session.commit()
    restore = backup_of(session, database, tmp_path)()
    clock.shift(timedelta(days=1))
    erase(client, session, HOME)
    assert here(session) == [WORK]
    night(session, clock)
    assert here(session) == [WORK]
    session.rollback()
    restore()
    app.test_cli_runner().invoke(cli.erased, ["replay"])
    assert here(session) == [WORK]


def test_who_came_to_an_address_after_its_erasure_and_moved_on_has_left_it(
    client: FlaskClient, session: Session, move: Move, clock: Traveller
) -> None:
    factories.make_subscriber(session, HOME)
    session.commit()
    erase(client, session, HOME)
    clock.shift(timedelta(days=1))
    factories.make_subscriber(session, HOME)
    move(HOME, LAST)
    night(session, clock)
    assert here(session) == [LAST]
    assert verdict(session, key(HOME)) == Verdict.LEFT


def test_of_who_moved_before_this_was_kept_it_is_known_where_from(empty_app: Flask) -> None:
    flask_migrate.upgrade(directory=str(FOLDER), revision="0047")
    flask_migrate.downgrade(directory=str(FOLDER), revision="-1")
    zone = "+00" if db.engine.dialect.name == "postgresql" else ".000000"
    sides = (("old", "unsubscribed", 4), ("new", "moved", 4), ("other", "unsubscribed", 5))
    with db.engine.begin() as connection:
        for mark, kind, day in sides:
            connection.execute(
                text(
                    "INSERT INTO consent_events (address_key, kind, how, words_version,"
                    " happened_at) VALUES (:mark, :kind, 'settings', '', :at)"
                ),
                {"mark": mark, "kind": kind, "at": f"2026-06-0{day} 23:00:00{zone}"},
            )
    flask_migrate.upgrade(directory=str(FOLDER), revision="0047")
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT address_key, former_key FROM consent_events"))
        assert sorted(map(tuple, kept)) == [("new", "old"), ("old", None), ("other", None)]


def test_a_question_to_an_address_that_was_erased_goes_out_though_a_night_comes_between(
    client: FlaskClient, session: Session, letters: Letters, work: Work, clock: Traveller
) -> None:
    factories.make_subscriber(session, HOME)
    person = factories.make_subscriber(session, WORK)
    session.commit()
    work()
    erase(client, session, HOME)
    clock.shift(60)
    moving.ask(session, person, HOME, our_clock.now())
    for change in moving.unwritten(session):
        moving.write(session, change, our_clock.now())
    session.commit()
    night(session, clock)
    work()
    assert MailProgram(client, letters, HOME).path("move")
