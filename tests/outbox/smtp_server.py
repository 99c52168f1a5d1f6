"""Real mail servers on 127.0.0.1: a well-behaved one (aiosmtpd), and one that fails on command."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

SILENT = "silent"  # Say nothing until the other side gives up.
DROP = "drop"  # Hang up.
ENDLESS = "endless"  # A reply whose last line never comes.
DRIP = "drip"  # One octet at a time, for ever: each one in time, the reply never.
NO_LINE_END = "no line end"  # A line without end.

Action = str | bytes


@dataclass(frozen=True)
class Once:
    """Do this the first time on a connection, and the usual thing from then on."""

    action: Action


Script = Mapping[str, Action | Once]


@dataclass
class Inbox:
    """What a well-behaved server accepted: envelopes as aiosmtpd keeps them, and logins."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    connections: int = 0
    password: bytes = b"sesame"
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, address: str, seconds: float = 30) -> list[Envelope]:
        """The letters for one address, as soon as there are so many; fails when they never come."""

        def theirs() -> list[Envelope]:
            return [letter for letter in self.envelopes if letter.rcpt_tos == [address]]

        with self.arrived:
            came = self.arrived.wait_for(lambda: len(theirs()) >= count, seconds)
        assert came, f"{len(theirs())} of {count} letters came to {address}"
        return theirs()

    async def handle_EHLO(  # noqa: N802  (aiosmtpd finds its handlers by these names)
        self, server: SMTP, session: Session, envelope: Envelope, name: str, said: list[str]
    ) -> list[str]:
        session.host_name = name
        self.connections += 1
        return said

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        with self.arrived:
            self.envelopes.append(envelope)
            self.arrived.notify_all()
        return "250 2.0.0 kept"

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == self.password, handled=False)


@contextlib.contextmanager
def mail_server(
    shield: ssl.SSLContext | None = None, at_once: bool = False, **options: Any
) -> Iterator[Inbox]:
    """A server that keeps what it gets. `shield` is offered by STARTTLS, or used at once."""
    inbox = Inbox()
    loop = asyncio.new_event_loop()

    def make() -> SMTP:
        return SMTP(
            inbox,
            hostname="mail.example.org",
            authenticator=inbox.log_in,
            auth_require_tls=shield is not None and not at_once,
            tls_context=None if at_once else shield,
            loop=loop,
            **options,
        )

    async def start() -> asyncio.Server:
        return await loop.create_server(make, "127.0.0.1", 0, ssl=shield if at_once else None)

    async def stop() -> None:
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await server.wait_closed()

    # All in the thread: Playwright has a loop of its own running in the tests' thread.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    inbox.port = server.sockets[0].getsockname()[1]
    try:
        yield inbox
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        asyncio.run_coroutine_threadsafe(loop.shutdown_asyncgens(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class RawServer:
    """A server that says what its script says, one script per connection, the last for the rest.

    A script's keys are BANNER, EHLO, HELO, STARTTLS, HANDSHAKE, EHLO2, AUTH, MAIL, RCPT, DATA,
    BODY (while the letter comes in), DOT (the reply to it), CHUNK and BDAT (the same for a letter
    sent whole), AFTER (what follows unasked), RSET and QUIT; its values are octets to say, or
    SILENT, DROP and the like. With a `shield` it encrypts after STARTTLS, or at once.
    """

    USUAL: Script = {
        "BANNER": b"220 mail.example.org\r\n",
        **dict.fromkeys(("EHLO", "HELO"), b"250 mail.example.org\r\n"),
        "AUTH": b"235 2.7.0 welcome\r\n",
        "MAIL": b"250 2.1.0 ok\r\n",
        "RCPT": b"250 2.1.5 ok\r\n",
        "DATA": b"354 go on\r\n",
        **dict.fromkeys(("BODY", "CHUNK", "AFTER"), b""),
        **dict.fromkeys(("DOT", "BDAT"), b"250 2.0.0 kept\r\n"),
        "RSET": b"250 2.0.0 ok\r\n",
        "QUIT": b"221 2.0.0 bye\r\n",
    }

    def __init__(
        self, *scripts: Script, shield: ssl.SSLContext | None = None, at_once: bool = False
    ) -> None:
        self.scripts: Sequence[Script] = scripts or ({},)
        self.before: dict[str, Callable[[], None]] = {}  # Once, before an answer.
        self.shield, self.at_once = shield, at_once
        self.clear = bytearray()  # All that came in the clear.
        self.left_open = 0  # Connections on which the other side fell silent and did not hang up.
        self.commands: list[bytes] = []  # Every line but the letters'.
        self.writes: list[bytes] = []  # As they came in, one entry for each read.
        self.letters: list[bytes] = []  # Letters whose end arrived.
        self.connections = 0
        self.given_up = threading.Event()
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> RawServer:
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._closing.set()
        # Wakes accept(); closing a listening socket from another thread does not.
        socket.create_connection(("127.0.0.1", self.port)).close()
        self._thread.join(10)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            talk, _ = self._listener.accept()
            with talk:
                if self._closing.is_set():
                    return
                script = self.scripts[min(self.connections, len(self.scripts) - 1)]
                self.connections += 1
                try:
                    talk.settimeout(20)
                    # Several small answers in a row must not wait for Nagle's algorithm.
                    talk.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    _Talk(self, talk, {**self.USUAL, **script}).run()
                except TimeoutError:
                    self.left_open += 1
                except (ConnectionError, ssl.SSLError):
                    pass  # The other side hung up in the middle.

    def wait_while_silent(self, talk: socket.socket) -> None:
        """Until the other side hangs up."""
        while talk.recv(65536):
            pass

    def drip(self, talk: socket.socket) -> None:
        """An octet every twentieth of a second, until the other side hangs up."""
        while not self._closing.wait(0.05):
            talk.sendall(b"2")


class _Talk:
    def __init__(self, server: RawServer, talk: socket.socket, script: Script) -> None:
        self.server, self.talk, self.script = server, talk, dict(script)
        self.heard = b""
        self.is_encrypted = False

    def run(self) -> None:
        try:
            self._converse()
        finally:
            if self.is_encrypted:
                self.talk.close()  # Wrapping took the socket away from whoever closes it.

    def _converse(self) -> None:
        going = (not self.server.at_once or self._encrypt()) and self._act("BANNER")
        while going:
            line = self._line()
            if line is None:
                return
            self.server.commands.append(line)
            verb = line[:4].upper().decode("latin-1")
            verb = "STARTTLS" if verb == "STAR" else verb
            if verb == "BDAT" and not self._take_chunk(int(line.split()[1])):
                return
            verb = "EHLO2" if verb == "EHLO" and self.is_encrypted else verb
            going = self._act(verb if verb in self.script else "EHLO" if verb == "EHLO2" else verb)
            if verb == "DATA" and going and self.answer[:3] == b"354":
                going = self._take_letter()
            if verb == "STARTTLS" and going and self.answer[:3] == b"220":
                if not self.server.shield:
                    # What comes now is no line, though an octet of it may look like a line's end.
                    self.server.wait_while_silent(self.talk)
                    return
                going = self._encrypt()

    def _encrypt(self) -> bool:
        if "HANDSHAKE" in self.script:
            if self._read() and self._act("HANDSHAKE"):
                self.server.wait_while_silent(self.talk)
            return False
        assert self.server.shield is not None
        self.talk = self.server.shield.wrap_socket(self.talk, server_side=True)
        self.is_encrypted = True
        return True

    def _take_letter(self) -> bool:
        if not self._act("BODY"):
            return False
        while b"\r\n.\r\n" not in self.heard:
            if not self._read():
                return False
        letter, _, self.heard = self.heard.partition(b"\r\n.\r\n")
        self.server.letters.append(letter + b"\r\n")
        return self._act("DOT") and self._act("AFTER")

    def _take_chunk(self, length: int) -> bool:
        going = self._act("CHUNK")
        while going and len(self.heard) < length:
            going = self._read()
        self.server.letters += [self.heard[:length]] * going
        self.heard = self.heard[length:]
        return going

    def _act(self, key: str) -> bool:
        """Do what the script says; whether the talk goes on."""
        self.server.before.pop(key, lambda: None)()
        action = self.script.get(key, b"502 5.5.1 unknown\r\n")
        if isinstance(action, Once):
            self.script[key] = RawServer.USUAL.get(key, self.script["EHLO"])
            action = action.action
        self.answer = action if isinstance(action, bytes) else b""
        if isinstance(action, bytes):
            self.talk.sendall(action)
            return key != "QUIT"
        if action == SILENT:
            self.server.wait_while_silent(self.talk)
        elif action == DRIP:
            self.server.drip(self.talk)
        elif action in (ENDLESS, NO_LINE_END):
            while True:
                self.talk.sendall(b"250-more\r\n" if action == ENDLESS else b"2" * 1000)
        return False

    def _line(self) -> bytes | None:
        while b"\r\n" not in self.heard:
            if not self._read():
                return None
        line, _, self.heard = self.heard.partition(b"\r\n")
        return line

    def _read(self) -> bool:
        octets = self.talk.recv(65536)
        self.server.writes += [octets] if octets else []
        self.server.clear += b"" if self.is_encrypted else octets
        self.heard += octets
        return bool(octets)
