"""A letter that is not wanted stops when many mail services say so, not when one says it often."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.outbox import bouncing, lately, pausing, suppression
from hrsite.outbox.events import Event
from hrsite.outbox.models import OutboxMessage, Suppression
from hrsite.outbox.models_bouncing import Bounce
from tests.outbox.ledger import (
    KEPT,
    answer_to,
    look,
    mail_goes_to,
    put_letter,
    replies,
    rows,
    states,
)
from tests.outbox.smtp_server import Inbox, mail_server

POLICY = "550 5.7.1 we take no letters from you"
# As many looks as there are attempts within a day, and one when it is too late.
A_DAY = [timedelta(minutes=minutes) for minutes in (0, 1, 5, 15, *[60] * 24)]

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def inbox(app: Flask) -> Iterator[Inbox]:
    with mail_server() as opened:
        mail_goes_to(app, opened.port)
        yield opened


def readers(count: int) -> list[str]:
    return [f"reader{number}@example.org" for number in range(count)]


def put(session: Session, to: Sequence[str], **changes: str) -> int:
    number = put_letter(session, *to, **changes).id
    session.rollback()
    return number


def look_for(app: Flask, clock: Traveller, pauses: Sequence[timedelta]) -> None:
    for pause in pauses:
        clock.shift(pause)
        look(app)


def is_paused(session: Session, number: int) -> bool:
    session.rollback()
    return session.get_one(OutboxMessage, number).paused_at is not None


def resume(session: Session, number: int) -> None:
    pausing.resume(session.get_one(OutboxMessage, number), our_clock.now())
    session.commit()


def test_one_reader_s_server_stops_the_letter_for_nobody_however_often_it_says_no(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox
) -> None:
    answer_to(inbox, {readers(20)[7]: POLICY})
    number = put(session, readers(20))
    look_for(app, clock, A_DAY[:-2])
    assert not is_paused(session, number)
    assert states(session) == {"accepted": 19, "deferred": 1}
    assert rows(session)[7].attempt_count > 20
    look_for(app, clock, A_DAY[-2:])
    assert states(session) == {"accepted": 19, "expired": 1}


@pytest.mark.parametrize("stream", ["transactional", "articles"])
def test_a_letter_to_one_person_is_not_stopped_by_her_server_and_ends_in_time(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox, stream: str
) -> None:
    answer_to(inbox, {readers(1)[0]: POLICY})
    number = put(session, readers(1), key="confirm/1", stream=stream)
    look_for(app, clock, A_DAY)
    assert not is_paused(session, number)
    assert states(session) == {"expired": 1}
    why = lately.failed(session, our_clock.now() - timedelta(days=7))
    assert list(why) == [
        "The mail service would not let it through. That is not the reader's fault."
    ]


def test_what_nobody_wants_after_resume_either_stops_again(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox
) -> None:
    answer_to(inbox, dict.fromkeys(readers(8), POLICY))
    number = put(session, readers(8))
    look(app)
    assert states(session) == {"deferred": 5, "queued": 3}
    for _ in range(2):
        clock.shift(timedelta(hours=2))
        resume(session, number)
        look(app)
        assert is_paused(session, number)
    assert sum(row.attempt_count for row in rows(session)) == 15


def test_one_reader_who_was_refused_before_resume_stops_nothing_after_it(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox
) -> None:
    answer_to(inbox, dict.fromkeys(readers(5), POLICY))
    number = put(session, readers(9))
    look(app)
    assert is_paused(session, number)
    answer_to(inbox, {readers(1)[0]: POLICY})
    clock.shift(timedelta(hours=2))
    resume(session, number)
    look_for(app, clock, A_DAY)
    assert not is_paused(session, number)
    assert states(session) == {"accepted": 8, "expired": 1}


@pytest.mark.parametrize("refused", [1, 2, 3])
def test_a_short_list_of_which_nobody_takes_it_stops_too(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox, refused: int
) -> None:
    answer_to(inbox, dict.fromkeys(readers(refused), POLICY))
    number = put(session, readers(3))
    look_for(app, clock, A_DAY[:5])
    assert is_paused(session, number) == (refused == 3)


def test_it_is_kept_once_of_each_copy_and_closes_no_address(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox
) -> None:
    answer_to(inbox, {readers(9)[0]: POLICY})
    put(session, readers(9))
    look_for(app, clock, A_DAY)
    (kept,) = session.scalars(select(Bounce)).all()
    assert (kept.kind, kept.source, kept.reply_code) == ("policy", suppression.AT_ONCE, 550)
    assert session.scalars(select(Suppression)).all() == []


def test_a_copy_that_is_refused_and_comes_back_later_counts_once(
    app: Flask, session: Session, clock: Traveller, inbox: Inbox
) -> None:
    some = readers(8)
    answer_to(inbox, dict.fromkeys(some[:4], POLICY))
    number = put(session, some)
    look(app)
    answer_to(inbox, {})
    look_for(app, clock, A_DAY[:2])
    assert states(session) == {"accepted": 8}
    for place, reader in enumerate(some[:5]):
        told = Event("ses", f"{place}", "policy", reader, 550, POLICY)
        assert bouncing.take_event(session, told, our_clock.now())
        session.commit()
    assert session.get_one(OutboxMessage, number).tally.policy_refusal_count == 5


def let_say(inbox: Inbox, words: str, *to: str) -> None:
    """The server takes each reader, hears the letter, and says this: to these, or to all."""
    replies(inbox, lambda letter: words if not to or letter.rcpt_tos[0] in to else KEPT)


@pytest.mark.parametrize("words", ["550 This message scored 12 spam points.", "554 5.6.0 Reject"])
def test_a_letter_refused_for_its_words_stops_and_is_lost_to_nobody(
    app: Flask, session: Session, inbox: Inbox, words: str
) -> None:
    number = put(session, readers(30))
    let_say(inbox, words)
    look(app)
    assert is_paused(session, number)
    assert states(session) == {"deferred": 5, "queued": 25}


OF_US = ["552 Mailbox full", "552 5.3.4 too big", "503 5.5.1 what", "550 5.1.8 no such sender"]


@pytest.mark.parametrize("words", OF_US)
def test_what_one_reader_s_server_says_of_us_holds_up_nobody_behind_her(
    app: Flask, session: Session, inbox: Inbox, words: str
) -> None:
    number = put(session, readers(8))
    let_say(inbox, words, readers(8)[3])
    look(app)
    assert not is_paused(session, number)
    assert states(session) == {"accepted": 7, "deferred": 1}


@pytest.mark.parametrize("words", OF_US)
def test_if_it_is_the_first_reader_one_resume_brings_the_letter_to_all_others(
    app: Flask, session: Session, inbox: Inbox, clock: Traveller, words: str
) -> None:
    number = put(session, readers(8))
    let_say(inbox, words, readers(8)[0])
    look(app)
    assert states(session) == {"queued": 8}
    assert is_paused(session, number)
    resume(session, number)
    look_for(app, clock, [timedelta(), timedelta(minutes=2)])
    assert not is_paused(session, number)
    assert states(session) == {"accepted": 7, "deferred": 1}


def test_what_many_say_of_us_pauses_though_some_have_it(
    app: Flask, session: Session, inbox: Inbox
) -> None:
    number = put(session, readers(30))
    let_say(inbox, OF_US[0], *readers(30)[10:])
    look(app)
    assert is_paused(session, number)
    assert states(session) == {"accepted": 10, "deferred": 5, "queued": 15}


@pytest.mark.parametrize("has_it", [0, 10])
@pytest.mark.parametrize("status", ["5.4.5", "5.1.90"])
def test_enough_for_a_day_loses_the_letter_to_nobody(
    app: Flask, session: Session, inbox: Inbox, has_it: int, status: str
) -> None:
    number = put(session, readers(30))
    let_say(inbox, f"550 {status} Daily user sending limit exceeded", *readers(30)[has_it:])
    look(app)
    assert is_paused(session, number)
    reason = session.get_one(OutboxMessage, number).pause_reason or ""
    assert reason.startswith("The mail service takes no more letters from us for now")
    assert states(session)["accepted"] == has_it
    assert states(session)["refused"] == 0
    let_say(inbox, KEPT)
    resume(session, number)
    look(app)
    assert states(session)["accepted"] >= 25
