"""Talks with a site octet by octet, as no browser would."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 20
_LENGTH = re.compile(rb"\r\ncontent-length: ([0-9]+)\r\n", re.IGNORECASE)


class Answer:
    """One answer: its head as lines, and its body."""

    def __init__(self, head: bytes, body: bytes) -> None:
        self.status_line, *self.lines = head.decode("latin1").split("\r\n")
        self.body = body

    @property
    def status(self) -> int:
        return int(self.status_line.split(" ")[1])

    @property
    def headers(self) -> dict[str, str]:
        """By name in small letters, without what is another one each time or on each connection."""
        pairs = (line.split(": ", 1) for line in self.lines)
        told = {name.lower(): value for name, value in pairs}
        return {name: told[name] for name in sorted(told) if name not in ("date", "connection")}


class Line:
    """A connection to the site."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.settimeout(PATIENCE_SECONDS)
        self._held = b""

    def say(self, octets: bytes) -> None:
        self._socket.sendall(octets)

    def hear(self, *, of_head: bool = False) -> Answer:
        """The next answer; of a HEAD without a body."""
        head = self._until(lambda: b"\r\n\r\n" in self._held).partition(b"\r\n\r\n")[0]
        self._held = self._held[len(head) + 4 :]
        length = _LENGTH.search(head + b"\r\n")
        size = int(length[1]) if length and not of_head else 0
        body = self._until(lambda: len(self._held) >= size)[:size]
        self._held = self._held[size:]
        return Answer(head, body)

    def ask(self, octets: bytes) -> Answer:
        self.say(octets)
        return self.hear()

    def is_closed(self) -> bool:
        """Has the site hung up? Waits for it; what it still said counts as no."""
        try:
            return self._held == b"" and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._socket.close()

    def _until(self, is_there: Callable[[], bool]) -> bytes:
        while not is_there():
            octets = self._socket.recv(65536)
            if not octets:
                raise EOFError(self._held[-300:])
            self._held += octets
        return self._held


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A connection that is closed in the end."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
