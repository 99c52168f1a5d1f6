"""One browser's connection: what is ready is answered at once, all else is uvicorn's to do.

A ready page costs less to send than to hand from one thread to another, so no thread, no task and
no environment is made for it: the octets that come are looked at once, and others go back.
"""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from hrsite.headers import ALWAYS
from hrsite.ready.frontdoor import FrontDoor
from hrsite.server.glance import MOST_HEADERS, Glance

# Browsers send a few hundred octets in some twenty lines; the parser itself knows no bounds.
MOST_HEAD_OCTETS = 64 * 1024
# Rounds of look_after, one every five seconds: whoever has not said by then what he wants, or takes
# or sends nothing any more, is hung up on. A browser with nothing to ask may stay longer.
HEAD_ROUNDS, STALLED_ROUNDS, IDLE_ROUNDS = 4, 12, 15
# Each holds a file descriptor of the thousand that most systems give a process. When there are
# more, those who have had nothing to ask for longest make room, for some that are still to come.
MOST_CONNECTIONS, ROOM = 800, 40


class TooManyHeaders(Exception):
    """More than any browser sends."""


class Shared:
    """What all connections of one process have in common."""

    def __init__(self, door: FrontDoor) -> None:
        self.door, self.glance = door, Glance()
        # The last line of each head.
        self.date = b""


class Connection(HttpToolsProtocol):
    """What uvicorn does with a connection, and before it what may be answered at once."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        shared: Shared,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._shared = shared
        # Has a request begun that has not come whole yet; and its first lines?
        self._is_in_message = self._is_in_head = False
        self._head_octets = 0
        # Since the last round; and how many rounds not.
        self._was_heard = False
        self._quiet_rounds = self._head_rounds = self._left = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Called when a browser has come."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def _make_room(self) -> None:
        known = (one for one in self.connections if isinstance(one, Connection))
        idle = [one for one in known if one.is_waiting and one is not self]
        for one in sorted(idle, key=lambda one: one.silence)[-ROOM:]:
            one.transport.close()

    def data_received(self, data: bytes) -> None:
        """Called with what a browser has sent."""
        self._was_heard = True
        if self._answers_at_once(data):
            return
        super().data_received(data)
        if self._is_in_head:
            self._head_octets += len(data)
            if self._head_octets > MOST_HEAD_OCTETS:
                self._refuse("431 Request Header Fields Too Large", "That is more than we read.")

    @property
    def silence(self) -> tuple[int, bool]:
        """How long nothing has been heard here: the larger, the longer."""
        return self._quiet_rounds, not self._was_heard

    @property
    def is_waiting(self) -> bool:
        """Is it the browser's turn to say something, and nothing of it has come?"""
        return not self._is_in_message and (self.cycle is None or self.cycle.response_complete)

    def _answers_at_once(self, data: bytes) -> bool:
        shared = self._shared
        glance = shared.glance
        if not self.is_waiting or self.flow.write_paused or not glance.reads(data):
            return False
        found = shared.door.at_hand(glance.address, glance.environ)
        if found is None:
            return False
        head, body = found
        self.transport.writelines((head, shared.date, body))
        return True

    def on_message_begin(self) -> None:
        """Called by the parser, as are those below."""
        super().on_message_begin()
        self._is_in_message = self._is_in_head = True
        self._head_octets = self._head_rounds = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of a head."""
        if len(self.headers) >= MOST_HEADERS:
            raise TooManyHeaders
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """So is what belonged to it."""
        self._is_in_message = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request of HTTP's."""
        self._refuse("400 Bad Request", "That is no request we can read.")

    def _refuse(self, status: str, words: str) -> None:
        lines = (
            f"HTTP/1.1 {status}",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(words)}",
            "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
            *(f"{name}: {value}" for name, value in ALWAYS.items()),
            "Connection: close",
            "",
            words,
        )
        self.transport.write("\r\n".join(lines).encode("ascii"))
        self.transport.close()

    def timeout_keep_alive_handler(self) -> None:
        """Called some seconds after an answer that uvicorn gave: of others it does not know.

        look_after does this, for both.
        """

    def look_after(self) -> None:
        """Called every few seconds: hang up on whoever keeps us waiting."""
        self._quiet_rounds = 0 if self._was_heard else self._quiet_rounds + 1
        self._was_heard = False
        self._head_rounds += self._is_in_head
        left = self.transport.get_write_buffer_size()
        takes_nothing = 0 < left >= self._left > 0
        self._left = left
        if self._head_rounds > HEAD_ROUNDS:
            self.transport.close()
        elif left or self._is_in_message:
            if self._quiet_rounds > STALLED_ROUNDS and (takes_nothing or self._is_in_message):
                self.transport.abort()
        elif self._quiet_rounds > IDLE_ROUNDS and self.is_waiting:
            self.transport.close()
