"""A message as it goes on the wire, with places left open for what is one person's own."""

import hashlib
import re
from datetime import datetime
from typing import NamedTuple

from flask import current_app

from hrsite.addresses import BadAddress, wire_form
from hrsite.outbox.models import OutboxMessage
from hrsite.outbox.wire import BadHeader, Letter, quoted_printable, tidy_lines

UNSUBSCRIBE = "unsubscribe"
LONGEST_LIST_ID = 254  # RFC 2919 2.


class Wording(NamedTuple):
    """What a message says, in one of its two frozen wordings."""

    sender_name: str
    subject: str
    text: str
    html: str
    language: str
    calendar: str | None = None


def letter_of(message: OutboxMessage, *, is_discreet: bool, date: datetime) -> Letter:
    """A message as a letter to nobody yet: with places where one person's own will stand.

    `<mark>-to@place.invalid` is the reader, `<mark>-id` the letter's number, and
    `<mark>-<purpose>` the token of a link. Raises BadHeader.
    """
    mark = message.mark
    said = wording(message, is_discreet)
    return Letter(
        sender=(said.sender_name, message.sender_address),
        recipient=f"{mark}-to@place.invalid",
        subject=said.subject,
        text=_with_places(said.text, mark),
        html=_with_places(said.html, mark),
        calendar=said.calendar,
        # From the row: every attempt, by whichever worker, carries the same one (RFC 5322 3.6.4),
        # though the site has moved to another host meanwhile.
        message_id=f"<{mark}-id@{_domain_of(message.sender_address)}>",
        date=date,
        reply_to=("", message.reply_to) if message.reply_to else None,
        headers=_headers(message, current_app.config["MAIL_DOMAIN"], said.language),
    )


def _domain_of(address: str) -> str:
    try:
        return wire_form(address).rpartition("@")[2]
    except BadAddress as trouble:
        raise BadHeader(f"From: {trouble}") from trouble


def wording(message: OutboxMessage, is_discreet: bool) -> Wording:
    """The words for this reader. A message without discreet ones has nothing to hide."""
    subject, text, html = message.discreet_subject, message.discreet_text, message.discreet_html
    if is_discreet and subject is not None and text is not None and html is not None:
        language = current_app.config["SITE_LANGUAGE"]
        name, calendar = message.discreet_sender_name or "", message.discreet_calendar
        return Wording(name, subject, text, html, language, calendar)
    return Wording(
        message.sender_name,
        message.subject,
        message.text,
        message.html,
        message.language,
        message.calendar,
    )


def _with_places(text: str, mark: str) -> bytes:
    """Quoted-printable in which each place stands on a line of its own, between soft breaks.

    So the lines before and after it stay as they are, however long what is filled in.
    """
    *before, last = re.split(rf"({re.escape(mark)}-[a-z]+)", tidy_lines(text))
    lines = [
        f"=\r\n{part}=\r\n".encode() if at % 2 else quoted_printable(part, goes_on=True)
        for at, part in enumerate(before)
    ]
    return b"".join([*lines, quoted_printable(last)])


def _headers(message: OutboxMessage, domain: str, language: str) -> tuple[tuple[str, str], ...]:
    headers = [("Content-Language", language)]
    if name := current_app.config["IDEMPOTENCY_HEADER"]:
        headers.append((name, f"{message.mark}-id"))
    if message.is_transactional:
        # RFC 3834 5: answering machines, please do not answer.
        return (*headers, ("Auto-Submitted", "auto-generated"))
    link = f"{current_app.config['BASE_URL']}/unsubscribe/{message.mark}-{UNSUBSCRIBE}"
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
