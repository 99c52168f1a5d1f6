"""Postfix's load generator, smtp-source: found on the PATH, or unpacked from Debian's package.

Nothing is installed and no mail server is started: the package and the libraries it needs are
unpacked into .cache/postfix, and the one program is run from there. It speaks plain HELO, MAIL,
RCPT, DATA, waits for every reply, and keeps no ledger; -d keeps a connection for the next letter,
-N gives each letter a recipient of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench import letter
from tests.bench.processes import PROJECT, Cost, Program

PLACE = PROJECT / ".cache" / "postfix"
# Its own lines around the text: From, To, Date, Message-ID.
HEADER_OCTETS = 180


class NotBrought(Exception):
    """Why there is no smtp-source here."""


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

    def missing(self) -> list[str]:
        """Libraries that are not on this machine."""
        lines = _run("ldd", str(self.path), environment=self._environment()).splitlines()
        return [line.split()[0] for line in lines if "not found" in line]

    def _environment(self) -> dict[str, str]:
        return {"LD_LIBRARY_PATH": self.libraries} if self.libraries else {}


def bring(wanted: str) -> SmtpSource:
    """The program by an option: "auto", a path, or "none". Raises NotBrought."""
    if wanted == "none":
        raise NotBrought("not wanted (SMTP_SOURCE=none)")
    found = shutil.which("smtp-source") if wanted == "auto" else wanted
    if found:
        return SmtpSource(Path(found))
    if not (source := _unpacked()).path.exists():
        try:
            _unpack("postfix")
            if source.missing():
                _unpack(*_libraries())
        except (OSError, subprocess.CalledProcessError) as trouble:
            said = getattr(trouble, "stderr", "") or str(trouble)
            raise NotBrought(f"apt-get could not bring it: {said.strip()[-200:]}") from trouble
    source = _unpacked()
    if missing := source.missing():
        raise NotBrought(f"libraries are missing: {', '.join(missing)}")
    return source


def _unpacked() -> SmtpSource:
    places = [PLACE / "usr/lib/postfix", *sorted((PLACE / "usr/lib").glob("*-linux-gnu"))]
    return SmtpSource(PLACE / "usr/sbin/smtp-source", ":".join(map(str, places)))


def _unpack(*packages: str) -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    _run("apt-get", "download", *packages)
    for package in PLACE.glob("*.deb"):
        _run("dpkg", "-x", str(package), ".")
        package.unlink()


def _libraries() -> list[str]:
    """What postfix depends on, near and far, as far as it is a library."""
    said = _run(
        "apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-enhances",
        "--no-conflicts", "--no-breaks", "--no-replaces", "postfix",
    )  # fmt: skip
    names = {line for line in said.splitlines() if line.startswith("lib")}
    return sorted(names - {"libc6"})


def _run(*command: str, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=PLACE if PLACE.exists() else None,
        env=os.environ | (environment or {}),
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
