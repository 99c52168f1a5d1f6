"""A letter becomes the octets that go over the wire."""

from __future__ import annotations

import base64
import binascii
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message as ParsedMessage
from email.parser import BytesParser
from email.utils import unquote
from typing import cast

import flask_mail

from hrsite.outbox.header_lines import (
    BadHeader,
    Mailbox,
    date_line,
    mailbox_line,
    message_id_line,
    plain_line,
    text_line,
)

__all__ = ["BadHeader", "Letter", "Mailbox", "SafeMessage", "as_bytes", "mailbox", "octets_of"]

# Set from the letter's own fields, by the mail server, or never (Bcc, X-Mailer).
_NOT_FOR_CALLERS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "mime-version"}
    | {"content-type", "content-transfer-encoding", "content-disposition"}
    | {"received", "return-path", "x-mailer", "user-agent"}
)
# "=_" cannot occur in quoted-printable or base64, so no text can end a part early.
_ALTERNATIVE, _MIXED = "=_letter", "=_attachments"
_LONGEST_LINE = 76
_NAME_AND_ADDRESS = re.compile(r"(.*?)\s*<([^<>]*)>", re.DOTALL)
_METHOD = re.compile(r"^METHOD:([A-Z]+)\r$", re.MULTILINE)
# It lands among somebody's downloads, so it has a name that tells nothing.
CALENDAR_FILE = "appointment.ics"
_CONTENT_TYPE = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+(; ?[a-z0-9-]+=[A-Za-z0-9._-]+)*")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person. `date` is aware; `recipient` is a typed or a wire address.

    `text` and `html` as octets are quoted-printable already.
    `calendar` is a calendar file; it stands beside the words and not among their alternatives, for
    of these a program shows one alone, and some would show the appointment and not the letter.
    `message_id` is "<…@domain>", the same on every attempt. `headers` are further ones, such
    as List-Unsubscribe. `return_path` is where bounces go; None: to the sender's address.
    """

    sender: Mailbox
    recipient: str
    subject: str
    text: str | bytes
    html: str | bytes | None
    message_id: str
    date: datetime
    reply_to: Mailbox | None = None
    headers: tuple[tuple[str, str], ...] = ()
    return_path: str | None = None
    calendar: str | None = None


class SafeMessage(flask_mail.Message):
    """Flask-Mail's Message for one Letter, leaving as octets every mail server can take."""

    def __init__(self, letter: Letter) -> None:
        # Not through Message.__init__: it joins name and address with no quotation marks, and
        # asks the resolver for this machine's host name at every letter.
        self.sender = letter.sender
        self.recipients = [letter.recipient]
        self.reply_to = letter.reply_to
        self.subject = letter.subject
        # Flask-Mail knows text alone; what is encoded already passes through it untouched.
        self.body = cast(str, letter.text)
        self.alts = {} if letter.html is None else {"html": cast(str, letter.html)}
        self.date = letter.date.timestamp()
        self.msgId = letter.message_id
        if len({name.lower() for name, _ in letter.headers}) != len(letter.headers):
            raise BadHeader("A header may be given once only.")
        self.extra_headers = dict(letter.headers)
        self.cc, self.bcc, self.attachments = [], [], []
        if letter.calendar:
            self.attachments = [_calendar_file(letter.calendar)]
        self.charset = None
        self.mail_options, self.rcpt_options = [], []

    def _message(self) -> ParsedMessage:  # type: ignore[override]
        return BytesParser(policy=email.policy.SMTP).parsebytes(self.as_bytes())

    def as_bytes(self) -> bytes:
        """The whole letter with CRLF line ends, all ASCII. Raises BadHeader."""
        return octets_of(self)

    def as_string(self) -> str:
        """The same as text."""
        return self.as_bytes().decode("ascii")


def as_bytes(letter: Letter) -> bytes:
    """The letter's octets, the same every time. Raises BadHeader."""
    return SafeMessage(letter).as_bytes()


def octets_of(message: flask_mail.Message) -> bytes:
    """Any Flask-Mail message with a date, written out by our rules. Raises BadHeader."""
    if message.date is None:
        raise BadHeader("A letter needs its date.")
    lines = [
        mailbox_line("From", [mailbox(message.sender)]),
        mailbox_line("To", map(mailbox, message.recipients)),
    ]
    if message.cc:
        lines.append(mailbox_line("Cc", map(mailbox, message.cc)))
    if message.reply_to:
        lines.append(mailbox_line("Reply-To", [mailbox(message.reply_to)]))
    lines.append(text_line("Subject", message.subject))
    lines.append(date_line(datetime.fromtimestamp(message.date, UTC)))
    lines.append(message_id_line(message.msgId))
    for name, value in (message.extra_headers or {}).items():
        if name.lower() in _NOT_FOR_CALLERS:
            raise BadHeader(f"{name} is not for callers to set.")
        lines.append(plain_line(name, value))
    lines.append(b"MIME-Version: 1.0\r\n")
    return b"".join(lines) + _body(message)


def mailbox(value: str | Mailbox) -> Mailbox:
    """Name and address, also from Flask-Mail's joined `Coach, Inc. <coach@example.org>`."""
    if isinstance(value, tuple):
        return value
    joined = _NAME_AND_ADDRESS.fullmatch(value)
    return (unquote(joined[1]), joined[2]) if joined else ("", value)


def _body(message: flask_mail.Message) -> bytes:
    parts = [] if message.body is None else [_text_part("plain", message.body)]
    parts += [_text_part(kind, text) for kind, text in message.alts.items()]
    whole = _joined("alternative", _ALTERNATIVE, parts or [_text_part("plain", "")])
    files = [_file_part(attachment) for attachment in message.attachments]
    return _joined("mixed", _MIXED, [whole, *files])


def tidy_lines(text: str) -> str:
    """One kind of line end, one at the end, and U+FFFD for what no encoding can carry."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n"
    return lines.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def quoted_printable(text: str, *, goes_on: bool = False) -> bytes:
    """A text with tidy lines, or a part of one, in lines of at most 76 octets (RFC 2045 6.7).

    `goes_on`: a soft break follows, so its mark must find room on the last line too.
    """
    # It breaks lines in the manner of the text's own breaks, of which a part may hold none. And it
    # counts a space or tab before a break as one octet, before it spells it as three.
    *lines, last = binascii.b2a_qp(text.encode(), istext=True).split(b"\n")
    fit = [_fitting(line, _LONGEST_LINE) for line in lines]
    return b"\r\n".join([*fit, _fitting(last, _LONGEST_LINE - goes_on)])


def _fitting(line: bytes, longest: int) -> bytes:
    """A line of a few octets too many as two, with a soft break that parts no escape."""
    if len(line) <= longest:
        return line
    at = longest - 1
    if b"=" in line[at - 2 : at]:
        at = line.rindex(b"=", 0, at)
    return line[:at] + b"=\r\n" + line[at:]


def _text_part(kind: str, text: str | bytes) -> bytes:
    head = plain_line("Content-Type", f"text/{kind}; charset=utf-8")
    encoded = text if isinstance(text, bytes) else quoted_printable(tidy_lines(text))
    return head + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + encoded


def _calendar_file(words: str) -> flask_mail.Attachment:
    # RFC 6047 2.4: the type says the method that stands in the file.
    method = _METHOD.search(words)
    kind = f"text/calendar; charset=utf-8; method={method[1] if method else 'PUBLISH'}"
    return flask_mail.Attachment(CALENDAR_FILE, kind, words.encode())


def _file_part(attachment: flask_mail.Attachment) -> bytes:
    kind = attachment.content_type
    if not _CONTENT_TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/")):
        raise BadHeader("An attachment's type looks like text/calendar.")
    # Letters and digits only: what a name may hold differs from mail program to mail program.
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", attachment.filename or "file")[:100]
    disposition = "inline" if attachment.disposition == "inline" else "attachment"
    data = attachment.data.encode() if isinstance(attachment.data, str) else attachment.data
    head = plain_line("Content-Type", kind)
    head += plain_line("Content-Disposition", f'{disposition}; filename="{name}"')
    for key, value in attachment.headers.items():
        head += plain_line(key, value)
    head += b"Content-Transfer-Encoding: base64\r\n\r\n"
    return head + base64.encodebytes(data).replace(b"\n", b"\r\n")


def _joined(kind: str, boundary: str, parts: list[bytes]) -> bytes:
    """One part stays as it is; several stand in a multipart, the plainest first (RFC 2046)."""
    if len(parts) == 1:
        return parts[0]
    head = plain_line("Content-Type", f'multipart/{kind}; boundary="{boundary}"')
    mark = b"\r\n--" + boundary.encode()
    return head + b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"
