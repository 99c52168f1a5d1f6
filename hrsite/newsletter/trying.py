"""A test: the letter as readers would get it, to one address, and part of no Issue."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import Session

from hrsite import addresses, furniture
from hrsite.newsletter import subscribing
from hrsite.outbox import history, suppression
from hrsite.outbox.compose import Letter
from hrsite.outbox.enqueue import Envelope, put_delivery, put_message
from hrsite.outbox.models import TRANSACTIONAL

TEST, MARK = "test/", "[Test] "
AN_HOUR, MOST_IN_AN_HOUR = timedelta(hours=1), 10
# In each link of a test, where a reader's letter has her own. It has a token's shape and length,
# and nobody's token is made of words.
TEST_LINK = "this-is-a-test-letter-"

CLOSED = (
    "Mail to {} came back or was marked as unwanted, so no test goes there. Sign up with it on the"
    " site and confirm: then it is open again."
)


class NoTest(Exception):
    """None goes out. The message is for the coach to read."""


def shown(letter: Letter) -> Letter:
    """A letter to look at: links that lead nowhere stand where a reader has her own."""
    text, html = letter.text, letter.html
    for purpose in subscribing.PURPOSES:
        text = text.replace(f"{letter.mark}-{purpose}", TEST_LINK)
        html = html.replace(f"{letter.mark}-{purpose}", TEST_LINK)
    return replace(letter, text=text, html=html)


def put_test(
    session: Session, letter: Letter, typed: str, now: datetime, discreet: Letter | None = None
) -> None:
    """Write a letter to one address alone; with `discreet` in those words, as plain letters go.

    Raises NoTest, or addresses.BadAddress.
    """
    address = addresses.check(typed)
    key, since = subscribing.key_of(address), now - AN_HOUR
    count = history.letter_count(session, key, TRANSACTIONAL, since, named=TEST)
    if count >= MOST_IN_AN_HOUR:
        raise NoTest(f"You had {MOST_IN_AN_HOUR} tests within an hour. Please wait a little.")
    if suppression.is_suppressed(session, key):
        raise NoTest(CLOSED.format(addresses.mask(address.typed)))
    marked = replace(letter, subject=MARK + letter.subject)
    if discreet is not None:
        discreet = replace(discreet, subject=MARK + discreet.subject)
    envelope = Envelope(TEST + secrets.token_hex(16), TRANSACTIONAL, now + AN_HOUR)
    message = put_message(session, envelope, marked, now, discreet)
    if message is not None:
        # From the sender of Issues: whether that one is trusted is part of what is tried.
        message.sender_name = furniture.site().coach_name
        message.sender_address = current_app.config["MAIL_ISSUE_SENDER"]
        links = dict.fromkeys(subscribing.PURPOSES, TEST_LINK)
        is_discreet = discreet is not None
        put_delivery(session, message, address.typed, key, links, now, is_discreet=is_discreet)
