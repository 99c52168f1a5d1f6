"""A server that offers CHUNKING and does not know it, as behind a filter that passes offers on."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.outbox.transport import open_connection
from tests.outbox.ledger import look, mail_goes_to, put_letter, states
from tests.outbox.letter_samples import make_app, make_letter

MANY = [f"reader{number}@example.org" for number in range(12)]
OFFERS = b"250-mail.example.org\r\n250-PIPELINING\r\n250 CHUNKING\r\n"

pytestmark = pytest.mark.usefixtures("clock")


@dataclass
class Filtered:
    """What such a server has kept, and to how many lines it has said no."""

    port: int = 0
    words: bytes = b"502 5.5.1 unknown\r\n"
    readers: list[bytes] = field(default_factory=list)
    unknown: list[bytes] = field(default_factory=list)
    connections: int = 0


@pytest.fixture(params=[b"500 5.5.1 what?\r\n", b"502 5.5.1 unknown\r\n"])
def filtered(request: pytest.FixtureRequest) -> Iterator[Filtered]:
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    kept, closing = Filtered(listener.getsockname()[1], request.param), threading.Event()

    def serve() -> None:
        while True:
            line, _ = listener.accept()
            with line:
                if closing.is_set():
                    return
                kept.connections += 1
                with contextlib.suppress(ConnectionError):  # It hung up on what was left to say.
                    converse(line, kept)

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    yield kept
    closing.set()
    socket.create_connection(("127.0.0.1", kept.port)).close()
    server.join(10)
    listener.close()


def converse(line: socket.socket, kept: Filtered) -> None:
    """Every line is a command, those of a letter that went whole as well."""
    usual = {b"EHLO": OFFERS, b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}
    usual |= dict.fromkeys((b"MAIL", b"RCPT", b"RSET"), b"250 ok\r\n")
    file, reader = line.makefile("rb"), b""
    line.sendall(b"220 mail.example.org\r\n")
    for command in file:
        verb = command[:4].upper()
        reader = command if verb == b"RCPT" else reader
        kept.unknown += [] if verb in usual else [command]
        line.sendall(usual.get(verb, kept.words))
        if verb == b"DATA":
            while next(file) != b".\r\n":
                pass
            kept.readers.append(reader)
            line.sendall(b"250 2.0.0 kept\r\n")


def test_every_reader_has_her_letter_once(app: Flask, session: Session, filtered: Filtered) -> None:
    put_letter(session, *MANY)
    mail_goes_to(app, filtered.port, MAIL_IN_FLIGHT=8, MAIL_CONNECTIONS=1)
    look(app)
    assert states(session) == {"accepted": 12}
    assert sorted(filtered.readers) == sorted(b"RCPT TO:<%b>\r\n" % one.encode() for one in MANY)
    # It is asked once, and no letter stands behind the one that asks.
    assert sum(line.startswith(b"BDAT") for line in filtered.unknown) == 1
    assert filtered.connections == 2


def test_so_does_a_letter_by_itself(filtered: Filtered) -> None:
    with open_connection(make_app(filtered.port)) as connection:
        assert connection.hand_over(make_letter()).kind == "accepted"
    assert len(filtered.readers) == 1
