"""Secret keys on disk: made once with safe permissions, refused when others can read them."""

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
    return _load(path)


def _make(path: Path) -> None:
    """Put a new key there, whole or not at all, unless another process was faster.

    Of two processes that start together, one makes the key and both read it: link(2) gives a file
    its name only when nobody has it, and only after all of it is on the disk.
    """
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(KEY_OCTETS) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _load(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnsafeKeyFile(f"Others on this machine can read {path}. Run: chmod 600 {path}")
    key = path.read_bytes().decode("ascii", "replace").strip()
    if len(key) < KEY_OCTETS or not key.isascii():
        raise UnsafeKeyFile(f"{path} holds no whole key. Restore it from your backup.")
    return key
