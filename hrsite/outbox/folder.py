"""A folder of letters: where mail goes when no mail server is set, and how the desk reads it."""

from __future__ import annotations

import email.policy
import errno
import os
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path

_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-[0-9a-f]{16}\.eml", re.ASCII)
_UNFINISHED = re.compile(rf"\.{_NAME.pattern}\.part", re.ASCII)
_MOMENT = "%Y%m%dT%H%M%S.%fZ"
_LINK = re.compile(r"https?://[^\s<>\"]+")
_PARSER = BytesParser(policy=email.policy.default)


class NoSuchLetter(LookupError):
    """No letter of this name is in the folder."""


@dataclass(frozen=True, slots=True)
class FolderLetter:
    """What a list of letters shows. `date` is in UTC, None where the letter has none."""

    name: str
    sender: str
    to: str
    subject: str
    date: datetime | None


@dataclass(frozen=True, slots=True)
class OpenLetter:
    """One letter, whole. `links` are (label, URL), as they stand in the text."""

    letter: FolderLetter
    headers: tuple[tuple[str, str], ...]
    text: str
    html: str | None
    links: tuple[tuple[str, str], ...]


def make_ready(folder: Path) -> None:
    """Make the folder if it is missing, and see that it takes a file. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def write(folder: Path, octets: bytes, now: datetime) -> str:
    """Put a letter into the folder, whole or not at all; returns its name. Raises OSError.

    Only the site's own account may read it: it holds an address, and links that act for it.
    """
    make_ready(folder)
    moment = now.astimezone(UTC).strftime(_MOMENT)
    name = f"{moment}-{secrets.token_hex(8)}.eml"
    unfinished = folder / f".{name}.part"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(octets)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return name


def letters(folder: Path, limit: int = 200) -> list[FolderLetter]:
    """The newest letters, newest first. A folder that does not exist holds none."""
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir()), reverse=True)
    found = []
    for name in [name for name in names if _NAME.fullmatch(name)][:limit]:
        try:
            message = _PARSER.parsebytes((folder / name).read_bytes(), headersonly=True)
        except FileNotFoundError:
            continue  # Cleared away since the folder was listed.
        found.append(_summary(name, message))
    return found


def read(folder: Path, name: str) -> OpenLetter:
    """The letter of this name. Raises NoSuchLetter for any name that is not in the folder."""
    if not _NAME.fullmatch(name):
        raise NoSuchLetter(name)
    try:
        message = _PARSER.parsebytes((folder / name).read_bytes())
    except FileNotFoundError:
        raise NoSuchLetter(name) from None
    text = _part(message, "plain") or ""
    return OpenLetter(
        letter=_summary(name, message),
        headers=tuple((key, str(value)) for key, value in message.items()),
        text=text,
        html=_part(message, "html"),
        links=tuple(_links(text)),
    )


def forget_old(folder: Path, before: datetime) -> int:
    """Remove the letters from before a moment; how many. Their names tell when they were written.

    Raises OSError.
    """
    if not folder.is_dir():
        return 0
    moment = before.astimezone(UTC).strftime(_MOMENT)
    old = [
        path
        for path in folder.iterdir()
        if (found := _NAME.fullmatch(path.name) or _UNFINISHED.fullmatch(path.name))
        and found[1] < moment
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _summary(name: str, message: EmailMessage) -> FolderLetter:
    to, sender, subject = (str(message.get(key, "")) for key in ("To", "From", "Subject"))
    try:
        date = parsedate_to_datetime(str(message["Date"])).astimezone(UTC)
    except ValueError:
        date = None
    return FolderLetter(name=name, sender=sender, to=to, subject=subject, date=date)


def _part(message: EmailMessage, kind: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == f"text/{kind}" and not part.is_attachment():
            octets = part.get_payload(decode=True)
            if isinstance(octets, bytes):
                return octets.decode("utf-8", "replace").replace("\r\n", "\n")
    return None


def _links(text: str) -> list[tuple[str, str]]:
    """Each link with the words before it: on its own line, else on the last line with words."""
    found: list[tuple[str, str]] = []
    last_words = ""
    for line in text.splitlines():
        rest = line
        for match in _LINK.finditer(line):
            url = match[0].rstrip(".,;:!?)]'")
            before = rest.partition(url)[0].strip(" \t-*:<>()[]")
            found.append((before or last_words or url, url))
            rest = rest.partition(url)[2]
        if words := _LINK.sub("", line).strip(" \t-*:<>()[]"):
            last_words = words
    return found
