"""What is said over one connection, letter after letter, and which answer is about which letter.

It touches no socket: it is given what the server said and tells what to say next, so the same
rules serve a connection that waits and one that does not. Where the server offers PIPELINING
(RFC 2920), MAIL, RCPT and DATA go in one write, together with the end of the letter before.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hrsite.outbox.retrying import Fault, Stage

LONGEST_REPLY_LINE = 4096  # RFC 5321 4.5.3.1.5 says 512; servers have been seen to say more.
MOST_REPLY_LINES = 128
_REPLY_LINE = re.compile(rb"[2-5]\d\d([ -]|\Z)")
_WANTED: Mapping[Stage, int] = {"mail": 250, "rcpt": 250, "data": 354, "reply": 250, "rset": 250}
GARBLED = "The mail server's answer made no sense."
HUNG_UP = "The mail server hung up."
TOO_SLOW = "The mail server did not answer in time."


class Garbled(Exception):
    """What came is no SMTP reply, or comes at the wrong time."""


@dataclass(slots=True, eq=False)
class Parcel:
    """One letter for the wire: its octets end in CR LF, their leading dots doubled already."""

    sender: bytes
    recipient: bytes
    octets: bytes
    # What whoever handed it in knows it by.
    token: Any = None
    # Dots that RFC 5321 4.5.2 has doubled: the letter's true size is that much smaller.
    dot_count: int = 0
    # How many octets of this connection are written when the final dot is.
    dot_at: int | None = None
    refusal: Ended | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended for one letter: by a reply (`code`), or without one (`fault`).

    `was_begun` False: not a word of it was heard by the server, for all we know.
    """

    parcel: Parcel
    stage: Stage
    code: int | None
    text: str
    fault: Fault | None = None
    was_begun: bool = True


@dataclass(slots=True)
class Exchange:
    """The talk over one connection that is open and greeted. `features` as EHLO told them."""

    pipelining: bool
    size: bool
    # Replies that are due, in order: about which letter (None: none), at which stage.
    due: deque[tuple[Parcel | None, Stage]] = field(default_factory=deque)
    # Set when nothing more may be said here, once what is due has been heard.
    is_over: bool = False
    letter_count: int = 0
    _begun: Parcel | None = None
    _unsaid: list[tuple[Stage, bytes]] = field(default_factory=list)
    _to_write: list[bytes] = field(default_factory=list)
    _queued: int = 0
    _written: int = 0
    _heard: bytearray = field(default_factory=bytearray)
    _lines: list[bytes] = field(default_factory=list)

    @property
    def may_begin(self) -> bool:
        """Can it take another letter now?"""
        if self.is_over or self._begun is not None:
            return False
        return not self.due or (self.pipelining and self._all_in_the_air())

    def begin(self, parcel: Parcel) -> None:
        """Name the letter's sender and reader. Its text goes when the server says "go on"."""
        self._begun = parcel
        self.letter_count += 1
        size = b" SIZE=%d" % (len(parcel.octets) - parcel.dot_count) if self.size else b""
        commands: list[tuple[Stage, bytes]] = [
            ("mail", b"MAIL FROM:<%s>%s\r\n" % (parcel.sender, size)),
            ("rcpt", b"RCPT TO:<%s>\r\n" % parcel.recipient),
            ("data", b"DATA\r\n"),
        ]
        if self.pipelining:
            self.due.extend((parcel, stage) for stage, _ in commands)
            self._say(b"".join(command for _, command in commands))
        else:
            self._unsaid = commands
            self._say_next()

    def to_write(self) -> bytes:
        """All that is to be written now. Tell `written` how much of it went."""
        if len(self._to_write) > 1:
            self._to_write = [b"".join(self._to_write)]
        return self._to_write[0] if self._to_write else b""

    def written(self, count: int) -> None:
        """So many octets of it are with the system, and may be with the server."""
        self._written += count
        rest = self._to_write[0][count:]
        self._to_write = [rest] if rest else []

    def hear(self, octets: bytes) -> list[Ended]:
        """What the server said: the letters that have ended by it.

        Once the talk is over, that is every letter which was on the connection.
        """
        self._heard += octets
        ended: list[Ended] = []
        try:
            while not self.is_over and (reply := self._next_reply()) is not None:
                self._take(*reply, ended)
        except Garbled:
            return ended + self.broken("garbage", GARBLED)
        return ended + (self.broken("dropped", HUNG_UP) if self.is_over else [])

    def broken(self, fault: Fault, text: str) -> list[Ended]:
        """The connection is no good any more: how it ended for each letter still on it."""
        self.is_over = True
        self._begun = None
        ended: list[Ended] = []
        seen: set[int] = set()
        for parcel, stage in self.due:
            if parcel is None or id(parcel) in seen:
                continue
            seen.add(id(parcel))
            if parcel.refusal is not None:
                ended.append(parcel.refusal)
                continue
            if stage == "reply" and not self._is_in_the_air(parcel):
                stage = "body"
            begun = stage != "mail" or not ended and self.letter_count == 1
            ended.append(Ended(parcel, stage, None, text, fault, begun))
        self.due.clear()
        return ended

    def _next_reply(self) -> tuple[int, str] | None:
        while (end := self._heard.find(b"\n")) >= 0:
            if not self.due or not self._may_be_answered():
                raise Garbled
            line = bytes(self._heard[:end]).rstrip(b"\r")
            del self._heard[: end + 1]
            if not _REPLY_LINE.match(line) or len(self._lines) >= MOST_REPLY_LINES:
                raise Garbled
            self._lines.append(line[4:].strip())
            if line[3:4] != b"-":
                text = b"\n".join(self._lines).decode("utf-8", "replace")
                self._lines.clear()
                return int(line[:3]), text
        if len(self._heard) > LONGEST_REPLY_LINE or (self._heard and not self._may_be_answered()):
            raise Garbled
        return None

    def _take(self, code: int, text: str, ended: list[Ended]) -> None:
        parcel, stage = self.due.popleft()
        if code == 421 or code // 100 == 3 and stage != "data":
            self.is_over = True  # RFC 5321 3.8: it is closing down; or it is out of step.
        if parcel is None:
            self.is_over = self.is_over or code != 250
            return
        if stage == "reply":
            ended.append(Ended(parcel, stage, code, text))
        elif parcel.refusal is not None:
            self._take_after_refusal(parcel.refusal, stage, code, ended)
        elif code != _WANTED[stage] if stage == "data" else code // 100 != 2:
            fault: Fault | None = None if code >= 400 else "garbage"
            refusal = Ended(parcel, stage, code if fault is None else None, text, fault)
            parcel.refusal = refusal
            self._unsaid.clear()
            self.is_over = self.is_over or fault is not None
            if not any(one is parcel for one, _ in self.due):
                self._refused(refusal, ended)
        elif stage == "data":
            self._send_body(parcel)
        elif self._unsaid:
            self._say_next()

    def _take_after_refusal(
        self, refusal: Ended, stage: Stage, code: int, ended: list[Ended]
    ) -> None:
        if stage != "data":
            return
        if code == 354:
            # It awaits a letter that must not come. Hanging up before any dot is safe.
            self.is_over = True
        self._refused(refusal, ended)

    def _refused(self, refusal: Ended, ended: list[Ended]) -> None:
        ended.append(refusal)
        self._begun = None
        if not self.is_over:
            self.due.append((None, "rset"))
            self._say(b"RSET\r\n")

    def _send_body(self, parcel: Parcel) -> None:
        self._begun = None
        self.due.append((parcel, "reply"))
        self._say(parcel.octets)
        self._say(b".\r\n")
        parcel.dot_at = self._queued

    def _say(self, octets: bytes) -> None:
        self._to_write.append(octets)
        self._queued += len(octets)

    def _say_next(self) -> None:
        stage, command = self._unsaid.pop(0)
        self.due.append((self._begun, stage))
        self._say(command)

    def _all_in_the_air(self) -> bool:
        """Is every letter before the next one told whole, but for its reply?"""
        return all(stage == "reply" for _, stage in self.due) and len(self.due) <= 1

    def _is_in_the_air(self, parcel: Parcel) -> bool:
        return parcel.dot_at is not None and self._written >= parcel.dot_at

    def _may_be_answered(self) -> bool:
        """Has the server got all that the next reply is about? Else it answers too soon."""
        if not self.due:
            return False
        parcel, stage = self.due[0]
        return stage != "reply" or parcel is None or self._is_in_the_air(parcel)
