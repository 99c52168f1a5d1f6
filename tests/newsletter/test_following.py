"""What readers are told when a session moves or is called off, and what nobody is told any more."""

from datetime import date, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import following, subscribing
from hrsite.newsletter.models import FollowUp, Issue, Subscriber
from hrsite.notices.models import ChangedDay
from hrsite.outbox.models import DeliveryState, Suppression
from tests import factories
from tests.journeys.doors import Letters
from tests.newsletter.following import A_WHILE, ADA, BEA, CLEO, WEEKLY, Post, change, make_readers
from tests.outbox.ledger import rows

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def post(app: Flask, letters: Letters, session: Session) -> Post:
    app.config["UNDO_MINUTES"] = 0
    return Post(app, letters, session)


def person(session: Session, typed: str) -> Subscriber:
    found = subscribing.find_by_address(session, typed)
    assert found is not None
    return found


def test_a_moved_session_is_told_to_who_had_its_letter_and_to_nobody_else(
    session: Session, post: Post
) -> None:
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session, title="The group", send_to_readers=True)
    assert post.to() == [ADA, BEA]
    make_readers(session, CLEO)
    assert not following.has_news(session, notice)

    change(session, notice, moved_from_at=notice.starts_at, start_time=time(20))
    assert following.has_news(session, notice)
    assert following.counts(session, notice, our_clock.now()) == following.ToldCounts(ready=2)
    assert following.tell(session, notice, our_clock.now()) is not None
    session.commit()

    told = post.new()
    assert [one.letter.to for one in told] == [ADA, BEA]
    words = " ".join(told[0].text.split())
    assert told[0].letter.subject == "Moved: The group"
    assert "It was to begin Thursday 4 June 2026 at 7:00 pm, Toronto time." in words
    assert "Now it begins Thursday 4 June 2026 at 8:00 pm, Toronto time." in words
    assert "Open your booking letter and press Join." in words
    assert not following.has_news(session, notice)


def test_it_is_told_once_however_often_the_button_is_pressed(session: Session, post: Post) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    change(session, notice, cancelled_at=our_clock.now())
    assert following.tell(session, notice, our_clock.now()) is not None
    session.commit()
    assert following.tell(session, notice, our_clock.now()) is None
    session.commit()
    assert post.to() == [ADA]
    assert post.to() == []


def test_a_cancelled_session_says_so_and_not_how_to_join(session: Session, post: Post) -> None:
    make_readers(session, ADA)
    make_readers(session, BEA, is_discreet=True)
    notice = factories.make_notice(session, title="Naloxone evening", send_to_readers=True)
    post.new()
    change(session, notice, cancelled_at=our_clock.now())
    following.tell(session, notice, our_clock.now())
    session.commit()
    whole, plain = post.new()
    assert whole.letter.subject == "Cancelled: Naloxone evening"
    assert plain.letter.subject == "A new note from Jordan"
    for letter in (whole, plain):
        words = " ".join(letter.text.split())
        assert "It will not take place." in words
        assert "Thursday 4 June 2026 at 7:00 pm" in words
        assert "booking letter" not in words
        assert "When:" not in words
    assert "naloxone" not in plain.text.lower()


def test_who_left_paused_or_is_closed_since_is_not_told(session: Session, post: Post) -> None:
    dora = "dora@example.org"
    make_readers(session, ADA, BEA, CLEO, dora)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    now = our_clock.now()
    subscribing.unsubscribe(session, person(session, BEA), "letter", now)
    subscribing.pause(session, person(session, CLEO), 1, now)
    key = person(session, dora).address_key
    session.add(Suppression(address_key=key, reason="It bounced.", since_at=now))
    change(session, notice, cancelled_at=now)

    told = following.counts(session, notice, now)
    assert (told.ready, told.left, told.paused, told.blocked) == (1, 1, 1, 1)
    following.tell(session, notice, now)
    session.commit()
    assert post.to() == [ADA]
    issue = session.scalars(select(Issue).order_by(Issue.id.desc())).first()
    assert issue is not None
    assert issue.paused_count == 1


def test_who_may_have_it_is_told_and_whose_letter_was_refused_is_not(
    session: Session, post: Post
) -> None:
    make_readers(session, ADA, BEA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    first, second = rows(session)
    first.state, second.state = DeliveryState.UNCERTAIN, DeliveryState.REFUSED
    first.message.accepted_count, first.message.uncertain_count = 0, 1
    first.message.refused_count = 1
    change(session, notice, cancelled_at=our_clock.now())
    following.tell(session, notice, our_clock.now())
    session.commit()
    assert post.to() == [ADA]


def test_a_letter_that_is_no_longer_true_is_not_handed_over(
    app: Flask, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    assert post.to() == []  # It can be taken back for two minutes.
    change(session, notice, moved_from_at=notice.starts_at, start_time=time(20))
    clock.shift(A_WHILE)
    assert post.to() == []
    assert [row.state for row in rows(session)] == [DeliveryState.WITHDRAWN]
    # She has heard of nothing yet, and must hear of the new time.
    assert following.counts(session, notice, our_clock.now()).ready == 1
    following.tell(session, notice, our_clock.now())
    session.commit()
    clock.shift(A_WHILE)
    (letter,) = post.new()
    assert "8:00 pm" in letter.text


def test_what_nobody_heard_of_need_not_be_called_off(
    app: Flask, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    change(session, notice, cancelled_at=our_clock.now())
    clock.shift(A_WHILE)
    assert post.to() == []
    assert following.counts(session, notice, our_clock.now()).all == 0


def test_one_day_of_a_series_is_told(session: Session, post: Post) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True, **WEEKLY)
    post.new()
    notice.changed_days = [
        ChangedDay(planned_on=date(2026, 6, 11), cancelled_at=our_clock.now()),
        ChangedDay(
            planned_on=date(2026, 6, 18), moved_to_on=date(2026, 6, 19), moved_to_time=time(18)
        ),
    ]
    change(session, notice)
    following.tell(session, notice, our_clock.now())
    session.commit()
    (letter,) = post.new()
    words = " ".join(letter.text.split())
    assert "The one on Thursday 11 June 2026 at 7:00 pm, Toronto time is cancelled." in words
    assert "The one on Thursday 18 June 2026 at 7:00 pm, Toronto time has moved." in words
    assert "It begins Friday 19 June 2026 at 6:00 pm, Toronto time." in words


def test_no_letter_about_a_change_is_handed_over_after_the_session_began(
    app: Flask, session: Session, post: Post, clock: time_machine.Traveller
) -> None:
    app.config["UNDO_MINUTES"] = 2
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    clock.shift(A_WHILE)
    assert post.to() == [ADA]
    change(session, notice, cancelled_at=our_clock.now())
    following.tell(session, notice, our_clock.now())
    session.commit()
    clock.shift(timedelta(days=2, hours=9))
    assert post.to() == []
    assert rows(session)[-1].state == DeliveryState.EXPIRED

    late = factories.make_notice(session, starts_at=our_clock.now() + timedelta(minutes=8))
    with pytest.raises(following.TooSoon):
        following.tell(session, late, our_clock.now())


def test_a_change_of_words_alone_is_no_news(session: Session, post: Post) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    post.new()
    notice.title, notice.version = "Other words", 2
    session.commit()
    assert not following.has_news(session, notice)
    assert session.scalars(select(Issue).where(Issue.follow_up == FollowUp.CHANGE)).all() == []


def test_telling_calls_the_older_letter_back_at_once(session: Session) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, send_to_readers=True)
    factories.open_issues(session)
    change(session, notice, moved_from_at=notice.starts_at, start_time=time(20))
    following.tell(session, notice, our_clock.now())
    session.commit()
    older, newer = rows(session)
    assert (older.state, newer.state) == (DeliveryState.WITHDRAWN, DeliveryState.QUEUED)


def test_what_holds_until_further_notice_is_told_too(session: Session, post: Post) -> None:
    make_readers(session, ADA)
    notice = factories.make_notice(session, starts_at=None, send_to_readers=True)
    post.new()
    change(session, notice, place="Another room")
    assert following.tell(session, notice, our_clock.now()) is not None
    session.commit()
    (letter,) = post.new()
    assert "Please read it again. Something has changed." in letter.text
    assert "Another room" in letter.text
