"""Postfix's load generator, smtp-source: found on the PATH, or unpacked from Debian's package.

Nothing is installed and no mail server is started: the package and the libraries it needs are
unpacked into .cache/postfix, and the one program is run from there. It speaks plain HELO, MAIL,
RCPT, DATA, waits for every reply, and keeps no ledger; -d keeps a connection for the next letter,
-N gives each letter a recipient of its own.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.bench import debian, letter
from tests.bench.debian import NotBrought
from tests.bench.processes import PROJECT, Cost, Program

PLACE = PROJECT / ".cache" / "postfix"
# Its own lines around the text: From, To, Date, Message-ID.
HEADER_OCTETS = 180


@dataclass(frozen=True)
class SmtpSource:
    """The program, and where its libraries are."""

    path: Path
    libraries: str = ""

    def hand_over(
        self, letters: int, connections: int, octets: int, port: int, core: int | None
    ) -> Cost:
        """Hand letters over to the sink on a port."""
        command = [
            self.path, "-4", "-d", "-N", "-M", letter.HOST, "-f", letter.SENDER,
            "-t", "reader@example.org", "-S", letter.SUBJECT, "-l", str(octets - HEADER_OCTETS),
            "-m", str(letters), "-s", str(min(connections, letters)), f"127.0.0.1:{port}",
        ]  # fmt: skip
        return Program(list(map(str, command)), self._environment()).run(letters, core)

    def _environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": self.libraries} if self.libraries else {}


def bring(wanted: str) -> SmtpSource:
    """The program by an option: "auto", a path, or "none". Raises NotBrought."""
    if wanted == "none":
        raise NotBrought("not wanted (SMTP_SOURCE=none)")
    found = shutil.which("smtp-source") if wanted == "auto" else wanted
    if found:
        return SmtpSource(Path(found))
    unpacked = debian.bring(PLACE, "usr/sbin/smtp-source", "postfix")
    return SmtpSource(unpacked.program, unpacked.libraries)
