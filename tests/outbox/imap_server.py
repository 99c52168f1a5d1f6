"""A small mail server that speaks just enough IMAP (RFC 9051) over TLS, on 127.0.0.1."""

from __future__ import annotations

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.outbox.certificates import server_shield


@dataclass
class Postbox:
    """What lies in the mailbox, and what was done to it."""

    messages: list[bytes]
    password: str = "letmein"
    seen: set[int] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    # Commands at which the server hangs up.
    hangs_up_at: str = ""
    # Commands with another verdict than the usual one.
    verdicts: dict[str, str] = field(default_factory=dict)
    port: int = 0


class Talk(socketserver.StreamRequestHandler):
    """One client's conversation."""

    box: Postbox

    def handle(self) -> None:
        """Answer one command after the other."""
        self.wfile.write(b"* OK ready\r\n")
        while line := self.rfile.readline().decode().strip():
            tag, _, command = line.partition(" ")
            self.box.commands.append(command)
            if self.box.hangs_up_at and self.box.hangs_up_at in command:
                return
            if command == "AUTHENTICATE PLAIN":
                self.wfile.write(b"+ \r\n")
                command += " " + base64.b64decode(self.rfile.readline()).decode()
                self.box.commands.append(command)
            self.wfile.write(self._answer(command) + f"{tag} {self._verdict(command)}\r\n".encode())
            if command == "LOGOUT":
                return

    def _verdict(self, command: str) -> str:
        for part, verdict in self.box.verdicts.items():
            if part in command:
                return verdict
        if command.startswith(("LOGIN", "AUTHENTICATE")) and self.box.password not in command:
            return "NO wrong"
        if command.startswith("SELECT") and "INBOX" not in command:
            return "NO no such folder"
        return "OK done"

    def _answer(self, command: str) -> bytes:
        box = self.box
        if command == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if command.startswith("SELECT"):
            return b"* %d EXISTS\r\n" % len(box.messages)
        if command == "UID SEARCH UNSEEN":
            unseen = [str(one) for one in range(1, len(box.messages) + 1) if one not in box.seen]
            return f"* SEARCH {' '.join(unseen)}\r\n".encode()
        if found := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", command):
            part = box.messages[int(found[1]) - 1][: int(found[2])]
            head = f"* {found[1]} FETCH (UID {found[1]} BODY[]<0> {{{len(part)}}}\r\n"
            return head.encode() + part + b")\r\n"
        if found := re.fullmatch(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", command):
            box.seen.add(int(found[1]))
        return b""


@contextmanager
def imap_server(folder: Path, box: Postbox) -> Iterator[Postbox]:
    """Serve a mailbox with the certificate that `make_certificates` wrote."""

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def get_request(self) -> tuple[object, object]:
            line, address = super().get_request()
            return server_shield(folder).wrap_socket(line, server_side=True), address

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that hangs up, or does not like our certificate, is no news."""

    handler = type("Bound", (Talk,), {"box": box})
    with Server(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
