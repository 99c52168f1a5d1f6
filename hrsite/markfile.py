"""The instance mark: a small file that can tell whether it is still the one we wrote.

A copied folder and a restored backup bring the file's words along, but not its place on the disk.
"""

import fcntl
import hashlib
import json
import os
import secrets
import struct
from contextlib import AbstractContextManager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from hrsite.alone import alone_with

NAME = "instance.mark"
# Linux: a number that a place on the disk gets anew each time it is taken (ext4, XFS, Btrfs).
_GET_GENERATION = 0x80087601
_SYSTEM_FILES = ("/etc/machine-id", "/var/lib/cloud/data/instance-id")
_CONTAINER_FILES = ("/.dockerenv", "/run/.containerenv")


@dataclass(frozen=True, slots=True)
class Mark:
    """Who we are, and how far the ledger had come when we last looked.

    `is_copy`: the file in its place was somebody else's, or ours from a backup.
    """

    id: str
    counter: int
    is_copy: bool = False


def read_or_make(folder: Path) -> Mark:
    """This folder's mark. Where there is none, or only a copy of one, it gets a new id."""
    with _alone(folder):
        found, is_ours = _read(folder / NAME)
        if found is not None and is_ours:
            return found
        counter = found.counter if found else 0
        mark = Mark(secrets.token_hex(16), counter, is_copy=found is not None)
        _write(folder / NAME, mark)
        return mark


def raise_to(folder: Path, mark: Mark, counter: int) -> None:
    """Write down how far the ledger has come. On the disk when this returns; never goes back."""
    with _alone(folder):
        found, is_ours = _read(folder / NAME)
        if found is None or not is_ours or found.id != mark.id or found.counter >= counter:
            return  # Replaced or raised by another process meanwhile: the next look sees to it.
        _write(folder / NAME, replace(found, counter=counter))


def _alone(folder: Path) -> AbstractContextManager[object]:
    """Several workers of one machine share the mark."""
    return alone_with(folder / f"{NAME}.lock")


def _read(path: Path) -> tuple[Mark | None, bool]:
    """The mark in a file, and whether the file is the very one it was written as."""
    try:
        with path.open("rb") as file:
            place = _place(file.fileno())
            said = json.loads(file.read())
        return Mark(said["id"], int(said["counter"]), bool(said["is_copy"])), said["place"] == place
    except FileNotFoundError:
        return None, False
    except (ValueError, KeyError, TypeError):
        return Mark("", 0), False  # Somebody wrote into it: as good as a copy.


def _write(path: Path, mark: Mark) -> None:
    """Whole or not at all, and always a new file: whoever copies over it leaves a misfit."""
    unfinished = path.with_name(f".{NAME}.{secrets.token_hex(8)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump({**asdict(mark), "place": _place(file.fileno())}, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _place(handle: int) -> str:
    """Which place on which disk of which machine an open file has."""
    generation = bytearray(8)
    with suppress(OSError):  # Not every file system keeps one.
        fcntl.ioctl(handle, _GET_GENERATION, generation)
    facts = (os.fstat(handle).st_ino, struct.unpack("@l", generation)[0], _system())
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _system() -> str:
    """Which installed system this is: a disk that is copied whole keeps all its places.

    A container gets a new one with each update, so there it says nothing.
    """
    if any(Path(name).exists() for name in _CONTAINER_FILES):
        return ""
    said = []
    for name in _SYSTEM_FILES:
        with suppress(OSError):
            said.append(Path(name).read_text(errors="replace").strip())
    return "/".join(said)
