"""The list of who left, in a file beside the database: so that a backup takes nobody back.

A line holds a moment, what we keep of the token in her link to leave, and which letters; nothing of
her address. Who came back has a line that says so, and so has who wants plain letters, or no longer
does. It is read again at every start and every night.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from hrsite.alone import alone_with
from hrsite.newsletter.models import Topic

log = structlog.get_logger(__name__)

NAME = "left.log"
# So long a line is kept. A backup that is older must not be put back.
KEPT_FOR = timedelta(days=365)
# In place of how she left.
_BACK, _PLAIN, _WHOLE = "back", "plain", "whole"
# In place of one kind of letters: all that come to her.
_ALL = "-"


@dataclass(frozen=True, slots=True)
class Looks:
    """Somebody chose how all her letters look, and when."""

    fingerprint: str
    is_plain: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody left one kind of letter: by the fingerprint of her link's token, how, and when."""

    fingerprint: str
    topic: Topic
    how: str
    at: datetime


def note(
    folder: Path, fingerprint: str, topics: Collection[Topic], how: str, now: datetime
) -> None:
    """Write down that she left these; on the disk when this returns.

    A full disk keeps nobody from leaving: then only a backup could bring her back.
    """
    if not topics:
        return
    _add(
        folder, [f"{now.timestamp():.6f} {fingerprint} {topic} {how}\n" for topic in sorted(topics)]
    )


def _add(folder: Path, lines: list[str]) -> None:
    try:
        with alone_with(folder / NAME) as file:
            file.seek(0, 2)
            # Half a line, which a power cut has left, ends here.
            file.write("".join(["\n", *lines]).encode())
    except OSError as trouble:
        log.error("leaving_not_listed", kind=type(trouble).__name__)


def note_back(folder: Path, fingerprint: str, topics: Collection[Topic], now: datetime) -> None:
    """She asked for these again: what she left before holds no more."""
    note(folder, fingerprint, topics, _BACK, now)


def note_looks(folder: Path, fingerprint: str, is_plain: bool, now: datetime) -> None:
    """Write down whether she wants plain letters from now on."""
    how = _PLAIN if is_plain else _WHOLE
    _add(folder, [f"{now.timestamp():.6f} {fingerprint} {_ALL} {how}\n"])


def read(folder: Path) -> list[Left]:
    """What everybody left, and has not asked for again since. Raises OSError."""
    last: dict[tuple[str, Topic], Left] = {}
    for line in _lines(folder):
        if isinstance(one := _said(line), Left):
            last[one.fingerprint, one.topic] = one
    return [one for one in last.values() if one.how != _BACK]


def read_looks(folder: Path) -> list[Looks]:
    """What everybody chose last of how her letters look. Raises OSError."""
    last: dict[str, Looks] = {}
    for line in _lines(folder):
        if isinstance(one := _said(line), Looks):
            last[one.fingerprint] = one
    return list(last.values())


def forget_old(folder: Path, now: datetime) -> None:
    """Take away the lines that no backup can need any more. Raises OSError."""
    _keep(folder, lambda one: one.at > now - KEPT_FOR)


def forget_of(folder: Path, fingerprint: str) -> None:
    """She is erased, which another list remembers: nothing stays of her here. Raises OSError."""
    _keep(folder, lambda one: one.fingerprint != fingerprint)


def _keep(folder: Path, is_kept: Callable[[Left | Looks], bool]) -> None:
    if not (folder / NAME).exists():
        return
    with alone_with(folder / NAME) as file:
        whole = [(line, one) for line in file.readlines() if (one := _said(line))]
        kept = [line for line, one in whole if is_kept(one)]
        if len(kept) < len(whole):
            # Shorter lines over longer ones, then the end: killed in between, some stand twice.
            file.seek(0)
            file.writelines(kept)
            file.truncate()


def _lines(folder: Path) -> list[bytes]:
    if not (folder / NAME).exists():
        return []
    with alone_with(folder / NAME) as file:
        return file.readlines()


def _said(line: bytes) -> Left | Looks | None:
    """None for half a line."""
    try:
        at, fingerprint, topic, how = line.decode("ascii").split()
        moment = datetime.fromtimestamp(float(at), UTC)
        if len(fingerprint) != 64:
            return None
        if topic == _ALL:
            return Looks(fingerprint, how == _PLAIN, moment)
        return Left(fingerprint, Topic(topic), how, moment)
    except (ValueError, OverflowError, OSError):
        return None
