"""What a message that came to a return path says: a bounce, a complaint, or nothing to us. Pure.

Delivery reports (RFC 3464) and complaints (RFC 5965) are read part by part; older wordings by
flufl.bounce. Whether to believe any of it is decided elsewhere, by the address it came to; and
as any stranger may write one, an older wording is read only after that.
"""

from __future__ import annotations

import email.utils
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email.message import Message
from email.parser import BytesParser

from flufl.bounce import all_failures

from hrsite.outbox.blaming import BounceKind, code_in, kind_of, status_in
from hrsite.outbox.quoting import quoted

# A report stands before the letter it returns, so its beginning is enough.
MOST_OCTETS = 64 * 1024
_MOST_ADDRESSES = 50
_MOST_PARTS = 20
_MOST_TEXT = 8000
# The parsers take the square of a line's or a header's length, and some the cube. RFC 5322 2.1.1
# has no line above 998 octets; one that names a reader has few marks; a header goes on for few.
LONGEST_LINE = 998
_GOES_ON = re.compile(rb"((?:\n[ \t][^\n]*){20})(?:\n[ \t][^\n]*)+")
_FEW_MARKS = re.compile(rb"(?:[^<@]*[<@]){0,8}[^<@]*")
# Such a report says its words before the letter that it returns.
MOST_WORDING = 16 * 1024
# Which headers mail servers put the envelope's recipient into, and the letter's own.
_ARRIVED_AT = (
    "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "original-recipient",
    "x-rcpt-to", "to", "cc",
)  # fmt: skip
# RFC 3464, and RFC 6533 where letters beyond ASCII may stand in addresses.
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_COMPLAINTS = ("abuse", "fraud", "opt-out", "opt-out-list")
_MACHINE_HEADERS = ("list-id", "x-autoreply", "x-autorespond", "x-auto-reply")
_MACHINE_PRECEDENCE = ("auto_reply", "auto-reply", "bulk", "list", "junk")
# Exim's mark of a letter that came back, and no answering machine's: its older versions call their
# bounces auto-replied.
_FAILED = "x-failed-recipients"
_SERVERS = ("mailer-daemon", "postmaster", "mail-daemon", "maildaemon")


@dataclass(frozen=True)
class Report:
    """What came back. `kind` None: nothing that concerns us.

    `came_to`: addresses, one of which must be a return path of ours. `is_wording`: no report by
    the standard, and only `read_wording` tells whether it is one. `about`: the readers it names;
    with `must_name_her` one of them must be who the letter was for. `failed`: the one of them whose
    mailbox it is about in the end.
    """

    kind: BounceKind | None
    came_to: tuple[str, ...] = ()
    about: frozenset[str] = frozenset()
    code: int | None = None
    text: str = ""
    is_wording: bool = False
    must_name_her: bool = False
    failed: str = ""


NOTHING = Report(None)


def read(octets: bytes) -> Report:
    """Read a message, whatever it is; never raises."""
    return _whatever_it_is(_read, octets[:MOST_OCTETS])


def read_wording(octets: bytes) -> Report:
    """Read one from before the standard: qmail, old Exim and Exchange, and many more.

    For a message that came to a return path of ours: it takes longer. Never raises.
    """
    return _whatever_it_is(_wording, octets[:MOST_WORDING])


def _whatever_it_is(reading: Callable[[Message], Report], octets: bytes) -> Report:
    try:
        short = b"\n".join(line[:LONGEST_LINE] for line in octets.splitlines())
        return reading(BytesParser().parsebytes(_GOES_ON.sub(rb"\1", short)))
    except Exception:
        # Strangers write these, and the parsers are made for letters: what cannot be read says
        # nothing.
        return NOTHING


def _read(message: Message) -> Report:
    came_to = tuple(_addresses(message, _ARRIVED_AT))
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type", "")).lower()
        if kind == "feedback-report":
            return _complaint(message, came_to)
        if kind in ("", "delivery-status"):
            return _status_report(message, came_to)
        return NOTHING  # Such as a receipt for reading.
    if _is_from_a_mail_server(message) and not _is_automatic(message):
        for part in _parts(message):
            # Wrapped up by whoever checks mail for viruses, or writes a line below all of it.
            if part.get_content_type() == "multipart/report":
                return replace(_status_report(part, came_to), must_name_her=True)
        return Report(None, came_to, is_wording=True)
    return NOTHING


def _complaint(message: Message, came_to: tuple[str, ...]) -> Report:
    """RFC 5965. Providers address these to whoever registered, so the return path stands inside."""
    kind = ""
    inside: list[str] = []
    about: list[str] = []
    for part in _parts(message):
        fields = _first_inside(part)
        if fields is None:
            continue
        if part.get_content_type() == "message/feedback-report":
            kind = str(fields.get("feedback-type", "")).strip().lower()
            inside += _addresses(fields, ("original-mail-from",))
            about += _addresses(fields, ("original-rcpt-to",))
        elif part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            inside += _addresses(fields, ("return-path",))
    if kind not in _COMPLAINTS:
        return NOTHING
    came_to = *came_to, *inside
    return Report("complaint", came_to, frozenset(about), text=f"Reported as {kind}")


def _status_report(message: Message, came_to: tuple[str, ...]) -> Report:
    """RFC 3464. "delayed", "relayed" and "expanded" change nothing: that letter is on its way."""
    for part in _parts(message):
        if part.get_content_type() not in _STATUS_PARTS:
            continue
        for block in _blocks(part):
            action = str(block.get("action", "")).strip().lower()
            if action.startswith(("fail", "error")):
                return _failure(block, came_to)
    return NOTHING


def _blocks(part: Message) -> list[Message]:
    blocks = _parts(part)
    if any("action" in block for block in blocks):
        return blocks
    # Python takes the later kind for a letter, and an encoded one for no fields at all.
    fields = Message()
    fields["Content-Transfer-Encoding"] = str(part.get("content-transfer-encoding", "7bit"))
    fields.set_payload(part.as_bytes().partition(b"\n\n")[2].decode("ascii", "replace"))
    several = re.split(rb"\n[ \t]*\n", bytes(fields.get_payload(decode=True)))[:_MOST_PARTS]
    return [BytesParser().parsebytes(one, headersonly=True) for one in several]


def _failure(block: Message, came_to: tuple[str, ...]) -> Report:
    said = str(block.get("diagnostic-code", ""))[:_MOST_TEXT].partition(";")[2]
    status = status_in(str(block.get("status", "")))
    if status is None or status.endswith(".0.0"):
        status = status_in(said) or status
    code = code_in(said)
    if status is None and code is None:
        return NOTHING
    readers = _readers(block)
    text = quoted(said or status or "", *readers)
    failed = "".join(readers[-1:])
    return Report(kind_of(code, status), came_to, frozenset(readers), code, text, failed=failed)


def _readers(block: Message) -> list[str]:
    """Whom a block of a report is about (RFC 3464 2.3): a kind of address, and the address.

    Her mail may be forwarded, and the server speaks of her by the name she has in the end. It is
    the last one.
    """
    names = ("original-recipient", "final-recipient", "x-actual-recipient")
    values = [str(block.get(name, ""))[:_MOST_TEXT].partition(";")[2].strip() for name in names]
    return [name for value in values if (name := value.strip("<>"))]


def _wording(message: Message) -> Report:
    _shorten(message)
    _, permanent = all_failures(message)
    about = frozenset(one.decode("ascii", "replace") for one in permanent)
    if not about:
        return NOTHING
    said = "\n".join(_texts(message))[:_MOST_TEXT]
    status, code = status_in(said), code_in(said)
    text = f"Returned by a mail server {status or code or ''}"
    return Report(kind_of(code, status), (), about, code, text.strip(), must_name_her=True)


def _shorten(message: Message) -> None:
    """Leave short lines alone, as they are read: those of a decoded text could be long again."""
    for part in message.walk():
        for name in set(part.keys()):
            values = part.get_all(name, [])
            del part[name]
            for value in values:
                part[name] = str(value)[:LONGEST_LINE]
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            del part["content-transfer-encoding"]
            part.set_payload(
                b"\n".join(map(_short, content.splitlines())).decode("ascii", "replace")
            )


def _short(line: bytes) -> bytes:
    found = _FEW_MARKS.match(line[:LONGEST_LINE])
    return found[0] if found else b""


def _is_from_a_mail_server(message: Message) -> bool:
    """RFC 5321 4.5.5: a bounce has no return path of its own; people and their robots have."""
    if str(message.get("return-path", "")).strip() == "<>":
        return True
    senders = list(_addresses(message, ("from",)))
    return bool(senders) and senders[0].lower().startswith(_SERVERS)


def _is_automatic(message: Message) -> bool:
    """An out-of-office, a mailing list, a robot that answers (RFC 3834)."""
    submitted = str(message.get("auto-submitted", "")).strip().lower()
    precedence = str(message.get("precedence", "")).strip().lower()
    return (
        (submitted.startswith("auto-replied") and _FAILED not in message)
        or precedence in _MACHINE_PRECEDENCE
        or any(name in message for name in _MACHINE_HEADERS)
    )


def _addresses(message: Message, names: tuple[str, ...]) -> Iterator[str]:
    values = [str(value)[:_MOST_TEXT] for name in names for value in message.get_all(name, [])]
    for value in values[:_MOST_ADDRESSES]:
        found = email.utils.getaddresses([value])[:_MOST_ADDRESSES]
        yield from (address for _, address in found if "@" in address)


def _parts(message: Message) -> list[Message]:
    """Only what lies in the report itself: not what a letter in it carries."""
    content = message.get_payload()
    if not isinstance(content, list):
        return []
    return [part for part in content[:_MOST_PARTS] if isinstance(part, Message)]


def _first_inside(part: Message) -> Message | None:
    """The header fields that a part holds as its content."""
    if parts := _parts(part):
        return parts[0]
    content = part.get_payload(decode=True)
    return BytesParser().parsebytes(content, True) if isinstance(content, bytes) else None


def _texts(message: Message) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            yield content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
