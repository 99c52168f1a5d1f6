"""One letter for the wire, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from hrsite.outbox.retrying import Fault, Stage


@dataclass(slots=True, eq=False)
class Parcel:
    """One letter for the wire, as its reader shall have it; every line ends in CR LF."""

    sender: bytes
    recipient: bytes
    # Put together when its turn comes, so that what waits takes no room: a form, and what is
    # filled into its places, in their order.
    form: bytes
    values: tuple[bytes, ...] = ()
    # What whoever handed it in knows it by.
    token: Any = None
    # Does a line begin with a dot, which DATA must double (RFC 5321 4.5.2)?
    has_dots: bool = False
    # How many octets of this connection are written when the end of the letter is.
    whole_at: int | None = None
    refusal: Ended | None = None

    @property
    def octets(self) -> bytes:
        """The letter, put together."""
        return self.form % self.values


class Ended(NamedTuple):
    """How it ended for one letter: by a reply (`code`), or without one (`fault`).

    `was_begun` False: not a word of it was heard by the server, for all we know, or it was turned
    away only because its connection had carried enough, or knows no whole letters. It goes by
    another.
    """

    parcel: Parcel
    stage: Stage
    code: int | None
    text: str
    fault: Fault | None = None
    was_begun: bool = True


def form_of(octets: bytes) -> bytes:
    """A form without a place: it says these octets. A place is b"%b"."""
    return octets.replace(b"%", b"%%")


def parcel_of(sender: str, recipient: str, octets: bytes, token: object = None) -> Parcel:
    """A letter for the wire."""
    has_dots = b"\r\n." in octets or octets.startswith(b".")
    names, form = (sender.encode("ascii"), recipient.encode("ascii")), form_of(octets)
    return Parcel(*names, form, token=token, has_dots=has_dots)


def doubled(octets: bytes) -> bytes:
    """Each dot that begins a line doubled (RFC 5321 4.5.2)."""
    first = b"." if octets.startswith(b".") else b""
    return first + octets.replace(b"\r\n.", b"\r\n..")
