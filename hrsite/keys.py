"""Secret keys on disk: made once with safe permissions, refused when others can read them.

A file may hold several, a line each, the newest last: once a key was changed (rekeying.py).
"""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

KEY_OCTETS = 32


class UnsafeKeyFile(Exception):
    """Somebody besides the owner can read the key, or it is no key at all."""


def load_or_make(path: Path) -> str:
    """Return the key in a file, making the file first where there is none.

    Raises UnsafeKeyFile when group or others may read it, or when it is too short.
    """
    if not path.exists():
        _make(path)
    return load(path)


def next_of(path: Path) -> Path:
    """The file that takes this one's place when everything is under the new key."""
    return path.with_name(f"{path.name}.next")


def begin_next(path: Path) -> str:
    """Return the keys to change to: those of a change that was begun, or a new one beside ours.

    Raises UnsafeKeyFile.
    """
    if not next_of(path).exists():
        _make(next_of(path), load(path) + "\n")
    return load(next_of(path))


def end_next(path: Path) -> None:
    """The next keys are the keys, on the disk when this returns. Raises OSError."""
    next_of(path).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make(path: Path, before: str = "") -> None:
    """Put a new key there, whole or not at all, unless another process was faster.

    Of two processes that start together, one makes the key and both read it: link(2) gives a file
    its name only when nobody has it, and only after all of it is on the disk.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(before + secrets.token_urlsafe(KEY_OCTETS) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: Path) -> str:
    """Return the keys in a file, the newest last. Raises UnsafeKeyFile."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeKeyFile(f"Others on this machine can read {path}. Run: chmod 600 {path}")
    key = path.read_bytes().decode("ascii", "replace").strip()
    if not key.isascii() or any(len(line) < KEY_OCTETS for line in key.split("\n")):
        raise UnsafeKeyFile(f"{path} holds no whole key. Restore it from your backup.")
    return key
