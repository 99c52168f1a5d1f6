"""Who left where a list is from is known here too: no older list brings them in."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.newsletter import bringing, erasing, foreseeing, listknowing, subscribing
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.desk_words import evidence
from hrsite.newsletter.models import ConsentEvent
from tests import factories
from tests.journeys.doors import Letters, MailProgram, sign_up
from tests.newsletter.test_bringing import add_all, people, undo_all
from tests.newsletter.test_desk_bringing import send, words

pytestmark = pytest.mark.usefixtures("clock")
LEFT, NEVER, ADA = "left@example.com", "never@example.com", "ada@example.com"
NEWER = f"Email,Status\n{ADA},subscribed\n{LEFT},unsubscribed\n{NEVER},never subscribed\n"
OLDER = f"Email\n{ADA}\n{LEFT}\n{NEVER}\n"
Work = Callable[[], None]


def key(typed: str) -> str:
    return subscribing.key_of(addresses.check(typed))


def test_an_older_list_without_that_column_does_not_bring_them_in(
    app: Flask, session: Session
) -> None:
    newer = factories.make_list(session, NEWER)
    assert foreseeing.foresee(session, newer).counts[Verdict.NEW] == 1
    add_all(session, newer)
    assert (newer.people_count, newer.added_count, newer.gone_count) == (1, 1, 2)
    add_all(session, older := factories.make_list(session, OLDER))
    assert (older.here_count, older.left_count, older.added_count) == (1, 1, 1)
    assert sorted(people(session)) == [ADA, NEVER]
    (line,) = session.scalars(select(ConsentEvent).where(ConsentEvent.address_key == key(LEFT)))
    assert evidence(line)[:2] == ("Left", "the list you brought in said so")


def test_a_file_of_leavers_alone_can_be_remembered(coach: FlaskClient, session: Session) -> None:
    place = send(coach, f"Email,Status\n{LEFT},unsubscribed\n{NEVER},never subscribed\n")[2]
    page = words(coach, place)
    assert "Nobody in this file is new. 1 person has left, the file says." in page
    assert "Remember who left" in page
    coach.post(f"{place}/start")
    looking.do_what_is_due()
    assert "0 people were added." in words(coach, place)
    assert verdict(session, key(LEFT)) == Verdict.LEFT
    again = send(coach, f"Email,Status\n{LEFT},unsubscribed\n")[2]
    assert "Remember who left" not in words(coach, again)


def test_their_own_yes_brings_them_back(
    app: Flask, session: Session, work: Work, letters: Letters
) -> None:
    add_all(session, factories.make_list(session, NEWER))
    client = app.test_client()
    sign_up(client, LEFT)
    work()
    assert MailProgram(client, letters, LEFT).confirm().status_code == 200
    session.rollback()
    assert verdict(session, key(LEFT)) == Verdict.HERE


def test_a_list_that_is_undone_leaves_no_trace_of_them(app: Flask, session: Session) -> None:
    add_all(session, newer := factories.make_list(session, NEWER))
    undo_all(session, newer)
    assert session.scalars(select(ConsentEvent)).all() == []


def test_who_is_here_stays_whatever_another_program_says(app: Flask, session: Session) -> None:
    factories.make_subscriber(session, LEFT)
    add_all(session, factories.make_list(session, NEWER))
    assert verdict(session, key(LEFT)) == Verdict.HERE
    lines = select(ConsentEvent).where(ConsentEvent.address_key == key(LEFT))
    assert session.scalars(lines).all() == []


def test_who_is_erased_is_taken_out_of_a_list_that_waits(app: Flask, session: Session) -> None:
    waiting = factories.make_list(session, NEWER)
    folder, now = Path(app.config["DATA_DIR"]), our_clock.now()
    for typed in (LEFT, ADA):
        erasing.erase(session, folder, key(typed), never_again=False, now=now)
    session.commit()
    add_all(session, waiting)
    assert (waiting.people_count, waiting.added_count) == (0, 0)
    assert session.scalars(select(ConsentEvent)).all() == []


def test_in_parts_each_of_them_is_looked_at_once(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "PART", 2)
    text = NEWER + "".join(f"left{number}@example.com,opted out\n" for number in range(4))
    add_all(session, factories.make_list(session, text))
    assert len(session.scalars(select(ConsentEvent)).all()) == 6


def test_who_left_in_one_row_has_left() -> None:
    text = f"Email,Status\n{LEFT},unsubscribed\n{LEFT},bounced\n{ADA},active\n{ADA},left\n"
    found = listknowing.read(text.encode(), date(2026, 6, 2)).people
    assert [one.has_left for one in found] == [True, True]
