"""One open connection that makes nobody wait: it writes what it can, and hears what came."""

from __future__ import annotations

import contextlib
import ssl
import time
from itertools import islice

from hrsite.outbox.conversing import Conversation
from hrsite.outbox.exchanging import Exchange
from hrsite.outbox.parcels import Ended, Parcel
from hrsite.outbox.wording import HUNG_UP, TOO_SLOW

READ_OCTETS = 4096  # Replies are short; a larger buffer takes longer to come by.
MOST_PIECES = 64  # Of one write; the system would take some more.
PARTING_SECONDS = 5.0  # For RSET: nothing depends on its reply.
# What goes into one record of TLS (RFC 8446 5.1), which the other side reads whole or not at all.
RECORD_OCTETS = 16_384


class Lane:
    """A connection that is open, greeted and logged in. Times in seconds of `time.monotonic`."""

    def __init__(self, host: Conversation, *, may_chunk: bool = True) -> None:
        self._host, self.sock = host, host.open_socket()
        self._is_encrypted = isinstance(self.sock, ssl.SSLSocket)
        self._record = b""
        self.sock.setblocking(False)
        host.stage = "mail"
        self.exchange = Exchange(
            pipelining=host.has_extn("pipelining"),
            size=host.has_extn("size"),
            chunking=may_chunk and host.has_extn("chunking"),
        )
        self._since = time.monotonic()
        self._is_leaving = False
        # Whoever holds several notes here: is it among the free ones, is it to be pushed, has the
        # system no room for more just now, was it given up?
        self.is_listed = self.is_eager = self.is_blocked = self.is_gone = False
        self.exchange.hear(host.leftover())

    @property
    def is_busy(self) -> bool:
        """Is something due from the server?"""
        return bool(self.exchange.due)

    @property
    def wants_to_write(self) -> bool:
        """Is something left that the system has not taken yet?"""
        return bool(self.exchange.to_write)

    @property
    def shortest_wait(self) -> float:
        """No wait for a reply is given up sooner than after so many seconds."""
        return min(self._host.seconds, self._host.reply_seconds, PARTING_SECONDS)

    @property
    def deadline(self) -> float | None:
        """When to give up waiting; None while nothing is due."""
        due = self.exchange.due
        if not due:
            return None
        if len(due) == 1 and due[0][1] == "rset":
            return self._since + min(self._host.seconds, PARTING_SECONDS)
        is_last = self.exchange.awaits_result
        return self._since + (self._host.reply_seconds if is_last else self._host.seconds)

    def begin(self, parcel: Parcel) -> None:
        """Begin a letter; `push` writes it."""
        if not self.exchange.due:
            self._since = time.monotonic()
        self.exchange.begin(parcel)

    def push(self) -> list[Ended]:
        """Write as much as the system takes; whatever ends by that."""
        pieces = self.exchange.to_write
        while pieces:
            try:
                count = self._send()
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                return []
            except OSError as trouble:
                # What the server said last may still lie unread: it is worth more than our error.
                return self.pull() or self._broken_by(trouble)
            self.exchange.written(count)
            self._since = time.monotonic()
        return []

    def _send(self) -> int:
        pieces = self.exchange.to_write
        if self._is_encrypted:
            return self._send_record()
        if len(pieces) == 1:
            return self.sock.send(pieces[0])
        return self.sock.sendmsg(islice(pieces, MOST_PIECES))

    def _send_record(self) -> int:
        """Of several at once Python does not tell how many went, when the system takes no more.

        Then the server may have a letter whole, and answer it, of which we think that it waits. One
        that did not go is said again in the same octets, as OpenSSL wants it (SSL_write(3)).
        """
        if not self._record:
            record = bytearray()
            for piece in self.exchange.to_write:
                record += piece[: RECORD_OCTETS - len(record)]
                if len(record) == RECORD_OCTETS:
                    break
            self._record = bytes(record)
        count = self.sock.send(self._record)
        self._record = b""
        return count

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
            if len(octets) < READ_OCTETS and not self._is_encrypted:
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
