"""One open connection that makes nobody wait: it writes what it can, and hears what came."""

from __future__ import annotations

import contextlib
import ssl
import time

from hrsite.outbox.conversing import Conversation
from hrsite.outbox.exchanging import HUNG_UP, TOO_SLOW, Ended, Exchange, Parcel

READ_OCTETS = 65536
PARTING_SECONDS = 5.0  # For RSET: nothing depends on its reply.


class Lane:
    """A connection that is open, greeted and logged in. Times in seconds of `time.monotonic`."""

    def __init__(self, host: Conversation) -> None:
        self._host, self.sock = host, host.open_socket()
        self.sock.setblocking(False)
        host.stage = "mail"
        self.exchange = Exchange(pipelining=host.has_extn("pipelining"), size=host.has_extn("size"))
        self._since = time.monotonic()
        self._is_leaving = False
        self.exchange.hear(host.leftover())

    @property
    def is_busy(self) -> bool:
        """Is something due from the server?"""
        return bool(self.exchange.due)

    @property
    def wants_to_write(self) -> bool:
        """Is something left that the system has not taken yet?"""
        return bool(self.exchange.to_write())

    @property
    def deadline(self) -> float | None:
        """When to give up waiting; None while nothing is due."""
        if not self.exchange.due:
            return None
        _, stage = self.exchange.due[0]
        if stage == "rset":
            return self._since + min(self._host.seconds, PARTING_SECONDS)
        is_last = stage == "reply" and not self.wants_to_write
        return self._since + (self._host.reply_seconds if is_last else self._host.seconds)

    def begin(self, parcel: Parcel) -> list[Ended]:
        """Begin a letter; whatever ends by that."""
        if not self.exchange.due:
            self._since = time.monotonic()
        self.exchange.begin(parcel)
        return self.push()

    def push(self) -> list[Ended]:
        """Write as much as the system takes."""
        while octets := self.exchange.to_write():
            try:
                count = self.sock.send(octets)
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return []
            except OSError as trouble:
                # What the server said last may still lie unread: it is worth more than our error.
                return self.pull() or self._broken_by(trouble)
            self.exchange.written(count)
            self._since = time.monotonic()
        return []

    def pull(self) -> list[Ended]:
        """Hear what has come; whatever ends by that."""
        ended: list[Ended] = []
        while not self.exchange.is_over:
            try:
                octets = self.sock.recv(READ_OCTETS)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError as trouble:
                return ended + self._broken_by(trouble)
            if not octets:
                return ended + self.exchange.broken("dropped", HUNG_UP)
            head = self.exchange.due[0] if self.exchange.due else None
            ended += self.exchange.hear(octets)
            if not self.exchange.due or self.exchange.due[0] is not head:
                self._since = time.monotonic()
            if len(octets) < READ_OCTETS and not isinstance(self.sock, ssl.SSLSocket):
                break
        return ended

    def give_up(self) -> list[Ended]:
        """Its time is over."""
        return self.exchange.broken("timeout", TOO_SLOW)

    def say_goodbye(self) -> None:
        """QUIT, if nothing is under way. `close` then waits for the answer."""
        if not self.exchange.due and not self.exchange.is_over:
            with contextlib.suppress(OSError):
                self.sock.setblocking(True)
            self._host.say_goodbye()
            self._is_leaving = True

    def close(self) -> None:
        """Hang up; after QUIT, once the server has answered it."""
        if self._is_leaving:
            self._host.part()
        else:
            self._host.close()

    def _broken_by(self, trouble: OSError) -> list[Ended]:
        stopped = self._host.stopped_by(trouble)
        return self.exchange.broken(stopped.fault or "dropped", stopped.text)
