"""One letter for the wire, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hrsite.outbox.retrying import Fault, Stage


@dataclass(slots=True, eq=False)
class Parcel:
    """One letter for the wire, as its reader shall have it; every line ends in CR LF."""

    sender: bytes
    recipient: bytes
    # Put together when its turn comes, so that what waits takes no room.
    parts: Sequence[bytes]
    # What whoever handed it in knows it by.
    token: Any = None
    # Does a line begin with a dot, which DATA must double (RFC 5321 4.5.2)?
    has_dots: bool = False
    # How many octets of this connection are written when the end of the letter is.
    whole_at: int | None = None
    refusal: Ended | None = None

    @property
    def size(self) -> int:
        """How many octets the letter has."""
        return sum(map(len, self.parts))


class Ended(NamedTuple):
    """How it ended for one letter: by a reply (`code`), or without one (`fault`).

    `was_begun` False: not a word of it was heard by the server, for all we know.
    """

    parcel: Parcel
    stage: Stage
    code: int | None
    text: str
    fault: Fault | None = None
    was_begun: bool = True


def parcel_of(sender: str, recipient: str, octets: bytes, token: object = None) -> Parcel:
    """A letter for the wire."""
    has_dots = b"\r\n." in octets or octets.startswith(b".")
    return Parcel(sender.encode("ascii"), recipient.encode("ascii"), (octets,), token, has_dots)
