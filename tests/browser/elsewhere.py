"""An ordinary site on this machine for "Leave this site" to lead to, which can also say nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

BODY = b"<!DOCTYPE html><title>Weather</title><h1>Rain later</h1>"
HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: "


class Elsewhere:
    """Keeps what it was asked. `answers` off: it takes each call and never says a word."""

    def __init__(self) -> None:
        self.answers = True
        self.asked: list[str] = []
        self._calls: list[socket.socket] = []
        self._ear = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._ear.getsockname()[1]}/weather"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                call, _ = self._ear.accept()
            except OSError:  # Gone.
                return
            self._calls.append(call)
            threading.Thread(target=self._hear, args=(call,), daemon=True).start()

    def _hear(self, call: socket.socket) -> None:
        with suppress(OSError):
            if asked := call.recv(4096).decode():
                self.asked.append(asked)
                if self.answers:
                    call.sendall(f"{HEAD}{len(BODY)}\r\n\r\n".encode() + BODY)
                    call.close()

    def hang_up(self) -> None:
        """End the calls that were left without a word."""
        while self._calls:
            self._calls.pop().close()

    def close(self) -> None:
        """Be gone."""
        self._ear.close()
        self.hang_up()


@contextmanager
def elsewhere() -> Iterator[Elsewhere]:
    """Such a site, until the block ends."""
    there = Elsewhere()
    try:
        yield there
    finally:
        there.close()
