"""What is said over one connection, letter after letter, and which answer is about which letter.

It touches no socket: it is given what the server said and tells what to say next, so the same
rules serve a connection that waits and one that does not. Where the server offers PIPELINING
(RFC 2920), MAIL, RCPT and DATA go in one write, together with the end of the letter before.
Where it offers CHUNKING too (RFC 3030), whole letters go so, several before the first answer,
once it has taken one: some servers offer it and do not know it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from hrsite.outbox.parcels import Ended, Parcel, doubled
from hrsite.outbox.retrying import CLOSING_DOWN, Fault, Stage
from hrsite.outbox.wording import HUNG_UP

LONGEST_REPLY_LINE = 4096  # RFC 5321 4.5.3.1.5 says 512; servers have been seen to say more.
MOST_REPLY_LINES = 128
REPLY_LINE = re.compile(rb"[2-5]\d\d([ -]|\Z)")
_WANTED: Mapping[Stage, int] = {"mail": 250, "rcpt": 250, "data": 354, "reply": 250, "rset": 250}
# So many whole letters may be on one connection before the first of them is answered.
MOST_CHUNKED = 4
# RFC 5321 4.2.2: a command that is not known, or not there.
_NOT_KNOWN = frozenset({500, 502, 503, 504})
_YES = b"250 "
# The stages that only name a letter's sender and reader.
_NAMING: tuple[Stage, ...] = ("mail", "rcpt")
GARBLED = "The mail server's answer made no sense."


class Garbled(Exception):
    """What came is no SMTP reply, or comes at the wrong time."""


@dataclass(slots=True)
class Exchange:
    """The talk over one connection that is open and greeted. The offers are as EHLO told them."""

    pipelining: bool
    size: bool
    chunking: bool = False
    # Replies that are due, in order: about which letter (None: none), at which stage.
    due: deque[tuple[Parcel | None, Stage]] = field(default_factory=deque)
    # What is to be written now. Tell `written` how much of it went.
    to_write: deque[bytes | memoryview] = field(default_factory=deque)
    # Set when nothing more may be said here, once what is due has been heard.
    is_over: bool = False
    # It offers CHUNKING and does not know it: what comes behind it is read as commands.
    cannot_chunk: bool = False
    letter_count: int = 0
    # Many servers take a few letters on one connection: has it taken one, and will it no more?
    _has_served: bool = False
    _is_used_up: bool = False
    _has_closed: bool = False
    # A letter that is named, and its text, which the server has not asked for yet.
    _begun: Parcel | None = None
    _text: bytes = b""
    _unsaid: list[tuple[Stage, bytes]] = field(default_factory=list)
    _queued: int = 0
    _written: int = 0
    _heard: bytes = b""
    _lines: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """A letter is pushed whole only where nobody need wait for an answer in between."""
        self.chunking = self.chunking and self.pipelining

    @property
    def may_begin(self) -> bool:
        """Can it take another letter now?"""
        if self.is_over or self._is_used_up or self._begun is not None:
            return False
        due = self.due
        if not due:
            return True
        if self.chunking:
            has_room = len(due) <= 4 * (MOST_CHUNKED - 1) and due[0][1] != "rset"
            return self._has_served and has_room
        # Every letter before is told whole, but for its reply.
        return self.pipelining and len(due) == 1 and due[0][1] == "reply"

    @property
    def capacity(self) -> int:
        """How many letters are on it at once, when there are enough of them."""
        if self.chunking:
            return MOST_CHUNKED if self._has_served else 1
        return 2 if self.pipelining else 1

    @property
    def awaits_result(self) -> bool:
        """Is the next reply what becomes of a letter that the server has got whole?"""
        parcel, stage = self.due[0] if self.due else (None, None)
        return stage == "reply" and parcel is not None and self._is_in_the_air(parcel)

    def begin(self, parcel: Parcel) -> None:
        """Name the letter's sender and reader. Its text goes when the server says "go on"."""
        self.letter_count += 1
        parcel.whole_at = parcel.refusal = None  # What became of it on another connection.
        octets = parcel.octets
        size = b" SIZE=%d" % len(octets) if self.size else b""
        mail = b"MAIL FROM:<%s>%s\r\n" % (parcel.sender, size)
        rcpt = b"RCPT TO:<%s>\r\n" % parcel.recipient
        if self.chunking:
            self._send_whole(parcel, mail + rcpt, octets)
            return
        self._begun, self._text = parcel, octets
        if self.pipelining:
            self.due.extend(((parcel, "mail"), (parcel, "rcpt"), (parcel, "data")))
            self._say(mail + rcpt + b"DATA\r\n")
        else:
            self._unsaid = [("mail", mail), ("rcpt", rcpt), ("data", b"DATA\r\n")]
            self._say_next()

    def written(self, count: int) -> None:
        """So many octets are with the system, and may be with the server."""
        self._written += count
        pieces = self.to_write
        while count and count >= len(pieces[0]):
            count -= len(pieces.popleft())
        if count:
            pieces[0] = memoryview(pieces[0])[count:]

    def hear(self, octets: bytes) -> list[Ended]:
        """What the server said: the letters that have ended by it.

        Once the talk is over, that is every letter which was on the connection.
        """
        ended: list[Ended] = []
        try:
            self._hear(self._heard + octets if self._heard else octets, ended)
        except Garbled:
            return ended + self.broken("garbage", GARBLED)
        self.is_over = self.is_over or (self._is_used_up and not self.due)
        return ended + self.broken("dropped", HUNG_UP) if self.is_over else ended

    def broken(self, fault: Fault, text: str) -> list[Ended]:
        """The connection is no good any more: how it ended for each letter still on it."""
        self.is_over = True
        self._begun = None
        ended: list[Ended] = []
        # Where no letter was ever answered the first is to blame, or one connection after another
        # would be opened for it for ever.
        none_has_ended = len({id(one) for one, _ in self.due if one}) == self.letter_count
        seen: set[int] = set()
        for parcel, stage in self.due:
            if parcel is None or id(parcel) in seen:
                continue
            seen.add(id(parcel))
            is_in_the_air = self._is_in_the_air(parcel)
            refusal = parcel.refusal
            # A clear no is one; out of step, the server may have taken what it has got whole.
            if refusal is not None and (refusal.code is not None or not is_in_the_air):
                ended.append(refusal)
                continue
            if is_in_the_air:
                stage = "reply"
            elif stage == "reply":
                stage = "body"
            begun = stage != "mail" or not ended and none_has_ended
            ended.append(Ended(parcel, stage, None, text, fault, begun))
        self.due.clear()
        return ended

    def _hear(self, octets: bytes, ended: list[Ended]) -> None:
        due = self.due
        *lines, self._heard = octets.split(b"\n")
        for at, line in enumerate(lines):
            if self.is_over:
                self._heard = b"\n".join((*lines[at:], self._heard))
                break
            if line[:4] == _YES and due and not self._lines and not self._unsaid:
                parcel, stage = due[0]
                if stage in _NAMING and parcel is not None and parcel.refusal is None:
                    due.popleft()  # Nothing follows from it: the usual case.
                    continue
            self._hear_line(line.rstrip(b"\r"), ended)
        if len(self._heard) > LONGEST_REPLY_LINE or (self._heard and self._is_too_early(b"")):
            raise Garbled

    def _hear_line(self, line: bytes, ended: list[Ended]) -> None:
        if not self.due or not REPLY_LINE.match(line) or len(self._lines) >= MOST_REPLY_LINES:
            raise Garbled
        if self.due[0][1] == "reply" and self._is_too_early(line):
            raise Garbled
        said = line[4:].strip()
        if line[3:4] == b"-":
            self._lines.append(said)
            return
        if self._lines:
            said = b"\n".join([*self._lines, said])
            self._lines.clear()
        self._take(int(line[:3]), said.decode("utf-8", "replace"), ended)

    def _take(self, code: int, text: str, ended: list[Ended]) -> None:
        parcel, stage = self.due.popleft()
        if code == CLOSING_DOWN or code // 100 == 3 and stage != "data":
            self.is_over = True  # RFC 5321 3.8: it is closing down; or it is out of step.
            self._has_closed = code == CLOSING_DOWN  # So it has looked at nothing behind that.
        if parcel is None:
            self.is_over = self.is_over or code != 250
        elif parcel.refusal is not None:
            self._take_after_refusal(parcel.refusal, stage, code, ended)
        elif stage == "reply" and self.chunking and not self._has_served and code in _NOT_KNOWN:
            self.is_over = self.cannot_chunk = True
            ended.append(Ended(parcel, stage, code, text, was_begun=False))
        elif stage == "reply":
            ended.append(Ended(parcel, stage, code, text))
            self._has_served = self._has_served or code // 100 == 2
            if self.chunking and code // 100 != 2:
                self._say_reset()
        elif code != _WANTED[stage] if stage == "data" else code // 100 != 2:
            self._refuse(parcel, stage, code, text, ended)
        elif stage == "data":
            self._send_body(parcel)
        elif self._unsaid:
            self._say_next()

    def _refuse(
        self, parcel: Parcel, stage: Stage, code: int, text: str, ended: list[Ended]
    ) -> None:
        fault: Fault | None = None if code >= 400 else "garbage"
        # A no before a reader is named is no letter's fault: on another connection it may go.
        is_its_end = code == CLOSING_DOWN or (stage == "mail" and code // 100 == 4)
        goes_elsewhere = is_its_end and self._has_served
        self._is_used_up = self._is_used_up or goes_elsewhere
        told, said = (code, text) if fault is None else (None, GARBLED)
        parcel.refusal = Ended(parcel, stage, told, said, fault, not goes_elsewhere)
        self._unsaid.clear()
        self.is_over = self.is_over or fault is not None
        if not any(one is parcel for one, _ in self.due):
            self._refused(parcel.refusal, ended)

    def _take_after_refusal(
        self, refusal: Ended, stage: Stage, code: int, ended: list[Ended]
    ) -> None:
        if stage not in ("data", "reply"):
            return
        if stage == "data" and code == 354:
            # It awaits a letter that must not come. Hanging up before any dot is safe.
            self.is_over = True
        self._refused(refusal, ended)

    def _refused(self, refusal: Ended, ended: list[Ended]) -> None:
        ended.append(refusal)
        self._begun = None
        self._say_reset()

    def _say_reset(self) -> None:
        """Clear away what a refused letter has left. Before a letter behind it that is said."""
        if not self.is_over and not self._is_used_up and not self.due:
            self.due.append((None, "rset"))
            self._say(b"RSET\r\n")

    def _send_body(self, parcel: Parcel) -> None:
        octets, self._text = self._text, b""
        self._begun = None
        self.due.append((parcel, "reply"))
        self._say(doubled(octets) if parcel.has_dots else octets)
        self._say(b".\r\n")
        parcel.whole_at = self._queued

    def _send_whole(self, parcel: Parcel, commands: bytes, octets: bytes) -> None:
        """RFC 3030 4.2: the reader's name and all of the letter, with no dot to end it."""
        if self.due:
            # Nobody knows yet whether the letter before leaves something behind.
            self.due.append((None, "rset"))
            commands = b"RSET\r\n" + commands
        self.due.extend(((parcel, "mail"), (parcel, "rcpt"), (parcel, "reply")))
        self._say(b"%bBDAT %d LAST\r\n" % (commands, len(octets)))
        self._say(octets)
        parcel.whole_at = self._queued

    def _say(self, octets: bytes) -> None:
        self.to_write.append(octets)
        self._queued += len(octets)

    def _say_next(self) -> None:
        stage, command = self._unsaid.pop(0)
        self.due.append((self._begun, stage))
        self._say(command)

    def _is_in_the_air(self, parcel: Parcel) -> bool:
        is_whole = parcel.whole_at is not None and self._written >= parcel.whole_at
        return is_whole and not self._has_closed

    def _is_too_early(self, line: bytes) -> bool:
        """Has the server not got yet what this reply is about?

        What is named by its length it may refuse before the end: it knows where that is.
        """
        if not self.due:
            return True
        parcel, stage = self.due[0]
        if stage != "reply" or parcel is None or self._is_in_the_air(parcel):
            return False
        return not self.chunking or line[:1] in (b"2", b"3") and parcel.refusal is None
