"""A mail server that keeps every octet it is given, and notes whatever breaks a rule of SMTP."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

LONGEST_COMMAND = 512  # RFC 5321 4.5.3.1.4, with its line end; MAIL may be longer by its SIZE.
LONGEST_LINE = 998  # RFC 5322 2.1.1, without it.
EVERY_EXTENSION = ("PIPELINING", "SIZE 10485760", "8BITMIME", "CHUNKING", "ENHANCEDSTATUSCODES")
_PATH = re.compile(rb"(?:MAIL FROM|RCPT TO):<([^<>]*)>(.*)", re.IGNORECASE)
_DECLARED_SIZE = re.compile(rb"SIZE=(\d+)")


@dataclass(frozen=True)
class Received:
    """One letter: its envelope, its octets on the wire, and the same without doubled dots."""

    sender: str
    recipient: str
    wire: bytes
    octets: bytes


@dataclass
class Keeper:
    """What the server was given, in order, and what was wrong with it."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@contextmanager
def keeping_server(*extensions: str) -> Iterator[Keeper]:
    """Run the server until the block ends, offering these extensions of SMTP."""
    keeper, closing = Keeper(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    keeper.port = listener.getsockname()[1]
    talks: list[threading.Thread] = []

    def serve() -> None:
        while True:
            line, _ = listener.accept()
            if closing.is_set():
                line.close()
                return
            talk = _Talk(keeper, line, extensions)
            talks.append(threading.Thread(target=talk.run, daemon=True))
            talks[-1].start()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        yield keeper
    finally:
        closing.set()
        # Wakes accept(); closing a listening socket from another thread does not.
        socket.create_connection(("127.0.0.1", keeper.port)).close()
        for thread in (server, *talks):
            thread.join(10)
        listener.close()


class _Talk:
    """One connection."""

    def __init__(self, keeper: Keeper, line: socket.socket, extensions: tuple[str, ...]) -> None:
        self.keeper, self.line, self.extensions = keeper, line, extensions
        self.heard = bytearray()
        self.forget()

    def forget(self) -> None:
        """The next letter is another one."""
        self.sender, self.recipient, self.declared = b"", b"", 0
        self.chunks = bytearray()

    def run(self) -> None:
        """Talk until the other side hangs up."""
        with self.line, suppress(ConnectionError, TimeoutError):
            self.line.settimeout(20)
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.say("220 mail.example.org")
            while (command := self.up_to(b"\r\n")) is not None and self.obey(command):
                pass

    def obey(self, command: bytes) -> bool:
        """Do what a command says; whether the talk goes on."""
        verb = command[:4].upper()
        most = LONGEST_COMMAND - 2 + (26 if verb == b"MAIL" else 0)
        if not command.isascii() or re.search(rb"[\x00-\x1f\x7f]", command) or len(command) > most:
            self.fault(f"a command no server need take: {command[:80]!r}")
        if self.heard and "PIPELINING" not in self.extensions and verb != b"BDAT":
            self.fault(f"did not wait for the answer to {command[:80]!r}")
        match verb:
            case b"EHLO":
                lines = ["mail.example.org", *self.extensions]
                self.say("\r\n".join(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")
            case b"MAIL" | b"RCPT":
                self.envelope(verb, command)
            case b"DATA":
                return self.data()
            case b"BDAT":
                return self.chunk(command)
            case b"RSET":
                self.forget()
                self.say("250 2.0.0 forgotten")
            case b"QUIT":
                self.say("221 2.0.0 bye")
                return False
            case _:
                self.fault(f"an unknown command: {command[:80]!r}")
                self.say("500 5.5.1 unknown")
        return True

    def envelope(self, verb: bytes, command: bytes) -> None:
        """MAIL FROM or RCPT TO."""
        path = _PATH.fullmatch(command)
        if path is None:
            self.fault(f"no path in {command!r}")
            self.say("501 5.5.4 what?")
            return
        if verb == b"MAIL":
            self.forget()
            self.sender = path[1]
            size = _DECLARED_SIZE.search(path[2])
            self.declared = int(size[1]) if size else 0
        elif self.recipient:
            self.fault("two people in one envelope")
        else:
            self.recipient = path[1]
        self.say("250 2.1.0 ok")

    def data(self) -> bool:
        """A letter up to its final dot."""
        if self.heard:
            self.fault("something came with DATA, before it was asked for (RFC 2920 3.1)")
        self.say("354 go on")
        wire = self.up_to(b"\r\n.\r\n", after=b"\r\n")
        if wire is None:
            return False
        wire = wire.removeprefix(b"\r\n") + b"\r\n"
        if re.search(rb"(?m)^\.(?!\.)", wire):
            self.fault("a dot at the start of a line was not doubled")
        self.keep(wire, re.sub(rb"(?m)^\.", b"", wire))
        self.say("250 2.0.0 kept")
        return True

    def chunk(self, command: bytes) -> bool:
        """A part of a letter by its length (RFC 3030)."""
        if "CHUNKING" not in self.extensions:
            self.fault("BDAT was not offered")
        words = command.split()
        size = int(words[1])
        while len(self.heard) < size:
            if not self.read():
                return False
        self.chunks += self.heard[:size]
        del self.heard[:size]
        if words[-1].upper() == b"LAST":
            self.keep(bytes(self.chunks), bytes(self.chunks))
        self.say("250 2.0.0 kept")
        return True

    def keep(self, wire: bytes, octets: bytes) -> None:
        """Write a letter down, and what is wrong with its lines."""
        if not wire.count(b"\r") == wire.count(b"\n") == wire.count(b"\r\n"):
            self.fault("a bare CR or LF in a letter")
        if max(map(len, octets.split(b"\r\n"))) > LONGEST_LINE:
            self.fault("a line of more than 998 octets")
        if b"\0" in wire or not wire.isascii():
            self.fault("an octet that not every server takes")
        if self.declared and self.declared < len(octets):
            self.fault(f"said SIZE={self.declared}, and was {len(octets)}")
        letter = Received(self.sender.decode(), self.recipient.decode(), wire, octets)
        self.keeper.received.append(letter)
        self.forget()

    def up_to(self, end: bytes, after: bytes = b"") -> bytes | None:
        """The octets before `end`, which is taken away; None when the other side has hung up."""
        self.heard[:0] = after
        start = 0
        while (found := self.heard.find(end, start)) < 0:
            start = max(0, len(self.heard) - len(end))
            if not self.read():
                return None
        octets = bytes(self.heard[:found])
        del self.heard[: found + len(end)]
        return octets

    def read(self) -> bool:
        octets = self.line.recv(1 << 18)
        self.heard += octets
        return bool(octets)

    def say(self, *lines: str) -> None:
        self.line.sendall("".join(f"{line}\r\n" for line in lines if line).encode())

    def fault(self, words: str) -> None:
        self.keeper.faults.append(words)
