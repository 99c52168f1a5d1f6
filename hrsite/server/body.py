"""What a request carries: read ahead as far as strangers may go, the rest when it is wanted."""

import asyncio
from collections.abc import Callable, Coroutine
from io import BufferedReader, RawIOBase
from typing import Any

from werkzeug.exceptions import ClientDisconnected

from hrsite.limits import STRANGERS_OCTETS

Receive = Callable[[], Coroutine[Any, Any, Any]]
Send = Callable[[Any], Coroutine[Any, Any, None]]


class Body:
    """The octets of one request."""

    def __init__(self, receive: Receive, loop: asyncio.AbstractEventLoop) -> None:
        self.ahead, self.is_whole = bytearray(), False
        self._receive, self._loop = receive, loop

    async def read_ahead(self) -> bool:
        """Read until it is whole, or longer than a stranger's may be; False: nobody is there.

        What is longer is the coach's, or is going to be refused.
        """
        while not self.is_whole and len(self.ahead) <= STRANGERS_OCTETS:
            if not await self._read():
                return False
        return True

    def reader(self) -> BufferedReader:
        """All of it, for a thread to read: what has not come yet is waited for."""
        return BufferedReader(_Rest(self))

    def wait_for_more(self) -> None:
        """Called by a thread. Raises ClientDisconnected."""
        if not asyncio.run_coroutine_threadsafe(self._read(), self._loop).result():
            raise ClientDisconnected

    async def _read(self) -> bool:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            return False
        self.ahead += message.get("body", b"")
        self.is_whole = not message.get("more_body", False)
        return True


class _Rest(RawIOBase):
    def __init__(self, body: Body) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        body = self._body
        while not body.ahead and not body.is_whole:
            body.wait_for_more()
        count = min(len(into), len(body.ahead))
        into[:count] = body.ahead[:count]
        del body.ahead[:count]
        return count
