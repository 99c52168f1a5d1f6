"""A mail server that only counts: one process, one thread, as fast as plain Python goes.

    python -m tests.bench.sink

It speaks JSON lines with whoever started it: the first line out names its port; a line of
settings in begins a count anew; a line {"count": true} in is answered with what has come since.
Every answer to a client leaves `latency` seconds after the words it answers came, as over a
network with that round trip; commands that came together are answered together.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import socket
import sys
import time
from collections import deque
from typing import Any

BUFFER_OCTETS = 1 << 20
END = b"\r\n.\r\n"
# Nobody may go on with a letter before our 354 (RFC 2920 3.1). So after a final dot come at most
# the commands for the next letter, and the dot is among the last octets of what was read. To look
# through all 25,000 of each letter would take longer than everything else together.
NEXT_COMMANDS_OCTETS = 2_048
# Every so many letters one is kept whole, to be looked at when the run is over.
SAMPLE_EVERY = 97
MOST_SAMPLES = 200
BANNER, KEPT, OK = b"220 sink ready\r\n", b"250 2.0.0 kept\r\n", b"250 2.1.0 ok\r\n"
GO_ON, BYE = b"354 go on\r\n", b"221 2.0.0 bye\r\n"
UNKNOWN = b"500 5.5.2 not a command of this sink\r\n"


class Line:
    """One connection, and how far its talk has come."""

    __slots__ = ("body_left", "in_body", "is_last", "partial", "recipient", "sample", "socket")

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.in_body = False
        # Octets of a BDAT chunk still to come, and whether the letter ends with it.
        self.body_left = 0
        self.is_last = False
        # The end of what came before: half a command, or the four octets a final dot may need.
        self.partial = b""
        self.recipient = b""
        self.sample: bytearray | None = None


class Sink:
    """Counts letters, recipients and octets of everybody who connects."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.poll = select.epoll()
        self.poll.register(self.listener, select.EPOLLIN)
        self.poll.register(sys.stdin, select.EPOLLIN)
        self.buffer = bytearray(BUFFER_OCTETS)
        self.view = memoryview(self.buffer)
        self.lines: dict[int, Line] = {}
        self.waiting: deque[tuple[float, Line, bytes]] = deque()
        self.begin_anew({})

    def begin_anew(self, settings: dict[str, Any]) -> None:
        """Forget what was counted, and behave by these settings from now on."""
        self.latency = float(settings.get("latency", 0))
        offers = ["sink", "8BITMIME"]
        offers += ["PIPELINING"] if settings.get("pipelining", True) else []
        offers += ["CHUNKING"] if settings.get("chunking", False) else []
        text = "".join(f"250-{word}\r\n" for word in offers[:-1]) + f"250 {offers[-1]}\r\n"
        self.greeting = text.encode()
        self.letter_count = self.octet_count = self.line_count = 0
        self.recipients: set[bytes] = set()
        self.samples: list[tuple[bytes, bytearray]] = []
        self.began_at, self.cpu_before = time.monotonic(), _cpu_seconds()

    def counted(self) -> dict[str, Any]:
        """What came since; and how busy this process was, so that its own limit shows."""
        elapsed = time.monotonic() - self.began_at
        return {
            "letters": self.letter_count,
            "recipients": len(self.recipients),
            "octets": self.octet_count,
            "connections": self.line_count,
            "seconds": elapsed,
            "cpu_seconds": _cpu_seconds() - self.cpu_before,
            "samples": [
                (name.decode("ascii", "replace"), bytes(octets).decode("ascii", "replace"))
                for name, octets in self.samples
            ],
        }

    def run(self) -> None:
        """Serve until whoever started us hangs up."""
        listener, control = self.listener.fileno(), sys.stdin.fileno()
        waiting = self.waiting
        while True:
            timeout = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
            events = self.poll.poll(timeout)
            now = time.monotonic() if self.latency or waiting else 0.0
            while waiting and waiting[0][0] <= now:
                _, line, octets = waiting.popleft()
                self._say(line, octets)
            for number, _ in events:
                if line := self.lines.get(number):
                    self._read(line, now)
                elif number == listener:
                    self._welcome(now)
                elif number == control and not self._obey():
                    return

    def _obey(self) -> bool:
        words = sys.stdin.readline()
        if not words:
            return False
        order = json.loads(words)
        if "count" not in order:
            self.begin_anew(order)
        print(json.dumps(self.counted() if "count" in order else {"ready": True}), flush=True)
        return True

    def _welcome(self, now: float) -> None:
        connection, _ = self.listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = self.lines[connection.fileno()] = Line(connection)
        self.line_count += 1
        self.poll.register(connection, select.EPOLLIN)
        self._answer(line, BANNER, now)

    def _answer(self, line: Line, octets: bytes, now: float) -> None:
        if self.latency:
            self.waiting.append((now + self.latency, line, octets))
        else:
            self._say(line, octets)

    def _say(self, line: Line, octets: bytes) -> None:
        with contextlib.suppress(OSError):  # It has hung up already.
            line.socket.sendall(octets)
        if octets.endswith(BYE):
            self._forget(line)

    def _forget(self, line: Line) -> None:
        if self.lines.pop(line.socket.fileno(), None):
            line.socket.close()  # Closing takes it out of the poll too.

    def _read(self, line: Line, now: float) -> None:
        try:
            count = line.socket.recv_into(self.buffer)
        except OSError:
            count = 0
        if not count:
            self._forget(line)
            return
        answers: list[bytes] = []
        at = 0
        while at < count:
            if line.in_body:
                at = self._take_body(line, at, count, answers)
            elif line.body_left:
                at = self._take_chunk(line, at, count, answers)
            else:
                at = self._take_command(line, at, count, answers)
        if answers:
            self._answer(line, b"".join(answers), now)

    def _take_body(self, line: Line, at: int, count: int, answers: list[bytes]) -> int:
        """Read on to the final dot, if it has come; where the next command begins."""
        before, stop = line.partial, -1
        first = max(at, count - NEXT_COMMANDS_OCTETS)
        if first == at and before:  # The dot may lie across two reads.
            joint = before + self.buffer[at : at + len(END) - 1]
            found = joint.find(END)
            stop = -1 if found < 0 else at + found + len(END) - len(before)
        if stop < 0:
            found = self.buffer.find(END, first, count)
            stop = -1 if found < 0 else found + len(END)
        if line.sample is not None:
            line.sample += self.view[at : count if stop < 0 else stop]
        if stop < 0:
            self.octet_count += count - at
            line.partial = (before + self.buffer[max(at, count - 4) : count])[-4:]
            return count
        self.octet_count += stop - at
        line.in_body, line.partial = False, b""
        self._keep(line, answers)
        return stop

    def _take_chunk(self, line: Line, at: int, count: int, answers: list[bytes]) -> int:
        """Read on through a BDAT chunk (RFC 3030), which is answered when it is whole."""
        stop = min(count, at + line.body_left)
        if line.sample is not None:
            line.sample += self.view[at:stop]
        self.octet_count += stop - at
        line.body_left -= stop - at
        if not line.body_left:
            self._end_chunk(line, answers)
        return stop

    def _end_chunk(self, line: Line, answers: list[bytes]) -> None:
        if line.is_last:
            self._keep(line, answers)
        else:
            answers.append(OK)

    def _keep(self, line: Line, answers: list[bytes]) -> None:
        self.letter_count += 1
        if line.sample is not None:
            self.samples.append((line.recipient, line.sample))
            line.sample = None
        answers.append(KEPT)

    def _take_command(self, line: Line, at: int, count: int, answers: list[bytes]) -> int:
        stop = self.buffer.find(b"\n", at, count) + 1
        if not stop:
            line.partial += self.buffer[at:count]
            return count
        words = line.partial + self.buffer[at:stop]
        line.partial = b""
        verb = words[:4].upper()
        if verb == b"RCPT":
            self.recipients.add(words)
            answers.append(OK)
            is_sampled = len(self.recipients) % SAMPLE_EVERY == 1
            if is_sampled and len(self.samples) < MOST_SAMPLES:
                line.recipient, line.sample = words, bytearray()
        elif verb in (b"MAIL", b"RSET", b"NOOP"):
            answers.append(OK)
        elif verb == b"DATA":
            # As if a line had ended: a letter may be empty.
            line.in_body, line.partial = True, b"\r\n"
            answers.append(GO_ON)
        elif verb == b"BDAT":
            given = words.split()
            line.body_left, line.is_last = int(given[1]), given[-1].upper() == b"LAST"
            if not line.body_left:
                self._end_chunk(line, answers)
        elif verb == b"EHLO":
            answers.append(self.greeting)
        else:
            answers.append({b"HELO": OK, b"QUIT": BYE}.get(verb, UNKNOWN))
        return stop


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Serve on a free port, on the core CORE where one is named."""
    if core := os.environ.get("CORE"):
        os.sched_setaffinity(0, {int(core)})
    sink = Sink()
    gc.freeze()
    gc.disable()  # Nothing here goes in circles, and a pause would be charged to the sender.
    print(json.dumps({"port": sink.listener.getsockname()[1]}), flush=True)
    sink.run()


if __name__ == "__main__":
    main()
