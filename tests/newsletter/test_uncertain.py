"""What a reader chose while her letter was not known is heeded when it goes once more."""

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import holding, subscribing, uncertain
from hrsite.newsletter.models import FollowUp, Issue, Subscriber
from hrsite.outbox import presence, settling, tally
from hrsite.outbox.models import DeliveryState
from tests import factories
from tests.newsletter.following import change, make_readers
from tests.newsletter.histories import look as whole_look
from tests.newsletter.test_desk_issues import page_of
from tests.newsletter.test_desk_uncertain import lost, press
from tests.outbox.ledger import READERS, close, look, mail_goes_to, rows, states
from tests.outbox.meeting import beside
from tests.outbox.smtp_server import DROP, Inbox, RawServer, mail_server

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def issue(app: Flask, session: Session) -> Issue:
    """An Issue of which nobody knows whether its two readers have it; it waits for the coach."""
    app.config["UNCERTAIN"] = "hold"
    presence.announce(session, "one", our_clock.now())
    return lost(app, session, *READERS[:2])


def ada(session: Session) -> Subscriber:
    found = subscribing.find_by_address(session, READERS[0])
    assert found
    return found


def what_goes(app: Flask) -> Inbox:
    """What a worker that looks now hands over."""
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    return inbox


def test_who_chose_plain_letters_meanwhile_gets_a_plain_one(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    subscribing.choose_discreet(session, ada(session), True, our_clock.now())
    session.commit()
    press(coach, issue, "again")
    letters = {one.rcpt_tos[0]: one.content.decode() for one in what_goes(app).envelopes}
    assert "Small steps" not in letters[READERS[0]]
    assert "Small steps" in letters[READERS[1]]


def pause(session: Session, reader: Subscriber) -> None:
    subscribing.pause(session, reader, 3, our_clock.now())


def leave(session: Session, reader: Subscriber) -> None:
    subscribing.unsubscribe(session, reader, "settings", our_clock.now())


@pytest.mark.parametrize("deed", [pause, leave])
def test_about_who_paused_or_left_the_coach_is_not_asked_any_more(
    app: Flask,
    session: Session,
    coach: FlaskClient,
    issue: Issue,
    deed: Callable[[Session, Subscriber], None],
) -> None:
    deed(session, ada(session))
    session.commit()
    page = page_of(coach, issue.id)
    assert page.count("It waits for you.") == page.count("It is not handed over again.") == 1
    assert "Hand it over once more" in page
    assert "1 letter is handed over once more." in press(coach, issue, "again")
    assert [one.rcpt_tos for one in what_goes(app).envelopes] == [[READERS[1]]]
    assert states(session) == {"uncertain": 1, "accepted": 1}
    assert tally.check(session) == {}


def test_who_left_while_it_was_in_the_air_gets_nothing_more_and_the_page_says_so(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    for row in rows(session):
        row.state, row.lease_until = DeliveryState.SENDING, our_clock.now() - timedelta(1)
        tally.moved(session, row.message_id, {DeliveryState.UNCERTAIN: 1}, {})
    issue.message.settled_at = None
    pause(session, ada(session))
    settling.settle(session, our_clock.now(), session.commit)
    session.commit()
    assert states(session) == {"uncertain": 2}
    page = press(coach, issue, "again")
    assert "1 letter is handed over once more. 1 reader gets nothing: they left, paused" in page
    assert [one.rcpt_tos for one in what_goes(app).envelopes] == [[READERS[1]]]
    assert "Nothing was changed. 1 reader gets nothing" in press(coach, issue, "again")


def test_a_closed_address_is_not_counted_among_those_that_get_it_once_more(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    close(session, READERS[0])
    page = press(coach, issue, "again")
    assert "1 letter is handed over once more. 1 reader gets nothing" in page
    assert len(what_goes(app).envelopes) == 1


def test_who_wants_no_more_reminders_gets_none_once_more(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    issue.follow_up = FollowUp.REMINDER
    for reader in session.scalars(select(Subscriber)):
        reader.wants_reminders = reader.address == READERS[1]
    session.commit()
    page = press(coach, issue, "again")
    assert "1 letter is handed over once more. 1 reader gets nothing" in page
    assert [one.rcpt_tos for one in what_goes(app).envelopes] == [[READERS[1]]]


@pytest.mark.parametrize("database", ["postgresql"])
def test_who_leaves_in_the_moment_of_the_press_gets_nothing(
    app: Flask, session: Session, issue: Issue
) -> None:
    assert uncertain.hand_over_again(session, issue, None, our_clock.now()) == (2, 0)
    with beside(app, session, lambda another: leave(another, ada(another))):
        pass
    assert [one.rcpt_tos for one in what_goes(app).envelopes] == [[READERS[1]]]


@pytest.mark.parametrize("database", ["postgresql"])
def test_who_has_just_left_when_it_is_pressed_gets_nothing(
    app: Flask, session: Session, issue: Issue
) -> None:
    leave(session, ada(session))

    def hand_over(another: Session) -> None:
        told = another.get_one(Issue, issue.id)
        uncertain.hand_over_again(another, told, None, our_clock.now())

    with beside(app, session, hand_over):
        pass
    assert [one.rcpt_tos for one in what_goes(app).envelopes] == [[READERS[1]]]


def test_a_stopped_issue_keeps_the_choice_until_it_goes_on(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    holding.stop(issue, our_clock.now())
    session.commit()
    assert "Press Resume first" in press(coach, issue, "again")
    assert what_goes(app).envelopes == []
    press(coach, issue, "resume")
    assert "2 letters are handed over once more." in press(coach, issue, "again")
    assert len(what_goes(app).envelopes) == 2


def test_what_she_dropped_is_not_handed_over_again(
    app: Flask, session: Session, coach: FlaskClient, issue: Issue
) -> None:
    holding.drop(session, issue, our_clock.now())
    session.commit()
    assert "Hand" not in page_of(coach, issue.id)
    assert "You dropped this Issue" in press(coach, issue, "again")
    assert what_goes(app).envelopes == []


def test_what_a_session_was_before_it_changed_is_told_nobody_once_more(
    app: Flask, session: Session, coach: FlaskClient
) -> None:
    app.config["UNCERTAIN"] = "hold"
    make_readers(session, READERS[0])
    notice = factories.make_notice(session, send_to_readers=True)
    with RawServer({"DOT": DROP}) as server:
        mail_goes_to(app, server.port)
        whole_look(app)
    assert states(session) == {"uncertain": 1}
    issue = session.scalars(select(Issue)).one()
    change(session, notice, moved_from_at=notice.starts_at, start_time=time(20))
    page = press(coach, issue, "again")
    assert "Its session has changed since, so it is not handed over again." in page
    assert "It waits for you." in page
    assert "handed over once more." not in page
