"""A message frozen as octets, with places left open for what is one person's own.

Composing a letter takes hundreds of microseconds; filling in the places takes a few. The places
are found once, when the message is frozen, so nothing anybody typed can be taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from hrsite.addresses import wire_form
from hrsite.outbox.header_lines import date_line
from hrsite.outbox.letters import letter_of
from hrsite.outbox.models import OutboxMessage
from hrsite.outbox.parcels import form_of
from hrsite.outbox.wire import as_bytes

# Stands for the date until a letter goes; no letter of ours is from then.
NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)
_PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")
# A token of tokens.py, or a letter's number; nothing else is ever filled in as it stands.
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Unfit(Exception):
    """This one copy cannot be put together; `str()` says why. The others may be fine."""


class Spliced(NamedTuple):
    """What is one person's own in a letter: where it goes, and what stands in each place."""

    recipient: bytes
    values: tuple[bytes, ...]


class Frozen:
    """One wording of a message as octets. Raises BadHeader when it cannot be written at all."""

    def __init__(self, message: OutboxMessage, *, is_discreet: bool) -> None:
        octets = as_bytes(letter_of(message, is_discreet=is_discreet, date=NO_DATE))
        # Nothing that is filled in stands at the beginning of a line and begins with a dot.
        self.has_dots = b"\r\n." in octets
        head, end, body = octets.partition(b"\r\n\r\n")
        self.mark, self.written_at = message.mark, message.created_at
        mark = message.mark.encode("ascii")
        # The date line of our own making is the first of its name.
        head = head.replace(date_line(NO_DATE)[:-2], mark + b"-date", 1)
        places = rb"%s-([a-z]+)(?:@place\.invalid)?" % re.escape(mark)
        pieces = re.split(places, head + end + body)
        self.form = b"%b".join(map(form_of, pieces[::2]))
        # What is filled in where, in the order of the places.
        self._purposes = [purpose.decode("ascii") for purpose in pieces[1::2]]
        self._links = set(self._purposes) - {"to", "id", "date"}
        # For MAIL FROM; a sender that has no such spelling was refused with the From line.
        self.sender = wire_form(message.sender_address)

    def spliced(
        self, address: str, letter_id: str, links: Mapping[str, str], date: bytes
    ) -> Spliced:
        """What to fill in for one person. `date` is the whole Date line without its end.

        Raises Unfit, and addresses.BadAddress where plain SMTP cannot carry the address.
        """
        recipient = _on_the_wire(address)
        if not _TOKEN.fullmatch(letter_id):
            raise Unfit("This letter has no number.")
        own = {"to": recipient, "id": letter_id.encode("ascii"), "date": date}
        for purpose in self._links:
            own[purpose] = _token(links.get(purpose, ""))
        return Spliced(recipient, tuple([own[purpose] for purpose in self._purposes]))


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
