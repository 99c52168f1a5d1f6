"""The coach adds one person: with proof, by a letter that asks, and never against their will."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses
from hrsite import clock as our_clock
from hrsite.accounts.models import Account, AuditEvent
from hrsite.newsletter import consent, subscribing
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.outbox import suppression
from hrsite.outbox.folder import OpenLetter
from tests import factories

ADA = "ada@example.org"
ASKED = {"address": ADA, "topics": ["articles"], "how": "in_person", "said_on": "2026-05-03"}
pytestmark = pytest.mark.usefixtures("clock")
Letters = Callable[[], list[OpenLetter]]


def add(coach: FlaskClient, **changes: object) -> tuple[int, str]:
    answer = coach.post("/desk/subscribers/add", data=ASKED | changes)
    page = answer.text if answer.status_code != 303 else coach.get(answer.location).text
    return answer.status_code, " ".join(page.split())


def state_of(session: Session) -> list[SubscriptionState]:
    session.expire_all()
    (person,) = session.scalars(select(Subscriber))
    return [held.state for held in person.subscriptions]


def test_somebody_who_asked_is_asked_to_confirm_and_the_proof_is_kept(
    coach: FlaskClient, session: Session, work: Callable[[], None], letters: Letters
) -> None:
    status, page = add(coach, topics=["articles", "notices"])
    assert status == 303
    assert "A letter asks them to confirm." in page
    assert state_of(session) == [SubscriptionState.UNCONFIRMED] * 2
    events = session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)).all()
    assert [(one.kind, one.how, one.said_on) for one in events] == [
        ("asked", "in_person", date(2026, 5, 3))
    ] * 2
    work()
    (letter,) = letters()
    assert letter.letter.to == ADA
    assert any("/confirm/" in target for _, target in letter.links)
    told = " ".join(coach.post("/desk/subscribers", data={"address": ADA}).text.split())
    assert "Told you in person on 3 May 2026; you wrote it down later." in told
    assert "version not ours" not in told


def test_their_own_yes_shows_the_words_they_read(coach: FlaskClient, session: Session) -> None:
    add(coach)
    (person,) = session.scalars(select(Subscriber))
    subscribing.confirm(session, person.links["confirm"], our_clock.now())
    session.commit()
    told = " ".join(coach.post("/desk/subscribers", data={"address": ADA}).text.split())
    assert "With the link in a letter. The words of version 2026-11." in told
    assert consent.CONSENT_WORDS in told


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (SubscriptionState.CONFIRMED, "They are on the list already."),
        (SubscriptionState.UNSUBSCRIBED, "They were on the list and left"),
    ],
)
def test_whoever_is_here_or_has_left_stays_as_they_are(
    coach: FlaskClient,
    session: Session,
    work: Callable[[], None],
    letters: Letters,
    state: SubscriptionState,
    words: str,
) -> None:
    factories.make_subscriber(session, ADA, state=state)
    status, page = add(coach, topics=["articles", "notices"])
    assert status == 422
    assert words in page
    assert ADA in page
    assert state_of(session) == [state]
    assert not session.scalars(select(ConsentEvent)).all()
    work()
    assert letters() == []


def test_a_closed_address_and_one_that_was_left_for_another_are_not_added(
    coach: FlaskClient, session: Session
) -> None:
    key, now = subscribing.key_of(addresses.check(ADA)), our_clock.now()
    consent.note(session, key, "unsubscribed", None, "settings", now)
    session.commit()
    assert "They were on the list and left" in add(coach)[1]
    suppression.suppress(session, key, "5.1.1 no such mailbox", now)
    session.commit()
    assert "Nothing can be written to this address" in add(coach)[1]
    assert "If they sign up on the site and confirm, it is open again." in add(coach)[1]
    assert session.scalars(select(Subscriber)).all() == []


def test_to_who_asked_never_to_be_written_to_again_no_way_back_is_promised(
    coach: FlaskClient, session: Session
) -> None:
    key = subscribing.key_of(addresses.check(ADA))
    suppression.suppress(session, key, "", our_clock.now(), "erased")
    session.commit()
    status, page = add(coach)
    assert status == 422
    assert "Nothing is written to this address: they asked for that." in page
    assert "it is open again" not in page


def test_whoever_waits_is_asked_once_a_day_at_most(
    coach: FlaskClient,
    session: Session,
    clock: time_machine.Traveller,
    work: Callable[[], None],
    letters: Letters,
) -> None:
    add(coach)
    work()
    status, page = add(coach)
    assert status == 422
    assert "They were asked already" in page
    clock.shift(timedelta(hours=25))
    factories.sign_in(coach, session.scalars(select(Account)).one())
    status, page = add(coach)
    assert status == 303
    assert "goes out once more" in page
    work()
    assert len(letters()) == 2


def test_a_kind_of_letter_they_left_is_not_asked_for_again(
    coach: FlaskClient, session: Session
) -> None:
    person = factories.make_subscriber(session, ADA, tuple(Topic), SubscriptionState.UNCONFIRMED)
    person.subscriptions[0].state = SubscriptionState.UNSUBSCRIBED
    session.commit()
    assert add(coach, topics=["articles", "notices"])[0] == 303
    assert state_of(session) == [SubscriptionState.UNSUBSCRIBED, SubscriptionState.UNCONFIRMED]
    # Nor does her page say that she asked for it.
    told = " ".join(coach.post("/desk/subscribers", data={"address": ADA}).text.split())
    assert "Asked for letters: session notices" in told
    assert "Asked for letters: articles" not in told


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"address": "ada.example.org"}, "This address has no @ sign."),
        ({"topics": []}, "Choose at least one kind of letter."),
        ({"how": "by owl"}, "Choose how they asked you."),
        ({"said_on": "2026-06-03"}, "This day lies ahead."),
        ({"said_on": ""}, "Choose a day."),
        ({"said_on": "last May"}, "Write the day like 2026-06-30."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    coach: FlaskClient, session: Session, change: dict[str, object], words: str
) -> None:
    status, page = add(coach, **change)
    assert status == 422
    assert words in page
    assert str((ASKED | change)["address"]) in page
    assert session.scalars(select(Subscriber)).all() == []


def test_the_audit_says_that_somebody_was_added_and_not_whom(
    coach: FlaskClient, session: Session
) -> None:
    add(coach)
    session.rollback()
    (line,) = session.scalars(select(AuditEvent).where(AuditEvent.kind == "person_added"))
    assert (line.account_id is not None, line.detail) == (True, "new")
