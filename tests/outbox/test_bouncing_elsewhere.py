"""Whoever has her letters sent on to several mailboxes keeps them when one of these is gone."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from hrsite import clock as our_clock
from hrsite.outbox import bouncing
from hrsite.outbox.events import Event
from tests.outbox import returned_mail
from tests.outbox.test_bouncing import DAY, accepted, closed, kept, path_of, take

HERS = returned_mail.READER
# As Postfix writes it, as servers do that never knew where it was sent first, and as sendmail does.
SENT_ON = [
    f"Final-Recipient: rfc822; other@example.net\r\nOriginal-Recipient: rfc822;{HERS}\r\n",
    "Final-Recipient: rfc822; other@example.net\r\n",
    f"Final-Recipient: RFC822; {HERS}\r\nX-Actual-Recipient: RFC822; other@example.net\r\n",
    "Final-Recipient: rfc822; bea@example.org\r\n",
]
# The same mailbox by another name.
HER_OWN = [
    f"Final-Recipient: rfc822; {HERS.upper()}\r\n",
    f"Final-Recipient: rfc822; <{HERS}>\r\n",
    "Final-Recipient: rfc822; ada+letters@example.org\r\n",
    f"Original-Recipient: rfc822;{HERS}\r\nFinal-Recipient: rfc822; ada@mail.example.org\r\n",
    f"Original-Recipient: rfc822;{HERS}\r\nFinal-Recipient: rfc822; ada\r\n",
    f"Original-Recipient: rfc822;{HERS}\r\n",
    "",
]


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """A site whose letters come back to an address of their own."""
    return make_app(MAIL_BOUNCE_ADDRESS="bounces@example.com")


def report(came_to: str, recipients: str) -> bytes:
    usual = f"Final-Recipient: rfc822; {HERS}\r\nOriginal-Recipient: rfc822;{HERS}\r\n"
    octets = returned_mail.status_report(came_to)
    assert usual.encode() in octets
    return octets.replace(usual.encode(), recipients.encode())


@pytest.mark.parametrize("recipients", SENT_ON)
def test_a_mailbox_her_own_sent_it_on_to_closes_nothing_by_itself(
    app: Flask, session: Session, clock: Traveller, recipients: str
) -> None:
    for number in range(1, 5):
        (copy,) = accepted(app, session, number)
        assert take(session, report(path_of(copy), recipients))
        clock.shift(DAY)
    assert [one.kind for one in kept(session)] == ["soft"] * 4
    assert closed(session) == []
    (copy,) = accepted(app, session, 5)
    assert take(session, report(path_of(copy), recipients))
    assert [kind for kind, _ in closed(session)] == ["soft"]


@pytest.mark.parametrize("recipients", HER_OWN)
def test_her_own_mailbox_is_closed_whatever_it_is_called(
    app: Flask, session: Session, recipients: str
) -> None:
    (copy,) = accepted(app, session)
    assert take(session, report(path_of(copy), recipients))
    assert [kind for kind, _ in closed(session)] == ["hard"]


@pytest.mark.parametrize(("address", "kind"), [(HERS, "hard"), ("other@example.net", "soft")])
def test_a_mail_service_that_names_another_mailbox_is_understood_so(
    app: Flask, session: Session, address: str, kind: str
) -> None:
    """Amazon SES names the Final-Recipient of the report that it got."""
    (copy,) = accepted(app, session)
    event = Event("ses", "one/0", "hard", address, 550, "550 5.1.1", (path_of(copy),))
    assert bouncing.take_event(session, event, our_clock.now())
    session.commit()
    assert [one.kind for one in kept(session)] == [kind]
