"""Letters go to another address: asked at the one, proved at the other, stopped at the first."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import addresses, looking
from hrsite import clock as our_clock
from hrsite.newsletter import consent, moving, subscribing
from hrsite.newsletter.admitting import Verdict, verdict
from hrsite.newsletter.models import ConsentEvent, Subscriber, SubscriptionState, Topic
from hrsite.newsletter.models_moving import AddressChange
from hrsite.outbox import suppression, tally
from hrsite.outbox.models import Recipient
from tests import factories
from tests.journeys.doors import Letters, MailProgram
from tests.outbox.ledger import states

pytestmark = pytest.mark.usefixtures("clock")
OLD, NEW, OTHER = "ada@example.org", "ada@new.example", "bea@example.org"
Work = Callable[[], None]


@pytest.fixture
def ada(session: Session, work: Work) -> Subscriber:
    """A reader with something to prove."""
    work()
    person = factories.make_subscriber(session, OLD, tuple(Topic))
    consent.note(
        session, person.address_key, "confirmed", Topic.ARTICLES, "letter", our_clock.now()
    )
    session.commit()
    return person


@pytest.fixture
def mail(client: FlaskClient, letters: Letters) -> Callable[[str], MailProgram]:
    return lambda address: MailProgram(client, letters, address)


def key(typed: str) -> str:
    return subscribing.key_of(addresses.check(typed))


def ask(client: FlaskClient, person: Subscriber, new: str) -> str:
    answer = client.post(f"/settings/{person.links['settings']}/address", data={"address": new})
    return f"{answer.status_code} {answer.text}"


def press(program: MailProgram, purpose: str) -> str:
    path = program.path(purpose)
    assert program.client.get(path).status_code == 200
    return program.client.post(path).text


def person_at(session: Session, typed: str) -> Subscriber | None:
    session.rollback()
    session.expire_all()
    return subscribing.find_by_address(session, typed)


def test_after_the_button_there_everything_goes_along(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work, clock: Traveller,
) -> None:  # fmt: skip
    number, old_settings = ada.id, f"/settings/{ada.links['settings']}"
    leaving = f"/unsubscribe/{ada.links['unsubscribe']}"
    assert "Look in the new mailbox" in ask(client, ada, NEW)
    work()
    factories.make_post(session, send_to_readers=True)
    factories.open_issues(session)
    assert "Your letters come here now" in press(mail(NEW), "move")
    found = person_at(session, NEW)
    assert found is not None
    assert found.id == number
    assert person_at(session, OLD) is None
    assert subscribing.chosen_topics(found) == list(Topic)
    kinds = session.scalars(
        select(ConsentEvent.kind)
        .where(ConsentEvent.address_key == key(NEW))
        .order_by(ConsentEvent.id)
    )
    assert list(kinds) == ["confirmed", "moved"]
    clock.shift(60)
    work()
    assert "Small steps" in mail(NEW).subjects()[-1]
    assert mail(OLD).subjects() == ["Your letters"]
    # What waited went there; nothing is lost to the numbers; no list brings the old one back.
    assert tally.check(session) == {}
    assert verdict(session, key(OLD)) == Verdict.LEFT
    # The old settings link stands in letters at the old address; the one to leave always works.
    assert client.get(old_settings).status_code == 404
    assert client.get(leaving).status_code == 200


def test_the_letter_that_once_asked_at_the_old_address_leads_nobody_to_her_settings(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work,
) -> None:  # fmt: skip
    confirming = f"/confirm/{ada.links['confirm']}"
    assert client.get(confirming).status_code == 200
    ask(client, ada, NEW)
    work()
    press(mail(NEW), "move")
    answer = client.post(confirming)
    assert (answer.status_code, "/settings/" in answer.text) == (404, False)


def test_nothing_changes_before_the_button_and_opening_a_link_changes_nothing(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work,
) -> None:  # fmt: skip
    ask(client, ada, NEW)
    work()
    for program, purpose in ((mail(NEW), "move"), (mail(OLD), "stay")):
        client.get(program.path(purpose))
    assert person_at(session, OLD) is not None
    assert person_at(session, NEW) is None


def test_the_note_at_the_old_address_does_not_name_the_new_one(
    client: FlaskClient, ada: Subscriber, mail: Callable[[str], MailProgram], work: Work
) -> None:
    ask(client, ada, NEW)
    work()
    (note,) = mail(OLD).inbox()
    assert "new.example" not in note.text + note.html
    (question,) = mail(NEW).inbox()
    assert OLD not in question.text + question.html


@pytest.mark.parametrize("is_made", [False, True])
def test_it_was_not_me_puts_everything_back(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work, is_made: bool,
) -> None:  # fmt: skip
    stolen, confirming = (f"/{kind}/{ada.links[kind]}" for kind in ("settings", "confirm"))
    ask(client, ada, NEW)
    work()
    if is_made:
        press(mail(NEW), "move")
    assert "It is stopped" in press(mail(OLD), "stay")
    found = person_at(session, OLD)
    assert found is not None
    assert found.address == OLD
    assert person_at(session, NEW) is None
    assert client.get(stolen).status_code == client.get(confirming).status_code == 404
    assert client.post(mail(NEW).path("move")).status_code == 404
    said = session.scalars(select(ConsentEvent.kind).where(ConsentEvent.address_key == key(OLD)))
    assert "confirmed" in list(said)


@pytest.mark.parametrize("new", [NEW, OTHER, "left@example.org", "shut@example.org"])
def test_the_page_tells_nothing_of_the_new_address(
    client: FlaskClient, session: Session, ada: Subscriber, new: str
) -> None:
    factories.make_subscriber(session, OTHER)
    factories.make_subscriber(session, "left@example.org", state=SubscriptionState.UNSUBSCRIBED)
    suppression.suppress(session, key("shut@example.org"), "It bounced.", our_clock.now())
    session.commit()
    answer = ask(client, ada, new)
    token = ada.links["settings"]
    assert answer == ask(client, ada, NEW)
    assert answer.replace(token, "").count(new) == 0


def test_an_address_that_gets_letters_already_is_not_taken(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work,
) -> None:  # fmt: skip
    other = factories.make_subscriber(session, OTHER)
    ask(client, ada, OTHER)
    work()
    assert all("/move/" not in letter.text for letter in mail(OTHER).inbox())
    assert len(mail(OTHER).inbox()) == 1
    assert person_at(session, OLD) is not None
    found = person_at(session, OTHER)
    assert found is not None
    assert found.id == other.id


def test_an_address_that_is_never_written_to_again_is_not_even_asked(
    client: FlaskClient, session: Session, ada: Subscriber, work: Work
) -> None:
    suppression.suppress(session, key(NEW), "asked for it", our_clock.now(), "erased")
    session.commit()
    assert "200" in ask(client, ada, NEW)
    work()
    session.rollback()
    kept = session.scalars(select(Recipient.address_key)).all()
    assert (key(OLD) in kept, key(NEW) in kept) == (True, False)


def test_an_address_that_had_left_can_be_moved_to(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work,
) -> None:  # fmt: skip
    factories.make_subscriber(session, NEW, state=SubscriptionState.UNSUBSCRIBED)
    ask(client, ada, NEW)
    work()
    assert "Your letters come here now" in press(mail(NEW), "move")
    assert len(session.scalars(select(Subscriber)).all()) == 1
    assert tally.check(session) == {}
    assert states(session).total() == 1


def test_after_three_days_it_is_forgotten_with_the_new_address(
    client: FlaskClient, session: Session, ada: Subscriber, mail: Callable[[str], MailProgram],
    work: Work, clock: Traveller,
) -> None:  # fmt: skip
    ask(client, ada, NEW)
    work()
    clock.shift(timedelta(days=3))
    assert client.get(mail(NEW).path("move")).status_code == 404
    looking.tidy_up()
    session.rollback()
    assert session.scalars(select(AddressChange)).all() == []
    assert NEW not in session.scalars(select(Recipient.address)).all()


@pytest.mark.parametrize(
    ("typed", "words"), [("no address", "@"), (OLD.upper(), moving.SAME), ("", "address")]
)
def test_what_is_wrong_is_said_by_the_field_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session, ada: Subscriber, typed: str, words: str
) -> None:
    answer = ask(client, ada, typed)
    assert answer.startswith("422")
    assert words in answer
    assert f'value="{typed}"' in answer
    assert session.scalars(select(AddressChange)).all() == []


def test_nobody_can_write_to_strangers_from_a_settings_page_without_end(
    client: FlaskClient, ada: Subscriber, letters: Letters, work: Work, clock: Traveller
) -> None:
    for number in range(6):
        clock.shift(60)
        ask(client, ada, f"stranger{number}@example.net")
        work()
    asked = [letter for letter in letters() if "/move/" in letter.text]
    assert len(asked) == moving.MOST_A_DAY
    assert "Please try again tomorrow" in ask(client, ada, NEW)


def test_asked_twice_the_button_that_is_there_works(
    client: FlaskClient, session: Session, ada: Subscriber, letters: Letters, work: Work,
    clock: Traveller, mail: Callable[[str], MailProgram],
) -> None:  # fmt: skip
    for _ in range(2):
        assert "once a day at most" in ask(client, ada, NEW)
        work()
        clock.shift(60)
    assert len(letters()) == 2
    clock.shift(timedelta(hours=25))
    ask(client, ada, NEW)
    work()
    assert [letter.letter.to for letter in letters()].count(NEW) == 2
    assert "Your letters come here now" in press(mail(NEW), "move")
    assert person_at(session, NEW) is not None


def test_one_night_is_enough_for_all_that_was_never_proved(
    session: Session, ada: Subscriber, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        factories.make_address_change(session, ada, NEW, f"move {number}", f"stop {number}")
    clock.shift(moving.LASTS)
    monkeypatch.setattr(moving, "AT_ONCE", 2)
    looking.tidy_up()
    session.rollback()
    assert session.scalars(select(AddressChange)).all() == []
