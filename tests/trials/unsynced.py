"""A disk that can lose power: SQLite's own file layer, wrapped, so that unsynced writes get lost.

SQLite reaches files through a table of C functions (its VFS). `lie_in_wait` registers a copy of
the usual table whose files remember what each write has replaced since their last sync.
`cut_power` puts it back, as a disk does that never wrote what it had only promised, and kills this
process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# The first members of sqlite3_vfs (https://sqlite.org/c3ref/vfs.html); the others are copied blind.
OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
WRITE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
)
TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
DAMAGED = 70


class Layer(ctypes.Structure):
    """sqlite3_vfs: version, sizes, name, xOpen, and fifteen functions more."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("file_size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("own_data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("others", ctypes.c_void_p * 15),
    ]


class Methods(ctypes.Structure):
    """sqlite3_io_methods: what can be done with an open file."""

    _fields_ = [
        ("version", ctypes.c_int),
        ("close", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p),
        ("sync", ctypes.c_void_p),
        ("others", ctypes.c_void_p * 13),
    ]


@dataclass
class Disk:
    """One file, and what its unsynced writes have replaced."""

    path: str
    # Ours alone, and never closed: closing any handle of a file drops SQLite's locks on it.
    handle: int
    replaced: list[tuple[int, bytes]] = field(default_factory=list)
    size: int | None = None

    def remember(self, offset: int, length: int) -> None:
        """Keep what is about to be replaced."""
        if self.size is None:
            self.size = os.fstat(self.handle).st_size
        self.replaced.append((offset, os.pread(self.handle, length, offset)))

    def forget(self) -> None:
        """It is on the disk now."""
        self.replaced.clear()
        self.size = None

    def restore(self) -> None:
        """Make it what it was at its last sync."""
        for offset, octets in reversed(self.replaced):
            os.pwrite(self.handle, octets, offset)
        if self.size is not None:
            os.ftruncate(self.handle, self.size)


# No write may begin between the decision to cut the power and the end of the process.
_lock = threading.RLock()
_disks: dict[str, Disk] = {}
_open_files: dict[int, Disk] = {}
_kept: list[Any] = []  # What C points to must not be collected.
_wrapped: dict[int, Methods] = {}


def library() -> ctypes.CDLL | str:
    """The SQLite that Python itself uses; or why it cannot be reached."""
    sqlite3.connect(":memory:").close()
    try:
        maps = Path("/proc/self/maps").read_text()
    except OSError:
        return "this system does not show which libraries a process has loaded"
    found = {line.split()[-1] for line in maps.splitlines() if "libsqlite3" in line}
    if not found:
        return "SQLite is built into this Python, so its file layer cannot be reached"
    sqlite = ctypes.CDLL(found.pop())
    sqlite.sqlite3_libversion.restype = ctypes.c_char_p
    sqlite.sqlite3_vfs_find.restype = ctypes.c_void_p
    if sqlite.sqlite3_libversion().decode() != sqlite3.sqlite_version:
        return "several SQLite libraries are loaded"
    return sqlite


def lie_in_wait() -> None:
    """From now on every file that SQLite opens in this process can lose its unsynced writes."""
    sqlite = library()
    assert not isinstance(sqlite, str), sqlite
    usual_address = sqlite.sqlite3_vfs_find(None)
    usual = Layer.from_address(usual_address)
    layer = Layer.from_buffer_copy(usual)
    layer.name = b"unsynced"
    usual_open = OPEN(usual.open)

    def opened(_: int, name: int | None, file: int, flags: int, flags_out: int) -> int:
        # The name goes on as the pointer it is, for SQLite keeps it and does not copy it.
        code = usual_open(usual_address, name, file, flags, flags_out)
        if code == 0 and name is not None:
            _watch(ctypes.string_at(name).decode(), file)
        return code

    layer.open = _pointer(OPEN, opened)
    _kept.append(layer)
    assert sqlite.sqlite3_vfs_register(ctypes.byref(layer), 1) == 0


def cut_power() -> None:
    """Lose what was never synced, and be gone."""
    with _lock:
        for disk in _disks.values():
            disk.restore()
            if disk.path.endswith("-wal"):
                # Shared memory in truth: no disk ever had it.
                Path(disk.path.removesuffix("-wal") + "-shm").unlink(missing_ok=True)
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(path: str, file: int) -> None:
    with _lock:
        disk = _disks.get(path)
        if disk is None or os.fstat(disk.handle).st_ino != os.stat(path).st_ino:
            disk = _disks[path] = Disk(path, os.open(path, os.O_RDWR))
        _open_files[file] = disk
    # A sqlite3_file begins with a pointer to its methods.
    place = ctypes.c_void_p.from_address(file)
    assert place.value is not None
    if place.value not in _wrapped:
        _wrapped[place.value] = _watchful(Methods.from_address(place.value))
    place.value = ctypes.addressof(_wrapped[place.value])


def _watchful(usual: Methods) -> Methods:
    methods = Methods.from_buffer_copy(usual)
    write, truncate, sync = WRITE(usual.write), TRUNCATE(usual.truncate), SYNC(usual.sync)

    def written(file: int, octets: int, length: int, offset: int) -> int:
        with _lock:
            _open_files[file].remember(offset, length)
            return write(file, octets, length, offset)

    def truncated(file: int, size: int) -> int:
        with _lock:
            disk = _open_files[file]
            disk.remember(size, max(os.fstat(disk.handle).st_size - size, 0))
            return truncate(file, size)

    def synced(file: int, flags: int) -> int:
        with _lock:
            code = sync(file, flags)
            _open_files[file].forget()
            return code

    methods.write = _pointer(WRITE, written)
    methods.truncate = _pointer(TRUNCATE, truncated)
    methods.sync = _pointer(SYNC, synced)
    return methods


def _pointer(kind: Any, function: Callable[..., int]) -> int | None:
    """What C calls. An exception cannot travel through C: it ends the process, visibly."""

    def careful(*given: Any) -> int:
        try:
            return function(*given)
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(DAMAGED)

    held = kind(careful)
    _kept.append(held)
    return ctypes.cast(held, ctypes.c_void_p).value
