"""Who leaves, pauses or chooses on PostgreSQL while her part of a list is written down."""

from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import clock as our_clock
from hrsite.newsletter import bringing, erasing, issues, moving, subscribing, undoing
from hrsite.newsletter.models import Cadence, Issue, OwedArticle, Subscriber
from hrsite.newsletter.models_moving import AddressChange
from hrsite.newsletter.models_people import ListState
from hrsite.outbox import claiming, tally, turns
from tests import factories
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows, states
from tests.outbox.meeting import amid, beside
from tests.outbox.smtp_server import mail_server

pytestmark = pytest.mark.parametrize("database", ["postgresql"])
ADA, BEA, CLEO, DORA = (f"{name}@example.org" for name in ("ada", "bea", "cleo", "dora"))
Deed = Callable[[Session, Subscriber], None]


def leave(session: Session, ada: Subscriber) -> None:
    subscribing.unsubscribe(session, ada, "letter", our_clock.now())


def pause(session: Session, ada: Subscriber) -> None:
    subscribing.pause(session, ada, 1, our_clock.now())


def choose_plain_letters(session: Session, ada: Subscriber) -> None:
    subscribing.choose_discreet(session, ada, True, our_clock.now())


@pytest.fixture
def ada(session: Session, clock: time_machine.Traveller) -> Subscriber:
    """She, somebody else, and a reader of the weekly letter; an article waits for its Issue."""
    ada = factories.make_subscriber(session, ADA)
    factories.make_subscriber(session, BEA)
    factories.make_subscriber(session, CLEO).cadence = Cadence.WEEKLY
    factories.make_post(session, send_to_readers=True)
    session.commit()
    return ada


def begin_to_write_the_list_down(session: Session) -> None:
    now = our_clock.now()
    (told,) = issues.due(session, now)
    issues.open_issue(session, told, now)
    session.flush()


@pytest.mark.parametrize("deed", [leave, pause])
def test_who_leaves_meanwhile_gets_nothing(
    app: Flask,
    session: Session,
    ada: Subscriber,
    clock: time_machine.Traveller,
    deed: Deed,
) -> None:
    begin_to_write_the_list_down(session)
    with beside(app, session, lambda another: deed(another, another.get_one(Subscriber, ada.id))):
        pass
    assert states(session) == {"queued": 1, "withdrawn": 1}
    clock.shift(3600)
    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        look(app)
    assert [one.rcpt_tos for one in inbox.envelopes] == [[BEA]]
    assert tally.check(session) == {}


def test_who_has_just_left_is_not_written_down(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    leave(session, ada)
    session.flush()
    with beside(app, session, begin_to_write_the_list_down):
        pass
    assert [copy.address for copy in rows(session)] == [BEA]


def test_who_wants_plain_letters_meanwhile_gets_this_one_plain(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    begin_to_write_the_list_down(session)
    with beside(
        app,
        session,
        lambda another: choose_plain_letters(another, another.get_one(Subscriber, ada.id)),
    ):
        pass
    assert [copy.is_discreet for copy in rows(session) if copy.address == ADA] == [True]


def test_who_wants_each_letter_meanwhile_stands_in_one_place(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    def choose_each(another: Session) -> None:
        cleo = subscribing.find_by_address(another, CLEO)
        assert cleo is not None
        subscribing.choose_cadence(another, cleo, Cadence.EACH, our_clock.now())

    with amid(app, session, "AS place", choose_each):
        begin_to_write_the_list_down(session)
    issue = session.scalars(select(Issue)).one()
    assert (issue.weekly_count, issue.message.created_count) == (1, 2)
    owed = session.scalars(select(OwedArticle.subscriber_id)).all()
    assert len(owed) == 1


def test_a_reader_of_the_weekly_letter_leaves_while_an_article_is_owed_to_her(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    """Neither waits for the other for good: PostgreSQL would end one of them."""
    cleo = subscribing.find_by_address(session, CLEO)
    assert cleo is not None
    turns.before_a_list(session)

    def leave_as_cleo(another: Session) -> None:
        leave(another, another.get_one(Subscriber, cleo.id))

    with beside(app, session, leave_as_cleo):
        begin_to_write_the_list_down(session)
    session.refresh(cleo)
    assert subscribing.chosen_topics(cleo) == []


def test_she_has_herself_erased_while_an_article_is_owed_to_her(
    app: Flask, session: Session, ada: Subscriber, tmp_path: Path
) -> None:
    cleo = subscribing.find_by_address(session, CLEO)
    assert cleo is not None
    turns.before_a_list(session)
    key = cleo.address_key

    def erase(another: Session) -> None:
        erasing.erase(another, tmp_path, key, False, our_clock.now())

    with beside(app, session, erase):
        begin_to_write_the_list_down(session)
    assert subscribing.find_by_address(session, CLEO) is None


def test_her_list_is_undone_while_an_article_is_owed_to_her(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    brought = factories.make_list(session, f"Email,How often\n{DORA},weekly\n")
    assert bringing.start(session, brought.id, our_clock.now())
    bringing.add_part(session, brought.id, our_clock.now())
    assert undoing.undo(session, brought.id, our_clock.now())
    number = brought.id
    session.commit()
    turns.before_a_list(session)

    def undo(another: Session) -> None:
        undoing.undo_part(another, number, our_clock.now())

    with beside(app, session, undo):
        begin_to_write_the_list_down(session)
    session.expire_all()
    assert (brought.state, brought.removed_count) == (ListState.UNDONE, 1)
    assert DORA not in {one.address for one in session.scalars(select(Subscriber))}


def test_a_letter_claimed_at_that_moment_goes_to_the_new_address(
    app: Flask, session: Session, ada: Subscriber
) -> None:
    change = factories.make_address_change(session, ada, "ada@new.example", "move", "stop")
    number = change.id
    put_letter(session, ADA)
    now = our_clock.now()
    claimed = claiming.claim(session, "a worker", now, 5)

    def move(another: Session) -> None:
        assert moving.make(another, another.get_one(AddressChange, number), now)

    with beside(app, session, move):
        pass
    assert claiming.permit(session, claimed, now) == []
    session.commit()
