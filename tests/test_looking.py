"""What a worker does when it looks: each job by itself, and all of them again after trouble."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite import looking
from hrsite.newsletter import asking
from hrsite.newsletter.models import Issue, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_asking import SignupRequest
from hrsite.outbox import presence
from hrsite.outbox.models import Delivery
from hrsite.pages.needing import needs
from tests import factories
from tests.journeys.doors import Letters, sign_up
from tests.outbox.ledger import READERS, put_letter, states

NETWORK = "198.51.100.1"
Work = Callable[[], None]


def test_one_look_answers_signups_opens_issues_and_hands_letters_over(
    app: Flask, session: Session, work: Work, letters: Letters
) -> None:
    sign_up(app.test_client(), "new@example.org")
    session.rollback()
    factories.make_subscriber(session, READERS[0])
    factories.make_post(session, title="Small steps", send_to_readers=True)
    work()
    assert {(letter.letter.to, letter.letter.subject) for letter in letters()} == {
        ("new@example.org", "Please confirm your address"),
        (READERS[0], "Small steps"),
    }
    session.rollback()
    assert session.scalars(select(SignupRequest)).all() == []


def test_looking_again_does_nothing_again(session: Session, work: Work, letters: Letters) -> None:
    factories.make_subscriber(session, READERS[0])
    factories.make_post(session, send_to_readers=True)
    for _ in range(3):
        work()
    assert len(letters()) == 1


@pytest.mark.parametrize("count", [1, 300])
def test_poisonous_requests_hold_up_neither_letters_nor_the_next_request(
    count: int, session: Session, work: Work, letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    put_letter(session, *READERS)
    for _ in range(count):
        session.add(
            SignupRequest(
                kind="signup",
                address="no address at all",
                topics="articles",
                words_version="1",
                asked_at=our_clock.now(),
                due_at=our_clock.now(),
            )
        )
    session.commit()
    asking.request_signup(
        session, "after@example.org", [Topic.ARTICLES], "198.51.100.1", our_clock.now()
    )
    session.commit()
    work()
    assert len(letters()) == 4
    assert "after@example.org" in {letter.letter.to for letter in letters()}
    assert "one_failed" in caplog.text
    kept = session.scalars(select(SignupRequest.address)).all()
    assert kept == ["no address at all"] * count


def test_an_issue_that_cannot_be_opened_keeps_no_letter_back(
    session: Session, work: Work, letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    put_letter(session, *READERS)
    factories.make_post(session, send_to_readers=True)
    session.execute(text("ALTER TABLE issues RENAME TO issues_elsewhere"))
    session.commit()
    work()
    assert len(letters()) == 3
    assert "'job': 'open_issues'" in caplog.text


def test_a_database_that_is_away_is_logged_and_found_again(
    app: Flask, session: Session, work: Work, letters: Letters, caplog: pytest.LogCaptureFixture
) -> None:
    put_letter(session, *READERS)
    session.execute(text("ALTER TABLE workers RENAME TO workers_elsewhere"))
    session.execute(text("ALTER TABLE deliveries RENAME TO deliveries_elsewhere"))
    session.commit()
    work()
    assert letters() == []
    assert "look_failed" in caplog.text
    session.execute(text("ALTER TABLE workers_elsewhere RENAME TO workers"))
    session.execute(text("ALTER TABLE deliveries_elsewhere RENAME TO deliveries"))
    session.commit()
    work()
    assert len(letters()) == 3


def test_two_workers_open_an_issue_once(
    app: Flask, session: Session, work: Work, letters: Letters
) -> None:
    for reader in READERS:
        factories.make_subscriber(session, reader)
    factories.make_post(session, send_to_readers=True)
    session.rollback()
    both = threading.Barrier(2)

    def look() -> None:
        both.wait(10)
        with app.app_context():
            looking.do_what_is_due()

    workers = [threading.Thread(target=look) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(30)
    work()
    session.rollback()
    assert len(session.scalars(select(Issue)).all()) == 1
    assert sorted(letter.letter.to for letter in letters()) == sorted(READERS)
    assert states(session) == {"accepted": 3}


def test_a_worker_told_to_stop_begins_nothing_new(app: Flask, session: Session) -> None:
    put_letter(session, *READERS)
    with app.app_context():
        looking.do_what_is_due(lambda: True)
    assert states(session) == {"queued": 3}
    assert presence.worker_seen_at(session)


def test_by_night_whoever_never_confirmed_is_forgotten(
    app: Flask,
    session: Session,
    work: Work,
    letters: Letters,
    clock: time_machine.Traveller,
) -> None:
    sign_up(app.test_client(), "new@example.org")
    session.rollback()
    factories.make_subscriber(session, READERS[0])
    factories.make_subscriber(session, READERS[1], state=SubscriptionState.UNSUBSCRIBED)
    work()
    clock.shift(timedelta(days=15))
    with app.app_context():
        looking.tidy_up()
    session.rollback()
    assert [person.address for person in session.scalars(select(Subscriber))] == list(READERS[:2])
    assert [(row.address, row.links, row.state) for row in session.scalars(select(Delivery))] == [
        ("", {}, "accepted")
    ]


def test_no_look_leaves_an_address_in_the_clear(app: Flask, session: Session, work: Work) -> None:
    sign_up(app.test_client(), "ada.lovelace@example.org")
    work()
    session.rollback()
    raw = session.execute(text("SELECT address FROM recipients")).scalars().all()
    assert raw
    assert all(b"lovelace" not in bytes(value) for value in raw)


def test_each_night_it_says_which_numbers_do_not_add_up(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    message = put_letter(session)
    with app.app_context():
        looking.tidy_up()
    assert "numbers_do_not_add_up" not in caplog.text
    message.tally.accepted_count = 7
    session.commit()
    with app.app_context():
        looking.tidy_up()
    assert "7 accepted are told, 0 there are" in caplog.text


def told_on_the_desk(session: Session) -> list[str]:
    found = [need.text for need in needs(session, our_clock.now())]
    session.rollback()
    return [text for text in found if "in its log" in text]


def test_an_article_that_cannot_become_a_letter_is_told_on_the_desk_until_it_can(
    session: Session, work: Work, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_subscriber(session, READERS[0])
    factories.make_post(session, title="Small steps", send_to_readers=True)
    with monkeypatch.context() as broken:
        broken.setattr("mrml.to_html", lambda *args, **options: 1 / 0)
        work()
        (text,) = told_on_the_desk(session)
        work()
        assert told_on_the_desk(session) == [text]
    assert text.startswith("“Small steps” cannot be made into a letter. Nobody has got it")
    assert "ZeroDivisionError" in text
    work()
    assert told_on_the_desk(session) == []
    assert [letter.letter.subject for letter in letters()] == ["Small steps"]


def test_a_reminder_that_cannot_be_written_is_told_on_the_desk(
    session: Session, work: Work, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.make_subscriber(session, READERS[0], (Topic.NOTICES,)).wants_reminders = True
    factories.make_notice(session)
    clock.shift(timedelta(days=1, hours=10))
    monkeypatch.setattr("mrml.to_html", lambda *args, **options: 1 / 0)
    work()
    (text,) = told_on_the_desk(session)
    assert text.startswith("The reminder of a session cannot be written.")


def test_a_request_that_cannot_be_answered_is_told_on_the_desk(
    session: Session, work: Work
) -> None:
    asking.request_signup(session, READERS[0], [Topic.ARTICLES], NETWORK, our_clock.now())
    session.scalars(select(SignupRequest)).one().address = "no address"
    session.commit()
    work()
    (text,) = told_on_the_desk(session)
    assert text.startswith("Somebody asked for letters")
    assert "no address" not in text


def test_numbers_that_do_not_add_up_are_told_the_next_morning(
    session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    message = put_letter(session, *READERS)
    message.tally.accepted_count = 2
    session.commit()
    looking.tidy_up()
    (text,) = told_on_the_desk(session)
    assert text.startswith("The numbers of a letter do not add up.")
    assert "2 accepted are told, 0 there are" in text
    message.tally.accepted_count = 0
    session.commit()
    looking.tidy_up()
    assert told_on_the_desk(session) == []
