"""Who paused and then left comes back to letters; who asks while paused is told of the pause."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter.models import ConsentEvent, Subscriber, Topic
from tests import factories
from tests.journeys.doors import Letters, MailProgram, sign_up

pytestmark = pytest.mark.usefixtures("clock")
ADA = "ada@example.org"
UNTIL = "2 September 2026"
Work = Callable[[], None]


@pytest.fixture
def ada(session: Session) -> Subscriber:
    return factories.make_subscriber(session, ADA)


@pytest.fixture
def settings(client: FlaskClient, ada: Subscriber) -> str:
    """The address of her settings page; she has paused there for three months."""
    path = f"/settings/{ada.links['settings']}"
    client.post(path, data={"pause": "3"})
    return path


@pytest.fixture
def leaving(client: FlaskClient, ada: Subscriber, settings: str, clock: Traveller) -> str:
    """The address where she left a day later."""
    clock.shift(timedelta(days=1))
    path = f"/unsubscribe/{ada.links['unsubscribe']}"
    client.post(path, data={"button": "1"})
    return path


@pytest.fixture
def mail(client: FlaskClient, letters: Letters) -> MailProgram:
    return MailProgram(client, letters, ADA)


def is_paused(session: Session) -> bool:
    session.rollback()
    session.expire_all()
    return session.scalars(select(Subscriber)).one().is_paused(our_clock.now())


def last_words(session: Session) -> tuple[str, str]:
    """How her pause ended, and where she said so."""
    session.rollback()
    said = select(ConsentEvent).where(ConsentEvent.kind.in_(("paused", "went_on")))
    event = session.scalars(said.order_by(ConsentEvent.id.desc()).limit(1)).one()
    return event.kind, event.how


def gets_the_next_letter(session: Session, mail: MailProgram, work: Work, clock: Traveller) -> bool:
    factories.make_post(session, title="Small steps", send_to_readers=True)
    work()
    clock.shift(timedelta(hours=1))
    work()
    return "Small steps" in mail.subjects()


def test_a_new_yes_after_leaving_ends_the_pause(
    client: FlaskClient, session: Session, mail: MailProgram, work: Work, clock: Traveller,
    leaving: str,
) -> None:  # fmt: skip
    clock.shift(timedelta(days=3))
    sign_up(client, ADA)
    work()
    page = mail.confirm().text
    assert "The next letter comes when there is something to say" in page
    assert "paused" not in page
    assert last_words(session) == ("went_on", "letter")
    assert gets_the_next_letter(session, mail, work, clock)


def test_choosing_letters_again_after_leaving_ends_the_pause(
    client: FlaskClient, session: Session, mail: MailProgram, work: Work, clock: Traveller,
    settings: str, leaving: str,
) -> None:  # fmt: skip
    page = client.get(settings).text
    assert UNTIL not in page
    assert "Pause for one month" not in page  # Of nothing that comes.
    page = client.post(settings, data={"topics": "articles"}).text
    assert "Pause for one month" in page
    assert "Go on now" not in page
    assert last_words(session) == ("went_on", "settings")
    assert gets_the_next_letter(session, mail, work, clock)


def test_undo_gives_the_pause_back_as_it_was_and_says_so(
    client: FlaskClient, session: Session, settings: str, leaving: str
) -> None:
    page = client.post(f"{leaving}/undo").text
    assert "your letters are paused until" in page
    assert UNTIL in page
    assert "You get letters again" not in page
    assert is_paused(session)
    assert last_words(session) == ("paused", "settings")
    assert UNTIL in client.get(settings).text


def test_choosing_other_letters_does_not_end_a_pause(
    client: FlaskClient, session: Session, settings: str
) -> None:
    assert UNTIL in client.post(settings, data={"topics": "notices"}).text
    assert is_paused(session)


def test_another_yes_while_paused_tells_of_the_pause(
    client: FlaskClient, session: Session, mail: MailProgram, work: Work, settings: str
) -> None:
    sign_up(client, ADA, [topic.value for topic in Topic])
    work()
    for heading in ("You are on the list", "You are already set"):
        page = mail.confirm().text
        assert heading in page
        assert UNTIL in page
        assert "Go on now" in page
        assert "The next letter comes" not in page
        assert "nothing more to do" not in page
    assert is_paused(session)


@pytest.mark.parametrize("discreet", ["on", "off"])
def test_who_asks_while_paused_is_told_of_the_pause_and_where_to_go_on(
    client: FlaskClient, mail: MailProgram, work: Work, settings: str, discreet: str
) -> None:
    client.post(settings, data={"discreet": discreet})
    sign_up(client, ADA)
    work()
    (letter,) = mail.inbox()
    for part in (letter.text, letter.html or ""):
        words = " ".join(part.split())
        assert "you have paused your letters" in words
        assert "Go on now" in words
        assert "You get them already" not in words
        assert "nothing to do" not in words
    assert 'value="1">Go on now' in client.get(mail.path("settings")).text


def test_who_is_paused_is_told_so_when_another_reader_types_her_address(
    client: FlaskClient, session: Session, mail: MailProgram, work: Work, settings: str
) -> None:
    other = factories.make_subscriber(session, "other@example.org")
    client.post(f"/settings/{other.links['settings']}/address", data={"address": ADA})
    work()
    assert mail.subjects() == ["Your letters are paused"]


def test_who_asks_after_her_pause_is_told_that_she_gets_them(
    client: FlaskClient, mail: MailProgram, work: Work, settings: str, clock: Traveller
) -> None:
    clock.shift(timedelta(days=93))
    sign_up(client, ADA)
    work()
    (letter,) = mail.inbox()
    assert "You get them already" in letter.text
    assert "paused" not in letter.text
