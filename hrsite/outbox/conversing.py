"""Opening the talk with a mail server: it always knows its stage and cannot be held for ever.

smtplib trusts any certificate, waits without end, and loses the reply that ended the talk.
Here each command has a time limit over its whole reply, however slowly it drips; a reply is
bounded in lines and octets; and whatever stops the talk says at which stage it did.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import socket
import ssl
import time

from hrsite.outbox.exchanging import (
    GARBLED,
    LONGEST_REPLY_LINE,
    MOST_REPLY_LINES,
    REPLY_LINE,
)
from hrsite.outbox.retrying import Fault, Stage
from hrsite.outbox.wording import HUNG_UP, trouble_in_words

_PARTING_SECONDS = 5.0  # For QUIT: nothing depends on its reply.
_NO_SERVER_NAME = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})


class Stopped(smtplib.SMTPException):
    """The conversation stopped at `stage`: by a reply (`code`), or without one (`fault`)."""

    def __init__(
        self, stage: Stage, text: str, code: int | None = None, fault: Fault | None = None
    ) -> None:
        super().__init__(f"{stage}: {code or fault}: {text}")
        self.stage = stage
        self.text = text
        self.code = code
        self.fault = fault


class Conversation(smtplib.SMTP):
    """An SMTP connection; times in seconds. Every method raises Stopped and nothing else."""

    stage: Stage = "connect"

    def __init__(self, our_name: str, timeout: float, reply_timeout: float) -> None:
        super().__init__(local_hostname=our_name, timeout=timeout)
        self.seconds = timeout
        self.reply_seconds = reply_timeout
        self._heard = bytearray()

    def open(self, host: str, port: int, shield: ssl.SSLContext | None, at_once: bool) -> None:
        """Connect and greet; `shield` encrypts, at once (port 465) or by STARTTLS (RFC 3207)."""
        self.stage = "connect"
        try:
            self.sock = socket.create_connection((host, port), self.seconds)
            # The final dot is a write of its own, which must not wait for Nagle's algorithm.
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (OSError, UnicodeError) as trouble:
            raise self.stopped_by(trouble) from trouble
        if shield and at_once:
            self._encrypt(shield, host)
        self.stage = "banner"
        self._expect(220, *self.getreply())
        self._greet("ehlo")
        if shield and not at_once:
            self._start_tls(shield, host)

    def log_in(self, username: str, password: str) -> None:
        """AUTH PLAIN, else LOGIN (RFC 4954), in UTF-8. The caller sees to the encryption."""
        self.stage = "auth"
        offered = self.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in offered:
            secret = _base64(f"\0{username}\0{password}")
            code, text = self.docmd("AUTH", f"PLAIN {secret}")
        elif "LOGIN" in offered:
            code, text = self.docmd("AUTH", f"LOGIN {_base64(username)}")
            if code == 334:
                code, text = self.docmd(_base64(password))
        else:
            words = "The mail server offers no way to log in that we know (PLAIN, LOGIN)."
            raise Stopped("auth", words, fault="login")
        self._expect(235, code, text)

    def open_socket(self) -> socket.socket:
        """The connection itself. Raises Stopped when it is closed."""
        if self.sock is None:
            raise Stopped(self.stage, "The connection is closed.", fault="dropped")
        return self.sock

    def break_off(self) -> None:
        """From another thread: end whatever is waited for here."""
        if self.sock is not None:
            with contextlib.suppress(OSError):
                # Not TLS's own way, which takes the encryption from under whoever is reading.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def leftover(self) -> bytes:
        """What the server has said beyond its last reply, and nobody asked for."""
        heard, self._heard = bytes(self._heard), bytearray()
        return heard

    def say_goodbye(self) -> None:
        """QUIT, if the server listens; `part` hears what it says to that."""
        self.stage = "quit"
        with contextlib.suppress(Stopped):
            self.send(b"QUIT\r\n")

    def part(self) -> None:
        """Hear the answer to QUIT, and close. What it says changes nothing any more."""
        try:
            self._reply_within(min(self.seconds, _PARTING_SECONDS))
        except Stopped:
            pass  # Every letter has had its own reply already.
        finally:
            self.close()

    def send(self, s: str | bytes | bytearray) -> None:  # type: ignore[override]
        """Write octets, within the time limit."""
        octets = s.encode("ascii") if isinstance(s, str) else s
        sock = self.open_socket()
        try:
            sock.settimeout(self.seconds)
            sock.sendall(octets)
        except OSError as trouble:
            raise self.stopped_by(trouble) from trouble

    def getreply(self) -> tuple[int, bytes]:
        """The server's next reply, all its lines."""
        return self._reply_within(self.seconds)

    def _reply_within(self, seconds: float) -> tuple[int, bytes]:
        deadline = time.monotonic() + seconds
        lines: list[bytes] = []
        while len(lines) < MOST_REPLY_LINES:
            line = self._line_before(deadline)
            if not REPLY_LINE.match(line):
                raise self._garbled()
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        raise self._garbled()

    def _line_before(self, deadline: float) -> bytes:
        while b"\n" not in self._heard:
            if len(self._heard) > LONGEST_REPLY_LINE:
                raise self._garbled()
            try:
                if self.sock is None or (left := deadline - time.monotonic()) <= 0:
                    raise TimeoutError
                self.sock.settimeout(left)
                octets = self.sock.recv(LONGEST_REPLY_LINE)
            except OSError as trouble:
                raise self.stopped_by(trouble) from trouble
            if not octets:
                raise Stopped(self.stage, HUNG_UP, fault="dropped")
            self._heard += octets
        line, _, rest = self._heard.partition(b"\n")
        self._heard = rest
        return bytes(line.rstrip(b"\r"))

    def _greet(self, stage: Stage) -> None:
        self.stage = stage
        code, text = self.ehlo()
        if code in (500, 502):  # RFC 5321 3.2: a server from before EHLO.
            code, text = self.helo()
        self._expect(250, code, text)

    def _start_tls(self, shield: ssl.SSLContext, host: str) -> None:
        self.stage = "starttls"
        if not self.has_extn("starttls"):
            words = "The mail server does not offer encryption here (STARTTLS)."
            raise Stopped("starttls", words, fault="tls")
        self._expect(220, *self.docmd("STARTTLS"))
        if self._heard:
            # Said in the clear, to be read as if it had been encrypted (CVE-2011-0411).
            raise Stopped("starttls", "Somebody spoke before the encryption.", fault="tls")
        self._encrypt(shield, host)
        self.esmtp_features = {}  # RFC 3207 4.2: forget what was said in the clear.
        self._greet("ehlo2")

    def _encrypt(self, shield: ssl.SSLContext, host: str) -> None:
        self.stage = "handshake"
        sock = self.open_socket()
        try:
            sock.settimeout(self.seconds)
            self.sock = shield.wrap_socket(sock, server_hostname=host)
        except (OSError, ValueError) as trouble:
            raise self.stopped_by(trouble) from trouble

    def _expect(self, wanted: int, code: int, text: bytes) -> None:
        progress = code == wanted if wanted in (220, 235) else code // 100 == wanted // 100
        if not progress:
            if code < 400:
                raise self._garbled()  # A yes in the wrong place.
            raise Stopped(self.stage, text.decode("utf-8", "replace"), code=code)

    def _garbled(self) -> Stopped:
        return Stopped(self.stage, GARBLED, fault="garbage")

    def stopped_by(self, trouble: Exception) -> Stopped:
        """What an error of the network or of the encryption means at this stage."""
        return Stopped(self.stage, trouble_in_words(trouble), fault=_fault(self.stage, trouble))


def _fault(stage: Stage, trouble: Exception) -> Fault:
    if isinstance(trouble, TimeoutError):
        return "timeout"
    if isinstance(trouble, UnicodeError) or (
        isinstance(trouble, socket.gaierror) and trouble.errno in _NO_SERVER_NAME
    ):
        return "unknown_host"
    if isinstance(trouble, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "dropped"
    # TLS 1.3 tells of a missing client certificate only at the first read.
    early = stage in ("handshake", "banner", "ehlo", "ehlo2")
    return "tls" if early and isinstance(trouble, (ssl.SSLError, ValueError)) else "dropped"


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
