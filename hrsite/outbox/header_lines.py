"""Header lines of a letter, as octets: right for every name, and nothing can be slipped in.

Written out here because Python's own folding turns a long `List-Unsubscribe` into encoded
words, which mail programs cannot follow, and loses quotation marks of long names.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime, formataddr

import flask_mail

from hrsite.addresses import BadAddress, wire_form

Mailbox = tuple[str, str]

LONGEST_LINE = 998  # RFC 5322 2.1.1, without the line end.
# RFC 2047 2: a line with an encoded word is at most 76 octets. 39 octets are 52 in base64, and 12
# around, which leaves room for "Reply-To: ".
_WORD_OCTETS = 39
# A longer name could not be folded: it may have no blank.
_LONGEST_PLAIN_NAME = 200
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
_NAME = re.compile(r"[!-9;-~]{1,76}")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")


class BadHeader(flask_mail.BadHeaderError, ValueError):
    """A header that may not leave: a line break in it, too long, or not one of ours to set."""


def plain_line(name: str, value: str) -> bytes:
    """One literal line, never folded. Words beyond ASCII are encoded, but no address or link."""
    if not _NAME.fullmatch(name):
        raise BadHeader("A header's name may only hold printable ASCII without a colon.")
    _refuse_breaks(name, value)
    if not value.isascii():
        # RFC 2919 2: `List-Id: phrase <id>`. What stands between < and > must stay readable.
        phrase, bracket, rest = value.partition("<")
        value = f"{' '.join(_encoded_words(phrase.strip()))} {bracket}{rest}".strip()
    if not _PRINTABLE.fullmatch(value):
        raise BadHeader(f"{name} holds a control character, or a link that is not all ASCII.")
    return _line(f"{name}: {value}")


def text_line(name: str, text: str) -> bytes:
    """Words for people, such as the subject; long or non-ASCII ones become encoded words."""
    _refuse_breaks(name, text)
    short = len(name) + 2 + len(text) <= 76
    if short and _PRINTABLE.fullmatch(text) and "=?" not in text:
        return _line(f"{name}: {text}")
    return _line(f"{name}: " + "\r\n ".join(_encoded_words(text)))


def mailbox_line(name: str, mailboxes: Iterable[Mailbox]) -> bytes:
    """Names with addresses, each on a line of its own."""
    return _line(f"{name}: " + ",\r\n ".join(_mailbox(name, *mailbox) for mailbox in mailboxes))


def date_line(moment: datetime) -> bytes:
    """The Date in UTC, so that it does not tell where the server or the coach is."""
    if moment.tzinfo is None:
        raise BadHeader("A letter's date needs its time zone.")
    return _line(f"Date: {format_datetime(moment.astimezone(UTC))}")


def message_id_line(message_id: str) -> bytes:
    """The Message-ID exactly as given (RFC 5322 3.6.4), for it is the same on every attempt."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise BadHeader("A Message-ID looks like <letters@domain>.")
    return _line(f"Message-ID: {message_id}")


def _mailbox(header: str, name: str, address: str) -> str:
    _refuse_breaks(header, name)
    try:
        wire = wire_form(address)
    except BadAddress as trouble:
        raise BadHeader(f"{header}: {trouble}") from trouble
    if len(name) <= _LONGEST_PLAIN_NAME and _PRINTABLE.fullmatch(name) and "=?" not in name:
        return formataddr((name.strip(), wire))
    return "\r\n ".join([*_encoded_words(name), f"<{wire}>"])


def _encoded_words(text: str) -> list[str]:
    """RFC 2047 words in UTF-8, split between characters, never inside one."""
    chunks = [b""]
    for character in text:
        octets = character.encode()
        if len(chunks[-1]) + len(octets) > _WORD_OCTETS:
            chunks.append(b"")
        chunks[-1] += octets
    return [f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=" for chunk in chunks if chunk]


def _refuse_breaks(name: str, text: str) -> None:
    if any(mark in text for mark in "\r\n\0"):
        raise BadHeader(f"{name} holds a line break or a NUL.")
    try:
        text.encode()
    except UnicodeEncodeError as trouble:
        raise BadHeader(f"{name} holds half a character.") from trouble


def _line(text: str) -> bytes:
    octets = text.encode("ascii")
    if max(map(len, octets.split(b"\r\n"))) > LONGEST_LINE:
        raise BadHeader(f"{text.partition(':')[0]} is longer than {LONGEST_LINE} octets.")
    return octets + b"\r\n"
