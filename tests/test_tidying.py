"""By night: each thing is forgotten when its time has come, not before, and nothing else is."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite import looking, tidying
from hrsite.accounts import auditing
from hrsite.accounts.models import AuditEvent, DeskSession
from hrsite.extensions import Base, db
from hrsite.newsletter import asking, consent, lapsing, letting_go, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_people import BroughtList, ListState
from hrsite.outbox import folder, forgetting, recipients
from hrsite.outbox.models import Delivery, Recipient
from hrsite.posts import viewing
from hrsite.posts.models_viewing import PostViews
from hrsite.receipt import BESIDES, Whose, sections
from tests import factories
from tests.raw_values import raw_values

pytestmark = pytest.mark.usefixtures("clock")
Night = Callable[[int], None]


@pytest.fixture
def night(app: Flask, session: Session, clock: Traveller) -> Night:
    """So many days go by, and then it is night."""

    def pass_by(days: int) -> None:
        session.rollback()
        clock.shift(timedelta(days=days))
        looking.tidy_up()
        session.rollback()
        session.expire_all()

    return pass_by


def count_of(session: Session, table: type) -> int:
    return session.scalars(select(func.count()).select_from(table)).one()


def said(session: Session, person: Subscriber, *kinds: str) -> None:
    for kind in kinds:
        consent.note(session, person.address_key, kind, Topic.ARTICLES, "letter", our_clock.now())
    session.commit()


def test_who_never_says_yes_is_forgotten_with_what_she_asked(
    session: Session, night: Night
) -> None:
    person = factories.make_subscriber(session, state=SubscriptionState.UNCONFIRMED)
    said(session, person, "asked")
    night(13)
    assert count_of(session, Subscriber) == count_of(session, ConsentEvent) == 1
    night(2)
    assert count_of(session, Subscriber) == count_of(session, ConsentEvent) == 0


def test_of_who_never_said_yes_no_mark_stays_once_her_letters_are_forgotten(
    session: Session, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letting_go, "PART", 1)
    looking.do_what_is_due()
    for typed in ("never@example.org", "neither@example.org"):
        asking.request_signup(session, typed, [Topic.ARTICLES], "home", our_clock.now())
    leaver = factories.make_subscriber(session, state=SubscriptionState.UNSUBSCRIBED)
    session.commit()
    looking.do_what_is_due()
    night(15)
    # Their letters are still counted by it.
    assert count_of(session, Subscriber) == 1
    assert count_of(session, Recipient) == count_of(session, Delivery) + 1 == 3
    night(76)
    marks = session.scalars(select(Recipient.address_key)).all()
    assert marks == [leaver.address_key]
    assert b"".join(raw_values(session).values()).count(leaver.address_key.encode()) == 1


# On SQLite everybody who writes waits for each other.
@pytest.mark.parametrize("database", ["postgresql"])
def test_an_address_that_is_written_to_at_this_moment_is_not_let_go(
    app: Flask, session: Session
) -> None:
    session.add(Recipient(address="", address_key="k" * 64, links={}))
    session.commit()
    recipients.find_or_make(session, "ada@example.org", "k" * 64)
    with app.app_context():
        other = db.session()
        letting_go.let_go(other, other.commit, lambda: False)
    session.rollback()
    assert count_of(session, Recipient) == 1


def test_many_silent_people_go_in_parts(
    session: Session, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lapsing, "FORGOTTEN_AT_ONCE", 2)
    for number in range(5):
        factories.make_subscriber(
            session, f"r{number}@example.org", state=SubscriptionState.UNCONFIRMED
        )
    night(15)
    assert count_of(session, Subscriber) == 0


def test_the_proof_is_kept_three_years_after_leaving_and_as_long_as_she_stays(
    session: Session, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consent, "PART", 1)
    gone = factories.make_subscriber(session, "gone@example.org")
    here = factories.make_subscriber(session, "here@example.org")
    said(session, gone, "asked", "confirmed")
    said(session, here, "asked", "confirmed")
    night(1000)
    subscribing.unsubscribe(session, gone, "letter", our_clock.now())
    session.commit()
    night(3 * 365)
    assert count_of(session, ConsentEvent) == 5
    night(3)
    kept = session.scalars(select(ConsentEvent.address_key)).all()
    assert kept == [here.address_key] * 2
    # The mark stays: no list brings her back.
    assert subscribing.find_by_key(session, gone.address_key) is not None


def test_what_was_said_of_a_list_goes_with_the_last_proof_that_speaks_of_it(
    session: Session, night: Night
) -> None:
    named, unnamed, young = (
        factories.make_list(session, state_text) for state_text in ("Email\na@b.org\n",) * 3
    )
    person = factories.make_subscriber(session)
    for one in (named, unnamed, young):
        one.state, one.ended_at = ListState.ADDED, our_clock.now()
    young.ended_at = our_clock.now() + timedelta(days=400)
    consent.note(
        session, person.address_key, "brought", Topic.ARTICLES, "list", our_clock.now(),
        list_id=named.id,
    )  # fmt: skip
    session.commit()
    night(3 * 365 + 2)
    assert set(session.scalars(select(BroughtList.id))) == {named.id, young.id}


def test_the_audit_goes_after_a_year_and_ended_sessions_at_once(
    app: Flask, session: Session, night: Night
) -> None:
    factories.sign_in(app.test_client(), factories.make_account(session))
    auditing.record(session, "signed_in", now=our_clock.now())
    session.commit()
    night(364)
    assert count_of(session, AuditEvent) == 1
    assert count_of(session, DeskSession) == 0
    night(2)
    assert count_of(session, AuditEvent) == 0


@pytest.mark.parametrize("database", ["sqlite"])
def test_how_often_articles_were_opened_is_kept_by_the_month_after_a_while(
    session: Session, night: Night
) -> None:
    post, today = factories.make_post(session), our_clock.local(our_clock.now()).date()
    days = {(post.id, today - timedelta(days=ago)): 1 for ago in range(20)}
    viewing.write_down(session, days)
    session.commit()
    night(20)
    assert count_of(session, PostViews) == 20
    night(50)
    assert count_of(session, PostViews) == 2
    assert viewing.views_of(session, [post], today)[post.id].ever == 20


def test_files_of_no_picture_are_removed_and_all_others_stay(
    app: Flask, session: Session, night: Night
) -> None:
    folder = Path(app.config["MEDIA_FOLDER"])
    folder.mkdir(exist_ok=True)
    picture, stray, young = factories.make_picture(session).name, "s" * 22, "y" * 22
    kept = [f"{picture}.webp", f"{picture}-small.webp", "notes.txt", f"{young}.webp"]
    gone = [f"{stray}.webp", f"{stray}-small.webp", f"{picture}.part"]
    for name in (*kept, *gone):
        (folder / name).write_bytes(b"x")
    night(2)
    now = our_clock.now().timestamp()
    for path in folder.iterdir():
        old = now - 2 * 86_400
        os.utime(path, (now, now) if path.name.startswith(young) else (old, old))
    night(0)
    assert sorted(path.name for path in folder.iterdir()) == sorted(kept)


@pytest.mark.parametrize("database", ["sqlite"])
def test_letters_in_the_folder_are_removed_after_14_days_and_nothing_else_is(
    app: Flask, night: Night
) -> None:
    place = Path(app.config["MAIL_FOLDER"])
    letter = folder.write(place, b"To: ada@example.org\r\n\r\nwords\r\n", our_clock.now())
    half = f".{letter}.part"
    for name in ("notes.txt", half):
        (place / name).write_text("x")
    night(13)
    assert sorted(path.name for path in place.iterdir()) == sorted([letter, half, "notes.txt"])
    night(2)
    assert [path.name for path in place.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("database", ["sqlite"])
def test_one_fault_keeps_nothing_else_back(
    session: Session,
    night: Night,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*args: object) -> int:
        raise RuntimeError("broken")

    monkeypatch.setattr(forgetting, "forget_part", fails)
    auditing.record(session, "signed_in", now=our_clock.now())
    session.commit()
    night(366)
    assert count_of(session, AuditEvent) == 0
    assert "not_forgotten" in caplog.text


@pytest.mark.parametrize("database", ["sqlite"])
def test_the_receipt_says_the_periods_that_hold(app: Flask) -> None:
    told = {
        line.how_long
        for whose in get_args(Whose)
        for section in sections(Base.metadata, whose)
        for line in section.lines
    } | {line.how_long for line in BESIDES}
    words = " ".join(told)
    assert f"{tidying.UNCONFIRMED_FOR.days} days, if you never say yes" in words
    assert f"{tidying.COPIES_FOR.days} days" in words
    assert tidying.EVIDENCE_FOR.days // 365 == 3
    assert "Three years after you leave" in words
    assert tidying.AUDIT_FOR.days == 365
    assert "One year" in words
    assert f"{tidying.REPORTS_COME_WITHIN.days} days" in words
    assert f"{tidying.FOLDER_FOR.days} days, also when you were erased" in told
