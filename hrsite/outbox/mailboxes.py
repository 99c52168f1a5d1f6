"""Where returned mail lies: a Maildir on this machine, or a mailbox read by IMAP.

Nothing is deleted, ever. What was read is marked only after its result is committed, so a kill
between the two means reading it twice, which changes nothing.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from hrsite.outbox.reports import MOST_OCTETS

# So many in one look: returned mail must not keep letters waiting.
MOST_MESSAGES = 200
# For each word of the conversation. A mailbox that is slower is as good as away.
SECONDS = 20.0
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._/ -]+")
# What LOGIN takes without quotation marks.
_PLAIN_LOGIN = re.compile(r"[A-Za-z0-9@._+-]+")
# Of a file's name, in octets, with what mail programs write behind it (":2,S").
_LONGEST_NAME = 250


class Unreadable(Exception):
    """The mailbox cannot be looked at; the words say why, for the keeper."""


class OneUnreadable(Unreadable):
    """One message, or one request, and the mailbox may go on with others."""


class Mailbox(Protocol):
    """A place where returned mail lies."""

    name: str

    def check(self) -> None:
        """Go as far as one can without reading. Raises Unreadable."""
        ...

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """A mark and the beginning of each message not read before. Raises Unreadable, for a
        message that cannot be read after all the others.
        """
        ...

    def mark_read(self, mark: str) -> None:
        """Never show this one again. Raises Unreadable."""
        ...

    def close(self) -> None:
        """Nothing more is asked."""
        ...


def configured(config: Mapping[str, Any]) -> list[Mailbox]:
    """The mailboxes that the settings name; none is opened yet."""
    found: list[Mailbox] = []
    if config["BOUNCE_MAILDIR"]:
        found.append(Maildir(Path(config["BOUNCE_MAILDIR"])))
    if config["BOUNCE_IMAP_SERVER"]:
        found.append(Imap(config))
    return found


class Maildir:
    """A folder in which a mail server puts one file per message: new/, then cur/."""

    name = "maildir"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def check(self) -> None:
        """Whether both folders are there, and may be written to."""
        for part in (self._folder / "new", self._folder / "cur"):
            if not part.is_dir() or not os.access(part, os.R_OK | os.W_OK | os.X_OK):
                raise Unreadable(f"BOUNCE_MAILDIR: {part} is no folder that we may read and write.")

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The oldest files in new/, by their names, which begin with the time."""
        try:
            with os.scandir(self._folder / "new") as entries:
                # No links, pipes or hidden files: only what a mail server puts there.
                names = [
                    entry.name
                    for entry in entries
                    if entry.is_file(follow_symlinks=False) and not entry.name.startswith(".")
                ]
        except OSError as trouble:
            raise _not_readable("BOUNCE_MAILDIR", trouble) from trouble
        kept_back: OSError | None = None
        for name in sorted(names)[:MOST_MESSAGES]:
            try:
                with (self._folder / "new" / name).open("rb") as file:
                    octets = file.read(MOST_OCTETS)
            except FileNotFoundError:
                continue  # Another worker was faster, or a mail program.
            except OSError as trouble:
                kept_back = trouble
                continue
            yield name, octets
        if kept_back is not None:
            raise _not_readable("A message in BOUNCE_MAILDIR", kept_back) from kept_back

    def mark_read(self, mark: str) -> None:
        """Move it to cur/ as seen, as mail programs do."""
        try:
            name = os.fsencode(mark.partition(":")[0])[:_LONGEST_NAME]
            seen = f"{os.fsdecode(name)}:2,S"
            (self._folder / "new" / mark).rename(self._folder / "cur" / seen)
        except FileNotFoundError:
            if not (self._folder / "cur").is_dir():
                raise Unreadable("BOUNCE_MAILDIR has no folder named cur.") from None
            # Another worker was faster.
        except OSError as trouble:
            raise _not_readable("BOUNCE_MAILDIR", trouble) from trouble

    def close(self) -> None:
        """Nothing was kept open."""


class Imap:
    """A mailbox on a mail server, always over TLS that checks certificate and name."""

    name = "imap"

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._server: str = config["BOUNCE_IMAP_SERVER"]
        self._port: int = config["BOUNCE_IMAP_PORT"]
        self._login = (config["BOUNCE_IMAP_USERNAME"], config["BOUNCE_IMAP_PASSWORD"])
        self._folder: str = config["BOUNCE_IMAP_FOLDER"]
        self._ca_file: str = config["MAIL_CA_FILE"]
        self._line: imaplib.IMAP4_SSL | None = None

    def check(self) -> None:
        """Connect, log in, and choose the folder."""
        self._opened()

    def unread(self) -> Iterator[tuple[str, bytes]]:
        """The first messages without \\Seen, asked for without marking them."""
        line = self._opened()
        found = self._ask(line, "SEARCH", "UNSEEN")
        marks = b" ".join(one for one in found if isinstance(one, bytes)).split()
        kept_back: OneUnreadable | None = None
        for mark in [mark for mark in marks if mark.isdigit()][:MOST_MESSAGES]:
            uid = mark.decode("ascii")
            try:
                answer = self._ask(line, "FETCH", uid, f"(BODY.PEEK[]<0.{MOST_OCTETS}>)")
            except OneUnreadable as trouble:
                kept_back = trouble  # Such as one that is damaged there.
                line.response("FETCH")  # What came of it is not the next one's.
                continue
            bodies = [one[1] for one in answer if isinstance(one, tuple)]
            yield uid, bytes(bodies[0]) if bodies else b""
        if kept_back is not None:
            raise kept_back

    def mark_read(self, mark: str) -> None:
        """Set \\Seen."""
        self._ask(self._opened(), "STORE", mark, "+FLAGS.SILENT", "(\\Seen)")

    def close(self) -> None:
        """LOGOUT, if the server listens."""
        line, self._line = self._line, None
        if line is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                line.logout()
            # After a LOGOUT that failed, imaplib keeps the socket open.
            with contextlib.suppress(OSError):
                line.shutdown()

    def _opened(self) -> imaplib.IMAP4_SSL:
        if self._line is None:
            self._line = self._open()
        return self._line

    def _open(self) -> imaplib.IMAP4_SSL:
        if not _PLAIN_NAME.fullmatch(self._folder):
            raise Unreadable("BOUNCE_IMAP_FOLDER must be a name of plain letters.")
        try:
            shield = ssl.create_default_context(cafile=self._ca_file or None)
            shield.minimum_version = ssl.TLSVersion.TLSv1_2
            line = imaplib.IMAP4_SSL(self._server, self._port, ssl_context=shield, timeout=SECONDS)
        except (imaplib.IMAP4.error, OSError) as trouble:
            raise _not_readable(self._server, trouble) from trouble
        try:
            self._enter(line)
        except imaplib.IMAP4.readonly as trouble:
            line.shutdown()
            words = f"{self._server} lets us mark nothing as read in BOUNCE_IMAP_FOLDER."
            raise Unreadable(words) from trouble
        except (imaplib.IMAP4.abort, OSError) as trouble:
            line.shutdown()
            raise _not_readable(self._server, trouble) from trouble
        except Unreadable:
            line.shutdown()
            raise
        return line

    def _enter(self, line: imaplib.IMAP4_SSL) -> None:
        name, password = self._login
        try:
            if _PLAIN_LOGIN.fullmatch(name) and password.isascii():
                line.login(name, password)
            else:
                # LOGIN takes ASCII alone (RFC 9051 6.2.3), and imaplib puts no marks around a name.
                line.authenticate("PLAIN", lambda _: f"\0{name}\0{password}".encode())
        except imaplib.IMAP4.abort:
            raise  # It hung up: that says nothing of the password.
        except imaplib.IMAP4.error as trouble:
            words = f"{self._server} does not take BOUNCE_IMAP_USERNAME and its password."
            raise Unreadable(words) from trouble
        try:
            is_there = line.select(f'"{self._folder}"')[0] == "OK"
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            is_there = False
        if not is_there:
            raise Unreadable(f"{self._server} has no folder as BOUNCE_IMAP_FOLDER says.")

    def _ask(self, line: imaplib.IMAP4_SSL, command: str, *more: str) -> list[Any]:
        try:
            status, answer = line.uid(command, *more)
        except (imaplib.IMAP4.abort, OSError) as trouble:
            raise _not_readable(self._server, trouble) from trouble
        except imaplib.IMAP4.error:
            status, answer = "BAD", []
        if status != "OK":
            raise OneUnreadable(f"{self._server} did not answer {command}.")
        return answer


def _not_readable(what: str, trouble: Exception) -> Unreadable:
    hung_up = "it hung up" if isinstance(trouble, imaplib.IMAP4.abort) else None
    said = getattr(trouble, "strerror", None) or hung_up or type(trouble).__name__
    return Unreadable(f"{what} cannot be read ({said}).")
