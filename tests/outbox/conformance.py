"""Issues through the real worker path into a server that keeps every octet: what a test reads."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories
from tests.outbox.keeping_server import EVERY_EXTENSION, Keeper, Received
from tests.outbox.ledger import look, mail_goes_to

# What servers offer, from the barest to the richest: a letter arrives as the same octets by each.
SERVERS = ((), ("PIPELINING",), EVERY_EXTENSION)
Delivered = Callable[[], list[Received]]
_MOST_LOOKS = 200


def deliver(app: Flask, session: Session, keeper: Keeper) -> list[Received]:
    """Open every Issue that is due and let a worker hand it all over; what this brought."""
    before = len(keeper.received)
    mail_goes_to(app, keeper.port)
    factories.open_issues(session)
    session.rollback()
    for _ in range(_MOST_LOOKS):
        if not look(app):
            break
    else:
        pytest.fail("the worker found something to do at every look")
    assert keeper.faults == []
    return keeper.received[before:]


def parsed(letter: Received) -> EmailMessage:
    """The letter as a mail program reads it; without a defect in any part."""
    message = email.message_from_bytes(letter.octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert [defect for part in message.walk() for defect in part.defects] == []
    return message


def words(letter: Received, kind: str) -> str:
    r"""What a reader sees who is shown the "plain" or the "html" part; lines end in \n."""
    body = parsed(letter).get_body((kind,))
    assert body is not None
    octets = body.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return octets.decode().replace("\r\n", "\n")


def head(letter: Received) -> bytes:
    """The header's octets, with its last line end."""
    return letter.octets.partition(b"\r\n\r\n")[0] + b"\r\n"


def raw_lines(letter: Received, name: str) -> list[bytes]:
    """Each raw line of this header, folds included."""
    return re.findall(rb"(?im)^%s:[^\r]*(?:\r\n[ \t][^\r]*)*" % name.encode(), head(letter))


def raw_line(letter: Received, name: str) -> bytes:
    """The one raw line of this header."""
    (line,) = raw_lines(letter, name)
    return line
