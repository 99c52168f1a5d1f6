"""Leavings the database would not take: kept in a file, and carried out as soon as it does.

RFC 8058: the press in a mail program acts at once and nobody looks at an error page, so somebody
who leaves while the database is locked, away or full is not asked to come back.
"""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, repeat
from pathlib import Path
from typing import IO

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from hrsite.alone import alone_with
from hrsite.extensions import db
from hrsite.newsletter import subscribing

log = structlog.get_logger(__name__)

NAME = "leaving.spool"
SLOT_OCTETS = 128
# Room for so many lies on the disk from the start: when the disk is full, no file grows.
SLOTS = 512
_EMPTY = b"\0" * SLOT_OCTETS
_HOW = ("header", "letter")
# What may be wrong with a database or a disk; all of it passes.
TROUBLE = (DBAPIError, PoolTimeout, OSError)
# Seconds until a database that would not take it is asked again: more each time, up to the last.
PAUSES = (0.5, 1, 2, 5, 10, 30)


@dataclass(frozen=True, slots=True)
class Leaving:
    """Somebody pressed "leave": the fingerprint of her link's token, how, and when."""

    fingerprint: str
    how: str
    at: datetime


def make_room(folder: Path) -> None:
    """Lay the file out while there is room for it. Raises OSError."""
    with alone_with(folder / NAME) as file:
        size = os.fstat(file.fileno()).st_size
        if size < SLOTS * SLOT_OCTETS:
            # Written, not merely promised: not every file system keeps room it was asked for.
            file.seek(size)
            file.write(b"\0" * (SLOTS * SLOT_OCTETS - size))


def keep(folder: Path, leaving: Leaving) -> None:
    """Write one leaving down; on the disk when this returns. Raises OSError."""
    line = f"{leaving.fingerprint} {leaving.how} {leaving.at.timestamp():.6f}"
    with alone_with(folder / NAME) as file:
        slots = list(_slots(file))
        # Past the last slot, when all are taken: even when a full disk has cut that one short.
        end = len(slots) * SLOT_OCTETS
        file.seek(next((at for at, slot in slots if slot == _EMPTY), end))
        file.write(line.encode().ljust(SLOT_OCTETS - 1) + b"\n")


def is_empty(folder: Path) -> bool:
    """Does nobody wait? Two system calls and a read of what is nearly always zeros."""
    try:
        return not (folder / NAME).read_bytes().strip(b"\0")
    except FileNotFoundError:
        return True


def carry_out(session: Session, folder: Path, commit: Callable[[], None]) -> int:
    """Let everybody leave who waits; how many. `commit` is the caller's, after each of them.

    Killed in between, somebody leaves twice: the second time there is nothing left to leave.
    """
    if is_empty(folder):
        return 0
    with alone_with(folder / NAME) as file:
        waiting = [(at, slot) for at, slot in _slots(file) if slot != _EMPTY]
    # The file is free meanwhile: the database may take its time, and others leave.
    for at, slot in waiting:
        leaving = _read(slot)
        if leaving is None:
            # Half written when the power went: nobody was told "done".
            log.error("leaving_unreadable")
        else:
            _leave(session, leaving)
            commit()
        _clear(folder, at, slot)
    log.info("leavings_carried_out", count=len(waiting))
    return len(waiting)


def carry_out_meanwhile(app: Flask) -> None:
    """Where somebody waits: try until everybody has left, and let nobody wait for it.

    A worker with the same disk does the same; one of the two is there first. A site whose worker
    is on another machine has nobody but itself, also for what it was told before it was restarted.
    """
    if not is_empty(app.config["DATA_DIR"]):
        threading.Thread(target=_carry_out, args=(app,), daemon=True).start()


def _carry_out(app: Flask) -> None:
    folder: Path = app.config["DATA_DIR"]
    # One at a time: a thousand may leave while the database is away. Whoever is kept while the
    # other is just ending makes it begin again, or begins itself.
    alone = app.extensions.setdefault("carrying_out", threading.Lock())
    while not is_empty(folder) and alone.acquire(blocking=False):
        try:
            _try_until_empty(app, folder)
        finally:
            alone.release()


def _try_until_empty(app: Flask, folder: Path) -> None:
    waited = threading.Event()
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    with app.app_context():
        while not is_empty(folder):
            waited.wait(next(pauses))
            try:
                carry_out(db.session(), folder, db.session.commit)
            except TROUBLE:
                db.session.rollback()


def _leave(session: Session, leaving: Leaving) -> None:
    subscriber = subscribing.find_by_fingerprint(session, "unsubscribe", leaving.fingerprint)
    if subscriber is not None:
        subscribing.unsubscribe(session, subscriber, leaving.how, leaving.at)


def _clear(folder: Path, at: int, slot: bytes) -> None:
    with alone_with(folder / NAME) as file:
        file.seek(at)
        if file.read(SLOT_OCTETS).ljust(SLOT_OCTETS, b"\0") == slot:
            file.seek(at)
            file.write(_EMPTY)


def _read(slot: bytes) -> Leaving | None:
    try:
        fingerprint, how, at = slot.decode("ascii").split()
        moment = datetime.fromtimestamp(float(at), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return Leaving(fingerprint, how, moment) if how in _HOW and len(fingerprint) == 64 else None


def _slots(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    file.seek(0)
    held = file.read()
    for at in range(0, len(held), SLOT_OCTETS):
        # What a full disk has cut off at the end is no slot, and is written over.
        yield at, held[at : at + SLOT_OCTETS].ljust(SLOT_OCTETS, b"\0")
