"""What comes back of letters to the address that she has left is kept, and closes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.newsletter.models import Subscriber, SubscriptionState
from hrsite.outbox import cli
from hrsite.outbox.models import Delivery
from tests import factories
from tests.newsletter.test_moving_under_way import NEW, OLD, is_closed, move
from tests.outbox import returned_mail
from tests.outbox import service_calls as calls
from tests.outbox.ledger import look, mail_goes_to, put_letter, rows, while_in_the_air
from tests.outbox.smtp_server import mail_server
from tests.outbox.test_bouncing import kept, path_of

pytestmark = pytest.mark.usefixtures("clock")
HOUR = 3600
# A mail server pipes a message into `hrsite bounce`.
Pipe = Callable[[bytes], None]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com", MAILGUN_SIGNING_KEY=calls.SECRET)


@pytest.fixture
def ada(session: Session) -> Subscriber:
    return factories.make_subscriber(session, OLD)


@pytest.fixture
def pipe(app: Flask) -> Pipe:
    def bring(octets: bytes) -> None:
        assert app.test_cli_runner().invoke(cli.bounce, [], input=octets).exit_code == 0

    return bring


@pytest.fixture
def path(app: Flask, session: Session, ada: Subscriber, clock: Traveller) -> str:
    """Where a letter comes back to that was in the air to her old address when she moved."""
    message = put_letter(session, OLD)
    session.rollback()

    def move_meanwhile() -> None:
        clock.shift(1)
        move(session, ada)
        clock.shift(1)

    with mail_server() as inbox:
        mail_goes_to(app, inbox.port)
        while_in_the_air(inbox, move_meanwhile)
        look(app)
        assert [one.rcpt_tos for one in inbox.envelopes] == [[OLD]]
    clock.shift(HOUR)
    return path_of(rows(session, message.id)[0])


def accepted(app: Flask, session: Session, typed: str, number: int = 1) -> Delivery:
    message = put_letter(session, typed, key=f"issue/{number}")
    session.rollback()
    look(app)
    return rows(session, message.id)[0]


def has_left(session: Session, ada: Subscriber) -> bool:
    session.rollback()
    states = {held.state for held in session.get_one(Subscriber, ada.id).subscriptions}
    return states == {SubscriptionState.UNSUBSCRIBED}


def kinds(session: Session) -> list[str]:
    session.rollback()
    return [one.kind for one in kept(session)]


@pytest.mark.parametrize("wording", [returned_mail.status_report, returned_mail.qmail])
def test_a_letter_in_the_air_that_the_old_address_returns_closes_nothing(
    session: Session, pipe: Pipe, path: str, wording: Callable[[str], bytes]
) -> None:
    pipe(wording(path))
    assert not is_closed(session, NEW)
    assert not is_closed(session, OLD)
    assert kinds(session) == ["hard"]


def test_nor_does_it_when_a_mail_service_tells(
    client: FlaskClient, session: Session, path: str
) -> None:
    call = calls.mailgun(calls.SECRET, OLD, our_clock.now(), envelope={"sender": path})
    assert client.post("/webhooks/mailgun", data=call).status_code == 200
    assert not is_closed(session, NEW)
    assert kinds(session) == ["hard"]


def test_what_names_the_new_address_closes_it(client: FlaskClient, session: Session,
    app: Flask, ada: Subscriber, clock: Traveller, pipe: Pipe
) -> None:  # fmt: skip
    move(session, ada)
    clock.shift(HOUR)
    path = path_of(accepted(app, session, NEW))
    pipe(returned_mail.status_report(path).replace(OLD.encode(), NEW.encode()))
    assert is_closed(session, NEW)


def test_a_complaint_about_a_letter_to_the_old_address_makes_nobody_leave_the_new_one(
    app: Flask, session: Session, ada: Subscriber, clock: Traveller, pipe: Pipe
) -> None:
    before = path_of(accepted(app, session, OLD))
    clock.shift(HOUR)
    move(session, ada)
    clock.shift(HOUR)
    pipe(returned_mail.complaint("fbl@example.com", original_mail_from=before))
    assert not has_left(session, ada)
    assert not is_closed(session, NEW)
    assert kinds(session) == ["complaint"]
    after = path_of(accepted(app, session, NEW, 2))
    clock.shift(HOUR)
    pipe(returned_mail.complaint("fbl@example.com", original_mail_from=after))
    assert has_left(session, ada)
    assert is_closed(session, NEW)


def test_a_complaint_in_which_the_old_address_is_named_is_about_that_one(
    session: Session, ada: Subscriber, pipe: Pipe, path: str
) -> None:
    report = returned_mail.complaint("fbl@example.com", original_mail_from=path)
    named = b"Original-Rcpt-To: <%s>\r\nArrival-Date:" % OLD.encode()
    pipe(report.replace(b"Arrival-Date:", named))
    assert not has_left(session, ada)
    assert kinds(session) == ["complaint"]


def test_a_worker_who_reads_returned_mail_knows_of_it_too(
    app: Flask, session: Session, tmp_path: Path, work: Callable[[], None], path: str
) -> None:
    for name in ("new", "cur", "tmp"):
        (tmp_path / "bounces" / name).mkdir(parents=True)
    (tmp_path / "bounces/new/1").write_bytes(returned_mail.status_report(path))
    app.config["BOUNCE_MAILDIR"] = str(tmp_path / "bounces")
    work()
    assert kinds(session) == ["hard"]
    assert not is_closed(session, NEW)
