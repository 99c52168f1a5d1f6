"""Fourteen days without a yes, and it is as if nobody had asked: a leaver is one for good."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.newsletter import adding, consent, moving, subscribing
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.outbox.models import Recipient
from tests import factories
from tests.journeys.doors import Letters, MailProgram, ask_for_link, sign_up
from tests.newsletter.test_bringing import add_all, people

pytestmark = pytest.mark.usefixtures("clock")
ADA = "ada@example.org"
CONFIRMED, UNCONFIRMED, UNSUBSCRIBED = (
    SubscriptionState.CONFIRMED,
    SubscriptionState.UNCONFIRMED,
    SubscriptionState.UNSUBSCRIBED,
)
Night = Callable[[float], None]
Work = Callable[[], None]


@pytest.fixture
def night(app: Flask, session: Session, clock: Traveller) -> Night:
    """So many days go by, and then it is night."""

    def pass_by(days: float) -> None:
        session.rollback()
        clock.shift(timedelta(days=days))
        looking.tidy_up()
        session.rollback()
        session.expire_all()

    return pass_by


@pytest.fixture
def leaver(
    client: FlaskClient, session: Session, letters: Letters, work: Work, clock: Traveller
) -> Subscriber:
    """She asked for letters, said yes, and left an hour later."""
    sign_up(client, ADA)
    work()
    MailProgram(client, letters, ADA).confirm()
    clock.shift(3600)
    ada = session.scalars(select(Subscriber)).one()
    client.post(f"/unsubscribe/{ada.links['unsubscribe']}", data={"button": "1"})
    return ada


def typed_again(client: FlaskClient, clock: Traveller, work: Work, *topics: str) -> None:
    """A month later somebody types her address, and a letter asks her."""
    clock.shift(timedelta(days=30))
    sign_up(client, ADA, topics or ("articles",))
    work()


def said(session: Session, typed: str = ADA) -> list[str]:
    key = subscribing.key_of(addresses.check(typed))
    lines = select(ConsentEvent.kind).where(ConsentEvent.address_key == key)
    return list(session.scalars(lines.order_by(ConsentEvent.id)))


def test_no_list_revives_a_leaver_whose_address_somebody_typed_in_vain(
    client: FlaskClient, session: Session, leaver: Subscriber, letters: Letters, work: Work,
    clock: Traveller, night: Night,
) -> None:  # fmt: skip
    left_at = leaver.subscriptions[0].changed_at
    typed_again(client, clock, work)
    assert people(session) == {ADA: [UNCONFIRMED]}
    night(15)
    assert people(session) == {ADA: [UNSUBSCRIBED]}
    assert leaver.subscriptions[0].changed_at == left_at
    brought = factories.make_list(session, f"Email\n{ADA}\n")
    add_all(session, brought)
    assert (brought.added_count, brought.left_count) == (0, 1)
    factories.make_post(session, title="To all", send_to_readers=True)
    work()
    assert "To all" not in MailProgram(client, letters, ADA).subjects()


def test_her_proof_stays_as_it_was_and_lasts_no_longer_for_it(
    client: FlaskClient, session: Session, leaver: Subscriber, work: Work, clock: Traveller,
    night: Night,
) -> None:  # fmt: skip
    typed_again(client, clock, work, "articles", "notices")
    assert said(session) == ["asked", "confirmed", "unsubscribed", "asked", "asked"]
    night(15)
    assert said(session) == ["asked", "confirmed", "unsubscribed"]
    # Of what she never had nothing stays: it is as if nobody had asked.
    assert people(session) == {ADA: [UNSUBSCRIBED]}
    night(3 * 365 - 45)
    assert said(session)
    night(2)
    assert said(session) == []
    assert verdict(session, leaver.address_key) == Verdict.LEFT


def test_whoever_left_so_long_ago_that_no_line_says_so_stays_a_leaver_too(
    client: FlaskClient, session: Session, leaver: Subscriber, work: Work, clock: Traveller,
    night: Night,
) -> None:  # fmt: skip
    night(3 * 365 + 2)
    assert said(session) == []
    for _ in range(2):
        typed_again(client, clock, work)
        night(15)
        assert people(session) == {ADA: [UNSUBSCRIBED]}
        assert said(session) == []


def test_whoever_said_no_before_any_yes_stays_a_leaver_too(
    client: FlaskClient, session: Session, letters: Letters, work: Work, clock: Traveller,
    night: Night,
) -> None:  # fmt: skip
    sign_up(client, ADA)
    work()
    clock.shift(timedelta(days=3))
    ask_for_link(client, ADA)
    work()
    client.post(MailProgram(client, letters, ADA).path("settings"), data={"stop": "1"})
    assert people(session) == {ADA: [UNSUBSCRIBED]}
    typed_again(client, clock, work)
    night(15)
    assert people(session) == {ADA: [UNSUBSCRIBED]}


def test_another_kind_of_letter_asked_for_in_vain_is_forgotten_alone(
    client: FlaskClient, session: Session, work: Work, letters: Letters, night: Night
) -> None:
    factories.make_subscriber(session, ADA)
    sign_up(client, ADA, ["notices"])
    work()
    assert people(session) == {ADA: [CONFIRMED, UNCONFIRMED]}
    confirm = MailProgram(client, letters, ADA).path("confirm")
    night(15)
    assert people(session) == {ADA: [CONFIRMED]}
    assert said(session) == []
    assert "already set" in client.post(confirm).text


def test_an_address_left_for_another_one_is_known_as_left_and_otherwise_forgotten(
    client: FlaskClient, session: Session, work: Work, night: Night
) -> None:
    key = subscribing.key_of(addresses.check(ADA))
    # What a move leaves behind at the address before.
    consent.note(session, key, "unsubscribed", None, "settings", our_clock.now())
    session.commit()
    sign_up(client, ADA)
    work()
    assert verdict(session, key) == Verdict.WAITING
    night(15)
    assert people(session) == {}
    assert session.scalars(select(Recipient.address)).all() == [""]
    assert said(session) == ["unsubscribed"]
    assert verdict(session, key) == Verdict.LEFT


def test_asked_again_on_the_last_day_she_has_as_long_as_the_letter_says(
    client: FlaskClient, letters: Letters, work: Work, clock: Traveller, night: Night
) -> None:
    sign_up(client, ADA)
    work()
    clock.shift(timedelta(days=13, hours=20))
    sign_up(client, ADA)
    work()
    ada = MailProgram(client, letters, ADA)
    assert "14 days" in ada.inbox()[-1].text
    night(13.9)
    assert "You are on the list" in ada.confirm().text


def test_whoever_is_asked_again_by_the_coach_has_as_long_too(
    session: Session, night: Night
) -> None:
    told = adding.Told("phone", our_clock.now().date())
    for days in (0, 13):
        night(days)
        assert adding.add(session, ADA, [Topic.ARTICLES], told, our_clock.now()).is_asked
        session.commit()
    night(13.9)
    assert people(session) == {ADA: [UNCONFIRMED]}
    night(0.2)
    assert people(session) == {}


def test_asked_again_nobody_is_reminded_besides(
    client: FlaskClient, letters: Letters, work: Work, clock: Traveller
) -> None:
    counts = []
    # Nobody was there to remind her after a day. Asked again, she has been reminded by that.
    for hours, is_asked in ((0, True), (50, False), (190, True), (25, False), (25, False)):
        clock.shift(timedelta(hours=hours))
        if is_asked:
            sign_up(client, ADA)
        work()
        counts.append(len(letters()))
    assert counts == [1, 1, 2, 2, 2]


def test_typed_in_every_day_an_address_is_kept_no_longer_than_the_last_letter_said(
    client: FlaskClient, session: Session, letters: Letters, work: Work, night: Night
) -> None:
    counts, days_here, seen = [], [], set()
    for day in range(32):
        sign_up(client, ADA)
        work()
        seen |= {one.letter.name for one in letters()}
        counts.append(len(seen))
        night(1)
        if people(session):
            days_here.append(day)
    # Three letters in thirty days, the last on the third of them; and then the next.
    assert counts == [1, 2, *[3] * 28, 4, 5]
    assert days_here == [*range(16), 30, 31]


def test_an_address_that_she_wished_for_is_forgotten_with_her(
    session: Session, night: Night, work: Work
) -> None:
    ada = factories.make_subscriber(session, ADA, state=UNCONFIRMED)
    session.commit()
    night(13)
    moving.ask(session, ada, "ada@new.example", our_clock.now())
    session.commit()
    work()
    assert "ada@new.example" in session.scalars(select(Recipient.address)).all()
    night(1.5)
    assert session.scalars(select(Subscriber)).all() == []
    assert "ada@new.example" not in session.scalars(select(Recipient.address)).all()
