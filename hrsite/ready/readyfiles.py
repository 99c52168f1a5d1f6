"""Ready pages as files, from which a web server in front answers by itself.

    READY_FILES/current -> 41-1780409700000
    READY_FILES/41-1780409700000/coach.example/<their headers>/posts/steps.html, …/steps.html.gz

A folder is named for what its pages belong to, and read through one name, `current`. Taking that
name away takes back every page at once. Several processes share all of it.
"""

import fcntl
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from hrsite.ready.readypage import Headers

CURRENT = "current"
# Addresses of pages are made of these; nothing else becomes a name in a folder.
_CLEAN = re.compile(r"/(?:[a-z0-9_-]{1,120}/){0,8}[a-z0-9_-]{0,120}")
_HOST = re.compile(r"[a-z0-9][a-z0-9.:-]{0,252}")
_OURS = re.compile(r"([0-9]{1,20})-[0-9]{1,20}(\.gone-.*)?")
# Whoever commits waits no longer for somebody who was stopped while holding the folder.
LONGEST_WAIT = 2.0
# nginx makes its tag of a file's time and size. The time says what is in the file, so that two
# pages of one second and one size are two; the years from 1970 to 2004 are there for that.
STAMPS = 2**30


def name_of(number: int, ends: float) -> str:
    """The folder of the pages of a generation that all end at one moment."""
    return f"{number}-{int(ends * 1000)}"


def file_for(path: str) -> str | None:
    """Where a page lies below its folder: one place for each path, and none for an odd one."""
    return f"{path[1:]}.html" if _CLEAN.fullmatch(path) else None


def mark_of(headers: Headers) -> str:
    """A name for what is said with a page. Whoever answers from files says the very same."""
    said = sorted(f"{name.lower()}: {value}" for name, value in headers if name != "Vary")
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def are_usual(headers: Headers) -> bool:
    """Are these a page's to read? Feeds, and what browsers must not keep, are no files."""
    said = {name.lower(): value for name, value in headers}
    is_html = said.get("content-type", "").startswith("text/html")
    return is_html and "no-store" not in said.get("cache-control", "no-store")


def hold(folder: str) -> int | None:
    """Take every page back, and let nobody put one in front until this is closed (os.close).

    For whoever is about to commit a change: killed at any moment, no old page is in front.
    """
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return None  # There is no folder, and so nothing in it.
    until = time.monotonic() + LONGEST_WAIT
    while not _lock(held, fcntl.LOCK_SH) and time.monotonic() < until:
        time.sleep(0.001)
    with suppress(OSError):  # The look that comes soon says what is wrong (filing.py).
        os.unlink(os.path.join(folder, CURRENT))
    return held


def _lock(held: int, how: int) -> bool:
    """Take the lock if nobody has it; did we get it?"""
    try:
        fcntl.flock(held, how | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


class ReadyFiles:
    """The folder. Everything here may raise OSError."""

    def __init__(self, folder: Path, host: str, most: int) -> None:
        """`most` is how many octets this process puts in for one generation."""
        self.folder, self._host, self._most = folder, host, most
        self._current = os.path.join(folder, CURRENT)
        self._name, self._size = "", 0
        self._serves_host = _HOST.fullmatch(host) is not None

    def has(self, name: str, mark: str, file: str) -> bool:
        """Does the page lie in its folder already?"""
        return os.path.exists(os.path.join(self.folder, name, self._host, mark, file))

    def put(self, name: str, mark: str, file: str, forms: Mapping[str, bytes], stamp: str) -> bool:
        """Write a page into its folder, by the ending of each form. False: no room is left."""
        size = sum(map(len, forms.values()))
        if name != self._name:
            self._name, self._size = name, 0
        if not self._serves_host or self._size + size > self._most:
            return False
        place = self._made(Path(name, self._host, mark, file).parent)
        # The plain one last: where it is, the others are.
        for ending, body in sorted(forms.items(), reverse=True):
            self._write(place / (Path(file).name + ending), body, int(stamp[:12], 16) % STAMPS)
        self._size += size
        return True

    def show(self, name: str, is_still_true: Callable[[], bool]) -> None:
        """Put a folder in front, unless somebody is changing pages at this very moment."""
        if self.current() == name:
            return
        held = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Asked while nobody can commit: see `hold`.
            if _lock(held, fcntl.LOCK_EX) and is_still_true():
                spare = f"{self._current}.{_own_name()}"
                os.symlink(name, spare)
                os.replace(spare, self._current)
        finally:
            os.close(held)

    def current(self) -> str | None:
        """Which folder is in front."""
        try:
            return os.readlink(self._current)
        except FileNotFoundError:
            return None

    def keep(self, name: str, number: int) -> None:
        """Take back whatever is in front, unless it is this folder, or of a newer generation."""
        found = self.current()
        if found is None or found == name:
            return
        ours = _OURS.fullmatch(found)
        if not ours or int(ours[1]) <= number:
            self.take_back()

    def take_back(self) -> None:
        """Put nothing in front."""
        with suppress(FileNotFoundError):
            os.unlink(self._current)

    def sweep(self, spared: str = "", below: float = float("inf")) -> None:
        """Throw folders away that are in front no more, up to a generation, but for one."""
        for found in os.listdir(self.folder):
            ours = _OURS.fullmatch(found)
            if not ours or found == spared or int(ours[1]) > below:
                continue
            gone = found if ours[2] else f"{found}.gone-{_own_name()}"
            with suppress(FileNotFoundError):  # Another process sweeps, too.
                # Under another name first: whoever still writes into it cannot keep it.
                os.rename(self.folder / found, self.folder / gone)
            shutil.rmtree(self.folder / gone, ignore_errors=True)

    def begin(self) -> None:
        """Make the folder, and believe nothing that another run has left in it."""
        if not self.folder.exists():
            self.folder.mkdir(parents=True)
            self.folder.chmod(0o755)
        self.take_back()
        self.sweep()

    def _made(self, below: Path) -> Path:
        """Make folders that the web server can read, whatever this process's own mask is."""
        place = self.folder
        for part in below.parts:
            place = place / part
            with suppress(FileExistsError):
                place.mkdir()
                place.chmod(0o755)
        return place

    def _write(self, place: Path, body: bytes, stamp: int) -> None:
        """Whole, or not at all."""
        spare = place.with_name(f"{place.name}.{_own_name()}")
        try:
            with spare.open("wb") as file:
                os.fchmod(file.fileno(), 0o644)
                file.write(body)
            os.utime(spare, (stamp, stamp))
            spare.replace(place)
        except OSError:
            with suppress(OSError):
                spare.unlink()
            raise


def _own_name() -> str:
    """What no other thread or process writes to."""
    return f"{os.getpid()}-{threading.get_ident()}"
