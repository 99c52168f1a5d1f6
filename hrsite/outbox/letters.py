"""One person's copy of a message, as it goes on the wire."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from flask import current_app

from hrsite.outbox.compose import splice
from hrsite.outbox.models import Delivery, OutboxMessage
from hrsite.outbox.return_paths import return_paths
from hrsite.outbox.wire import Letter

UNSUBSCRIBE = "unsubscribe"
LONGEST_LIST_ID = 254  # RFC 2919 2.


class Wording(NamedTuple):
    """What a message says, in one of its two frozen wordings."""

    sender_name: str
    subject: str
    text: str
    html: str
    language: str


class UnreadableReader(Exception):
    """This one reader's address or links cannot be read; the letter itself may be sound."""


def letter_for(delivery: Delivery, now: datetime) -> Letter:
    """Put a person's own links into the frozen text, and the headers around it.

    Raises UnreadableReader.
    """
    message, domain = delivery.message, current_app.config["MAIL_DOMAIN"]
    said = wording(message, delivery.is_discreet)
    if not delivery.address or not (message.is_transactional or UNSUBSCRIBE in delivery.links):
        raise UnreadableReader(
            "The address or the links of this reader cannot be read. Is ADDRESS_KEY the right one?"
        )
    return Letter(
        sender=(said.sender_name, message.sender_address),
        recipient=delivery.address,
        subject=said.subject,
        text=splice(said.text, message.mark, delivery.links),
        html=splice(said.html, message.mark, delivery.links),
        # From the row: every attempt, by whichever worker, carries the same one (RFC 5322 3.6.4).
        message_id=f"<{delivery.letter_id}@{domain}>",
        date=now,
        reply_to=("", message.reply_to) if message.reply_to else None,
        headers=_headers(message, delivery, domain, said.language),
        return_path=return_paths().return_path_for(delivery.id, delivery.letter_id),
    )


def wording(message: OutboxMessage, is_discreet: bool) -> Wording:
    """The words for this reader. A message without discreet ones has nothing to hide."""
    subject, text, html = message.discreet_subject, message.discreet_text, message.discreet_html
    if is_discreet and subject is not None and text is not None and html is not None:
        language = current_app.config["SITE_LANGUAGE"]
        return Wording(message.discreet_sender_name or "", subject, text, html, language)
    return Wording(
        message.sender_name, message.subject, message.text, message.html, message.language
    )


def _headers(
    message: OutboxMessage, delivery: Delivery, domain: str, language: str
) -> tuple[tuple[str, str], ...]:
    headers = [("Content-Language", language)]
    if message.is_transactional:
        # RFC 3834 5: answering machines, please do not answer.
        return (*headers, ("Auto-Submitted", "auto-generated"))
    link = f"{current_app.config['BASE_URL']}/unsubscribe/{delivery.links[UNSUBSCRIBE]}"
    return (
        *headers,
        # RFC 2369 3.2 and RFC 8058: one press in the mail program, and nothing more comes.
        ("List-Unsubscribe", f"<{link}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        # RFC 2919: which list this is, without a topic word for an onlooker to read.
        ("List-Id", f"<{list_id(message.stream, domain)}>"),
        ("Precedence", "bulk"),
    )


def list_id(stream: str, domain: str) -> str:
    """The list's name under our domain; under "localhost" when that would be too long."""
    name = "letters" if stream == "articles" else "notes"
    if len(name) + 1 + len(domain) <= LONGEST_LIST_ID:
        return f"{name}.{domain}"
    return f"{name}.{hashlib.sha256(domain.encode()).hexdigest()[:32]}.localhost"
