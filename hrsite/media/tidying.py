"""Files that belong to no picture the database knows: uploads that were never saved, and rests."""

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.media.models import Picture

_FILE = re.compile(r"\.?([A-Za-z0-9_-]{22})[.-].*")
# So many names are asked for at once.
PART = 500


def remove_strays(session: Session, folder: Path, before: datetime) -> int:
    """Remove files from before a moment that belong to no picture; how many.

    A younger one may belong to a picture that is being saved just now.
    """
    strays = 0
    old = [path for path in _files(folder) if _changed_at(path) < before.timestamp()]
    for start in range(0, len(old), PART):
        part = old[start : start + PART]
        names = {found[1] for path in part if (found := _FILE.fullmatch(path.name))}
        known = set(session.scalars(select(Picture.name).where(Picture.name.in_(names))))
        for path in part:
            found = _FILE.fullmatch(path.name)
            if found and (found[1] not in known or path.suffix == ".part"):
                with suppress(OSError):
                    path.unlink()
                    strays += 1
    return strays


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return []


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")
