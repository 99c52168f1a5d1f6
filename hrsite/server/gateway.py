"""Has a WSGI application answer what a server of ASGI was asked: in threads, so many at a time.

Who sends slowly holds no thread, for one takes up a request when all of it is there, or as much as
strangers may send; nor who takes slowly, for nearly every answer is handed over in one piece.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from hrsite.ready.blindfold import Environ, Wsgi
from hrsite.ready.readypage import Headers
from hrsite.server.body import Body, Receive, Send
from hrsite.server.glance import environ_name

# Pictures are smaller, and so is every page. What is larger, such as a list of all readers, is
# sent while it is made.
PIECE_OCTETS = 1024 * 1024

Scope = dict[str, Any]


class Beginning(NamedTuple):
    """What is said before a body."""

    status: str
    headers: Headers

    def message(self) -> dict[str, Any]:
        """The same in the words of ASGI."""
        headers = [(name.encode("latin1"), value.encode("latin1")) for name, value in self.headers]
        code = int(self.status.partition(" ")[0])
        return {"type": "http.response.start", "status": code, "headers": headers}


class Gateway:
    """The application of ASGI that a WSGI application stands behind."""

    def __init__(self, application: Wsgi, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, "pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        body = Body(receive, loop)
        if not await body.read_ahead():
            return  # Nobody is there any more.
        beginning, piece = await loop.run_in_executor(
            self._threads, self._answer, _environ(scope, body), _Saying(send, loop)
        )
        if beginning is not None:
            await send(beginning.message())
        await send({"type": "http.response.body", "body": piece})

    def _answer(self, environ: Environ, saying: "_Saying") -> tuple[Beginning | None, bytes]:
        """Ask the application, and say all but the last piece; without a beginning it is said."""
        said: list[Beginning] = []
        written: list[bytes] = []

        def start_response(status: str, headers: Headers, exc_info: Any = None) -> Any:
            said[:] = [Beginning(status, headers)]
            return written.append

        parts = self._application(environ, start_response)
        try:
            pieces = _in_pieces(parts)
            last = b"".join((*written, next(pieces, b"")))
            for number, piece in enumerate(pieces):
                if number == 0:
                    saying.say(said[0].message())
                saying.say({"type": "http.response.body", "body": last, "more_body": True})
                last = piece
        finally:
            if (close := getattr(parts, "close", None)) is not None:
                close()
        return (None if saying.has_begun else said[0]), last


class _Saying:
    """Says something from a thread, and waits until there is room for more."""

    def __init__(self, send: Send, loop: asyncio.AbstractEventLoop) -> None:
        self._send, self._loop = send, loop
        self.has_begun = False

    def say(self, message: dict[str, Any]) -> None:
        self.has_begun = True
        asyncio.run_coroutine_threadsafe(self._send(message), self._loop).result()


def _in_pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The same octets in few pieces."""
    held: list[bytes] = []
    size = 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= PIECE_OCTETS:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


def _environ(scope: Scope, body: Body) -> Environ:
    """The request as PEP 3333 spells it."""
    (name, port), client = scope["server"] or ("", 0), scope["client"]
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin1"),
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": name,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body.ahead) if body.is_whole else body.reader(),
        # It ends where the body does, however that was sent.
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for header, value in scope["headers"]:
        if key := environ_name(header):
            said = value.decode("latin1")
            environ[key] = f"{environ[key]},{said}" if key in environ else said
    return environ
