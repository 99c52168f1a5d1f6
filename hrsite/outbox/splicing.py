"""A message frozen as octets, with places left open for what is one person's own.

Composing a letter takes hundreds of microseconds; filling in the places takes a few. The places
are found once, when the message is frozen, so nothing anybody typed can be taken for one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from hrsite.addresses import wire_form
from hrsite.outbox.header_lines import date_line
from hrsite.outbox.letters import letter_of
from hrsite.outbox.models import OutboxMessage
from hrsite.outbox.wire import as_bytes

# Stands for the date until a letter goes; no letter of ours is from then.
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
# A token of tokens.py, or a letter's number; nothing else is ever filled in as it stands.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Unfit(Exception):
    """This one copy cannot be put together; `str()` says why. The others may be fine."""


class Spliced(NamedTuple):
    """One letter: to whom, and its octets."""

    recipient: bytes
    parts: list[bytes]

    @property
    def octets(self) -> bytes:
        """The letter in one piece."""
        return b"".join(self.parts)


class Frozen:
    """One wording of a message as octets. Raises BadHeader when it cannot be written at all."""

    def __init__(self, message: OutboxMessage, *, is_discreet: bool) -> None:
        octets = as_bytes(letter_of(message, is_discreet=is_discreet, date=NO_DATE))
        # Nothing that is filled in stands at the beginning of a line and begins with a dot.
        self.has_dots = b"\r\n." in octets
        head, end, body = octets.partition(b"\r\n\r\n")
        self.mark = message.mark
        mark = message.mark.encode("ascii")
        # The date line of our own making is the first of its name.
        head = head.replace(date_line(NO_DATE)[:-2], mark + b"-date", 1)
        places = rb"%s-([a-z]+)(?:@place\.invalid)?" % re.escape(mark)
        parts = re.split(places, head + end + body)
        # For MAIL FROM; a sender that has no such spelling was refused with the From line.
        self.sender = wire_form(message.sender_address)
        self._parts: list[bytes] = parts
        # Each purpose, and at which places it stands.
        found: defaultdict[str, list[int]] = defaultdict(list)
        for at in range(1, len(parts), 2):
            found[parts[at].decode("ascii")].append(at)
        self._places = tuple(found.items())

    def spliced(
        self, address: str, letter_id: str, links: Mapping[str, str], date: bytes
    ) -> Spliced:
        """The letter to one person. `date` is the whole Date line without its end.

        Raises Unfit, and addresses.BadAddress where plain SMTP cannot carry the address.
        """
        recipient = _on_the_wire(address)
        if not _TOKEN.fullmatch(letter_id):
            raise Unfit("This letter has no number.")
        own = {"to": recipient, "id": letter_id.encode("ascii"), "date": date}
        parts = self._parts.copy()
        for name, places in self._places:
            value = own[name] if name in own else _token(links.get(name, ""))
            for at in places:
                parts[at] = value
        return Spliced(recipient, parts)


def date_now(now: datetime) -> bytes:
    """The Date line of letters that go now, without its end."""
    return date_line(now)[:-2]


def _on_the_wire(address: str) -> bytes:
    if _PLAIN_ADDRESS.fullmatch(address):
        return address.encode("ascii")
    if not address:
        raise Unfit("There is no address any more.")
    return wire_form(address).encode("ascii")


def _token(token: str) -> bytes:
    if not _TOKEN.fullmatch(token):
        raise Unfit("This reader's own links are missing, so no letter can be written.")
    return token.encode("ascii")
