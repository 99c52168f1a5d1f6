"""A real mail server for long trials: threads and sockets, and of each letter only who and which.

It offers PIPELINING and CHUNKING and takes every letter. At each moment of a letter it calls `at`,
so that a trial can end a worker right there.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from hrsite import clock

# She is named; the letter is whole and waits for its reply; the reply is on its way back.
NAMED, AIR, REPLY = "named", "in the air", "replied"
MOMENTS = (NAMED, AIR, REPLY)

# As long as Resend's documentation says.
KNOWN_FOR = timedelta(hours=24)
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


class Taken(NamedTuple):
    """A letter that came in whole: to whom, and which."""

    reader: str
    message_id: str


def nothing(moment: str, count: int) -> None:
    """Let the letter pass."""


@dataclass
class PostOffice:
    """What came in, and what to do and to say meanwhile."""

    port: int = 0
    letters: list[Taken] = field(default_factory=list)
    # Called with the moment, and with how many letters have come in whole.
    at: Callable[[str, int], None] = nothing
    # What to say to RCPT or to a whole letter; nothing for "taken". DROP hangs up.
    answer: Callable[[str, str], str] = lambda moment, reader: ""
    # The header by whose value it knows a letter again, and takes it once only; "": none.
    knows_again_by: str = ""
    # Until when it knows each.
    known: dict[bytes, datetime] = field(default_factory=dict)
    # Letters that came in whole and got no reply.
    lost: list[Taken] = field(default_factory=list)
    talks: set[socket.socket] = field(default_factory=set)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def quiet(self, seconds: float) -> bool:
        """Whether every connection is closed, and all that came through it is in."""
        with self.arrived:
            return self.arrived.wait_for(lambda: not self.talks, seconds)

    def wait_for(self, count: int, seconds: float) -> bool:
        """Whether so many letters come in before the time is over."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.letters) >= count, seconds)

    def copies(self) -> Counter[str]:
        """How many copies each reader has."""
        return Counter(reader for reader, _ in self.letters)

    def take(self, reader: str, octets: bytes) -> Taken:
        """Keep a letter, unless it is known already."""
        found = MESSAGE_ID.search(octets)
        assert found, "a letter without a Message-ID"
        taken = Taken(reader, found[1].decode())
        with self.arrived:
            if not self._is_known(octets):
                self.letters.append(taken)
            self.arrived.notify_all()
        return taken

    def _is_known(self, octets: bytes) -> bool:
        """Whether a letter with this number was kept before; from now on it was."""
        if not self.knows_again_by:
            return False
        name = re.escape(self.knows_again_by.encode())
        (number,) = re.findall(
            rb"(?m)^%s: (.*)\r$" % name, octets.partition(b"\r\n\r\n")[0] + b"\r\n"
        )
        now = clock.now()
        is_known = self.known.get(number, now) > now
        if not is_known:
            self.known[number] = now + KNOWN_FOR
        return is_known


DROP = "drop"


@contextlib.contextmanager
def post_office() -> Iterator[PostOffice]:
    """A server that is open for as long as the block lasts."""
    office = PostOffice()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    office.port = listener.getsockname()[1]
    closing = threading.Event()

    def serve(talk: socket.socket) -> None:
        with talk, contextlib.suppress(OSError):
            talk.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Talk(office, talk).run()
        with office.arrived:
            office.talks.discard(talk)
            office.arrived.notify_all()

    def listen() -> None:
        while True:
            talk, _ = listener.accept()
            if closing.is_set():
                talk.close()
                return
            office.talks.add(talk)
            threading.Thread(target=serve, args=(talk,), daemon=True).start()

    listening = threading.Thread(target=listen, daemon=True)
    listening.start()
    try:
        yield office
    finally:
        closing.set()
        # Wakes accept(); closing a listening socket from another thread does not.
        socket.create_connection(("127.0.0.1", office.port)).close()
        listening.join(10)
        listener.close()
        for talk in list(office.talks):
            with contextlib.suppress(OSError):
                talk.shutdown(socket.SHUT_RDWR)


class _Talk:
    """One connection."""

    def __init__(self, office: PostOffice, talk: socket.socket) -> None:
        self.office, self.talk = office, talk
        self.heard = bytearray()
        self.reader, self.chunks = "", b""

    def run(self) -> None:
        self._say("220 mail.example.org")
        while (line := self._line()) is not None:
            verb, _, rest = line.partition(" ")
            if not self._obey(verb.upper(), rest):
                return

    def _obey(self, verb: str, rest: str) -> bool:
        if verb == "EHLO":
            self._say("250-mail.example.org\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING")
        elif verb == "RCPT":
            return self._rcpt(rest)
        elif verb == "DATA":
            return self._data()
        elif verb == "BDAT":
            return self._bdat(rest)
        elif verb == "QUIT":
            self._say("221 2.0.0 bye")
            return False
        else:
            if verb in ("MAIL", "RSET"):
                self.reader, self.chunks = "", b""
            self._say("250 2.0.0 ok")
        return True

    def _rcpt(self, rest: str) -> bool:
        reader = rest.partition("<")[2].partition(">")[0]
        refusal = self.office.answer(NAMED, reader)
        if not refusal:
            self.reader = reader
            self.office.at(NAMED, len(self.office.letters))
        return self._reply(refusal or "250 2.1.5 known")

    def _data(self) -> bool:
        if not self.reader:
            self._say("503 5.5.1 nobody is named")
            return True
        self._say("354 go on")
        while (end := self.heard.find(b"\r\n.\r\n")) < 0:
            if not self._read():
                return False
        letter = bytes(self.heard[: end + 2])
        del self.heard[: end + 5]
        return self._whole(letter)

    def _bdat(self, rest: str) -> bool:
        size, _, last = rest.partition(" ")
        while len(self.heard) < int(size):
            if not self._read():
                return False
        self.chunks += bytes(self.heard[: int(size)])
        del self.heard[: int(size)]
        if not self.reader:
            self._say("503 5.5.1 nobody is named")
            return True
        if last.upper() != "LAST":
            self._say("250 2.0.0 more")
            return True
        return self._whole(self.chunks)

    def _whole(self, octets: bytes) -> bool:
        reader, self.reader, self.chunks = self.reader, "", b""
        refusal = self.office.answer(AIR, reader)
        if not refusal or refusal == DROP:
            taken = self.office.take(reader, octets)
            if refusal:
                self.office.lost.append(taken)
            self.office.at(AIR, len(self.office.letters))
        goes_on = self._reply(refusal or "250 2.0.0 kept")
        self.office.at(REPLY, len(self.office.letters))
        return goes_on

    def _reply(self, words: str) -> bool:
        if words == DROP:
            return False
        self._say(words)
        return not words.startswith("421")

    def _say(self, words: str) -> None:
        self.talk.sendall(words.encode() + b"\r\n")

    def _line(self) -> str | None:
        while (end := self.heard.find(b"\r\n")) < 0:
            if not self._read():
                return None
        line = self.heard[:end].decode("utf-8", "replace")
        del self.heard[: end + 2]
        return line

    def _read(self) -> bool:
        octets = self.talk.recv(262144)
        self.heard += octets
        return bool(octets)
