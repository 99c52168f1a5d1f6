"""Leaving while the database is in trouble: nobody has to come back, and nobody is forgotten."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import create_app, serving, tokens
from hrsite.extensions import db
from hrsite.newsletter import consent, spooling
from hrsite.newsletter.models import Subscriber, SubscriptionState, Topic
from hrsite.outbox.models import Delivery, DeliveryState
from tests import factories
from tests.conftest import settings_for
from tests.journeys.doors import Letters
from tests.running_site import until
from tests.test_trust_trouble import prepare

Work = Callable[[], None]
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
AT = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def reader(session: Session, work: Work) -> str:
    """Somebody with a letter on its way to her: the path of her way out."""
    ada = factories.make_subscriber(session, "ada@example.org")
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    session.rollback()
    return path


@pytest.fixture
def locked(app: Flask, reader: str, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Another process writes, and does not stop until it is told."""
    prepare("PRAGMA busy_timeout = 20")
    other = sqlite3.connect(tmp_path / "hrsite.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other.rollback
    other.close()


def fill_up(session: Session) -> None:
    for number in range(1000):
        consent.note(session, f"{number:064x}", "unsubscribed", Topic.ARTICLES, "x", AT)
        session.commit()


def has_left(session: Session) -> bool:
    session.rollback()
    return {
        held.state for one in session.scalars(select(Subscriber)) for held in one.subscriptions
    } == {SubscriptionState.UNSUBSCRIBED}


def test_while_the_database_is_away_the_link_in_a_letter_still_shows_its_button(
    client: FlaskClient, session: Session, reader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(*asked: object, **more: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    with monkeypatch.context() as patch:
        patch.setattr(Session, "scalar", is_away)
        page = client.get(reader)
        assert page.status_code == 200
        assert "Stop the letters" in page.text
        told = client.post(reader, data={"button": "1"})
    assert told.status_code == 200
    assert "Your choice is written down." in told.text
    assert until(lambda: has_left(session))


@ON_SQLITE
def test_with_a_locked_database_the_mail_program_is_told_yes_and_no_letter_follows(
    client: FlaskClient, session: Session, reader: str, locked: Work, work: Work, letters: Letters
) -> None:
    answer = client.post(reader, data=ONE_CLICK)
    assert (answer.status_code, answer.text) == (200, "Nothing more will be sent.")
    assert "Set-Cookie" not in answer.headers
    assert not has_left(session)
    locked()
    work()
    assert has_left(session)
    assert letters() == []
    assert session.scalars(select(Delivery.state)).all() == [DeliveryState.WITHDRAWN]


@ON_SQLITE
def test_the_site_itself_carries_it_out_where_no_worker_shares_its_disk(
    client: FlaskClient, session: Session, reader: str, locked: Work, app: Flask
) -> None:
    for _ in range(5):
        client.post(reader, data=ONE_CLICK)
    # However many leave, one thread tries for all of them.
    threads = [one for one in threading.enumerate() if "_carry_out" in one.name]
    assert until(lambda: sum(one.is_alive() for one in threads) == 1)
    locked()
    for one in threads:
        one.join(30)
    assert has_left(session)
    assert spooling.is_empty(app.config["DATA_DIR"])


def test_what_was_put_by_before_a_restart_is_carried_out_where_no_worker_shares_the_disk(
    app: Flask, session: Session, reader: str
) -> None:
    folder = app.config["DATA_DIR"]
    token = reader.removeprefix("/unsubscribe/")
    spooling.keep(folder, spooling.Leaving(tokens.fingerprint(token), "header", AT))
    serving.get_ready(app)
    assert until(lambda: spooling.is_empty(folder))
    assert has_left(session)


@ON_SQLITE
def test_who_presses_the_button_reads_that_it_is_written_down(
    client: FlaskClient, session: Session, reader: str, locked: Work, work: Work
) -> None:
    answer = client.post(reader, data={"button": "1"})
    assert answer.status_code == 200
    assert "Nothing more will be sent" in answer.text
    assert "written down" in answer.text
    locked()
    work()
    assert has_left(session)


@ON_SQLITE
def test_on_a_full_disk_too(
    client: FlaskClient, session: Session, app: Flask, reader: str, work: Work
) -> None:
    spooling.make_room(app.config["DATA_DIR"])
    size = (app.config["DATA_DIR"] / spooling.NAME).stat().st_size
    prepare("PRAGMA max_page_count = 1")  # SQLite makes of it: no page more than there are.
    # Until the pages there are have no room either.
    with pytest.raises(OperationalError, match="full"):
        fill_up(db.session())
    db.session.rollback()
    answer = client.post(reader, data=ONE_CLICK)
    assert (answer.status_code, answer.text) == (200, "Nothing more will be sent.")
    assert not spooling.is_empty(app.config["DATA_DIR"])
    assert (app.config["DATA_DIR"] / spooling.NAME).stat().st_size == size
    prepare("PRAGMA max_page_count = 100000")
    work()
    assert has_left(session)


def test_without_its_database_the_mail_program_is_told_yes(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://nobody@/none?host={tmp_path}"
    app = create_app(settings_for(tmp_path, DATABASE_URL=nowhere))
    token = tokens.new_token()
    for _ in range(2):
        answer = app.test_client().post(f"/unsubscribe/{token}", data=ONE_CLICK)
        assert (answer.status_code, answer.text) == (200, "Nothing more will be sent.")
    kept = (tmp_path / spooling.NAME).read_bytes()
    assert kept.count(tokens.fingerprint(token).encode()) == 2
    assert token.encode() not in kept
    # So that the thread that tries ends.
    (tmp_path / spooling.NAME).unlink()


def test_twenty_at_once_leave_once(
    app: Flask, session: Session, reader: str, work: Work, letters: Letters
) -> None:
    answers: list[int] = []
    together = threading.Barrier(20)

    def press() -> None:
        together.wait(20)
        answers.append(app.test_client().post(reader, data=ONE_CLICK).status_code)

    presses = [threading.Thread(target=press) for _ in range(20)]
    for one in presses:
        one.start()
    for one in presses:
        one.join(60)
    work()
    assert answers == [200] * 20
    assert has_left(session)
    assert letters() == []


def test_a_link_of_five_years_ago_still_leads_out(
    client: FlaskClient, session: Session, reader: str, clock: Traveller
) -> None:
    clock.shift(timedelta(days=5 * 366))
    assert client.post(reader, data=ONE_CLICK).status_code == 200
    assert has_left(session)


def carry_out(session: Session, folder: Path) -> int:
    """How many leavings were read whole and carried out."""
    done: list[None] = []
    spooling.carry_out(session, folder, lambda: done.append(session.rollback()))
    return len(done)


@ON_SQLITE
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.sampled_from(["leave", "tear", "carry out", "grow"]), max_size=12),
    slots=st.integers(0, 3),
)
def test_nobody_who_left_is_forgotten_whatever_happens_to_the_file(
    session: Session, tmp_path: Path, acts: list[str], slots: int
) -> None:
    file = tmp_path / spooling.NAME
    file.write_bytes(b"\0" * (slots * spooling.SLOT_OCTETS + 5 * (slots % 2)))
    waiting = 0
    for number, act in enumerate(acts):
        if act == "leave":
            waiting += 1
            spooling.keep(tmp_path, spooling.Leaving(f"{number:064x}", "header", AT))
        elif act == "tear":
            with file.open("ab") as open_file:
                open_file.write(b"half of a l")
        elif act == "grow":
            spooling.make_room(tmp_path)
        else:
            assert carry_out(session, tmp_path) == waiting
            waiting = 0
    assert carry_out(session, tmp_path) == waiting
    assert spooling.is_empty(tmp_path)


@ON_SQLITE
def test_who_leaves_into_the_place_of_one_that_another_process_cleared_is_not_cleared_with_it(
    session: Session, tmp_path: Path
) -> None:
    first, second = (spooling.Leaving(f"{number:064x}", "header", AT) for number in range(2))
    spooling.keep(tmp_path, first)

    def meanwhile() -> None:
        session.rollback()
        # The other process has read the same, and is done with it first.
        assert carry_out(session, tmp_path) == 1
        spooling.keep(tmp_path, second)

    spooling.carry_out(session, tmp_path, meanwhile)
    assert second.fingerprint.encode() in (tmp_path / spooling.NAME).read_bytes()
    assert carry_out(session, tmp_path) == 1
