"""Write into the ledger, let a worker look at it, and read what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from aiosmtpd import smtp
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite import addresses, clock, tokens
from hrsite.extensions import db, only_reads
from hrsite.newsletter.subscribing import key_of
from hrsite.outbox import claiming, recipients, tally
from hrsite.outbox.claiming import Claimed
from hrsite.outbox.compose import Letter
from hrsite.outbox.delivering import deliver_due
from hrsite.outbox.enqueue import PATIENCE, Envelope, put_delivery, put_message
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Suppression
from tests.outbox.smtp_server import Inbox

# What the server says of a letter that it keeps.
KEPT = "250 2.0.0 kept"

READERS = ("ada@example.org", "bea@example.org", "cleo@example.org")


def put_letter(
    session: Session,
    *readers: str,
    key: str = "issue/1",
    stream: str = "articles",
    not_after: datetime | None = None,
    is_timely: bool = False,
    **changes: Any,
) -> OutboxMessage:
    """One message with a copy for each reader, committed."""
    now = clock.now()
    facts = {"mark": "place-0", "text": "Hello.\n", "html": "<p>Hello.</p>", "language": "en"}
    letter = Letter(**{"subject": f"Letter {key}"} | facts | changes)
    envelope = Envelope(key, stream, not_after or now + PATIENCE, is_timely)
    message = put_message(session, envelope, letter, now)
    assert message is not None
    for reader in readers or READERS:
        address = addresses.check(reader)
        recipient = recipients.find_or_make(session, address.typed, key_of(address))
        links = recipient.links = recipient.links or {
            purpose: tokens.new_token() for purpose in ("settings", "unsubscribe")
        }
        put_delivery(session, message, address.typed, key_of(address), links, now)
    session.commit()
    return message


def close(session: Session, reader: str) -> None:
    """Suppress an address."""
    key = key_of(addresses.check(reader))
    session.add(Suppression(address_key=key, reason="It bounced.", since_at=clock.now()))
    session.commit()


def mail_goes_to(app: Flask, port: int, **settings: Any) -> None:
    """Point the application at a mail server on this machine."""
    app.config.update(
        {
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": port,
            "MAIL_USE_TLS": False,
            "MAIL_TIMEOUT": 60.0,
            "MAIL_REPLY_TIMEOUT": 60.0,
        }
        | settings
    )


def look(app: Flask, owner: str = "a worker") -> int:
    """Let a worker hand over what is due; the count of letters tried."""
    token = only_reads.set(False)
    try:
        with app.app_context():
            return deliver_due(db.session(), owner)
    finally:
        only_reads.reset(token)


def claim_and_die(session: Session, owner: str = "a dead worker", most: int = 1) -> list[Claimed]:
    """A worker takes copies, is about to hand them over, and is never heard of again."""
    now = clock.now()
    going = claiming.permit(session, claiming.claim(session, owner, now, most), now)
    session.commit()
    return going


def states(session: Session, message_id: int | None = None) -> Counter[str]:
    """How many copies are in which state now."""
    return Counter(row.state.value for row in rows(session, message_id))


def rows(session: Session, message_id: int | None = None) -> list[Delivery]:
    """The copies as they are now, oldest first."""
    session.rollback()
    query = select(Delivery).order_by(Delivery.id)
    if message_id is not None:
        query = query.where(Delivery.message_id == message_id)
    return list(session.scalars(query))


def becomes(session: Session, row: Delivery, state: DeliveryState, **facts: Any) -> None:
    """Give a copy another state, as a worker would have written it down."""
    tally.moved(session, row.message_id, {row.state: 1}, {state: 1})
    row.state, row.next_at = state, None
    for name, value in facts.items():
        setattr(row, name, value)
    session.commit()


def answer_to(inbox: Inbox, answers: Mapping[str, str]) -> None:
    """Let the server refuse these recipients with these words, and take all others."""

    async def handle_rcpt(server: Any, session: Any, envelope: Any, to: str, said: Any) -> str:
        if to in answers:
            return answers[to]
        envelope.rcpt_tos.append(to)
        return "250 2.1.5 ok"

    inbox.handle_RCPT = handle_rcpt  # type: ignore[attr-defined]


def while_in_the_air(
    inbox: Inbox, act: Callable[[], None], reply: str = "250 2.0.0 kept", *, after: int = 0
) -> None:
    """Do something while the server holds a letter, after its final dot; then reply.

    It is the first one, or the next after so many.
    """
    waiting = [act]

    def hold_and_reply(letter: smtp.Envelope) -> str:
        if not waiting or len(inbox.envelopes) < after:
            return KEPT
        # The server's thread has the test's own context, which only reads. Whoever writes so
        # is refused at once when the worker has written since.
        token = only_reads.set(False)
        try:
            waiting.pop()()
        finally:
            only_reads.reset(token)
        return reply

    replies(inbox, hold_and_reply)


def replies(inbox: Inbox, reply_to: Callable[[smtp.Envelope], str]) -> None:
    """Let the server say this of each letter, once it has heard it; it keeps one at a 250."""

    async def handle_data(server: object, session: object, letter: smtp.Envelope) -> str:
        reply = reply_to(letter)
        if reply.startswith("250"):
            inbox.envelopes.append(letter)
        return reply

    inbox.handle_DATA = handle_data
