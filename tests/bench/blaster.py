"""Nothing but ready octets: the most letters the sink can take, so that its own limit is known.

Each connection goes in lockstep: body, dot and the next letter's commands in one write, then it
waits for the answers and does not look at them. With BDAT several letters go in one write.
"""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass
from typing import Any

from tests.bench import letter, reporting

BDAT_AT_ONCE = 4
COMMANDS = b"MAIL FROM:<%s>\r\nRCPT TO:<reader@example.org>\r\n" % letter.SENDER.encode()
BODY_LINE = b"x" * 74 + b"\r\n"


@dataclass(frozen=True)
class Piece:
    """What one write holds, the letters that end in it, and the lines that answer it."""

    octets: bytes
    letters: int
    answers: int


def blast(
    letters: int, connections: int, octets: int, port: int, chunking: bool = False
) -> dict[str, Any]:
    """Push at least so many letters through so many connections."""
    body = BODY_LINE * (octets // len(BODY_LINE))
    if chunking:
        first = Piece(COMMANDS, 0, 2)
        one = b"BDAT %d LAST\r\n%s%s" % (len(body), body, COMMANDS)
        again = Piece(one * BDAT_AT_ONCE, BDAT_AT_ONCE, 3 * BDAT_AT_ONCE)
    else:
        first = Piece(COMMANDS + b"DATA\r\n", 0, 3)
        again = Piece(body + b".\r\n" + first.octets, 1, 4)
    with reporting.Stopwatch() as watch:
        count = _push(letters, connections, port, first, again)
    return watch.cost(count)


def _push(letters: int, connections: int, port: int, first: Piece, again: Piece) -> int:
    poll = select.epoll()
    lines = [_open(port) for _ in range(connections)]
    awaited = {line.fileno(): first.answers for line in lines}
    by_number = {line.fileno(): line for line in lines}
    for line in lines:
        line.sendall(first.octets)
        poll.register(line, select.EPOLLIN)
    pushed = 0
    while awaited:
        for number, _ in poll.poll():
            line = by_number[number]
            awaited[number] -= line.recv(1 << 16).count(b"\n")
            if awaited[number]:
                continue
            if pushed < letters:
                line.sendall(again.octets)
                pushed += again.letters
                awaited[number] = again.answers
            else:
                line.close()
                del awaited[number]
    return pushed


def _open(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.recv(1024)
    line.sendall(b"HELO blaster\r\n")
    line.recv(1024)
    return line


if __name__ == "__main__":
    reporting.obey({"blast": blast}, ready=True)
