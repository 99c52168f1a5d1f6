"""Takes a picture in: checks it, redraws it, keeps its files, notes it in the database; lets go."""

import os
import re
import secrets
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from sqlalchemy.orm import Session, scoped_session

from hrsite.media.models import FormerName, Picture
from hrsite.media.redrawing import (
    NotAPicture,
    PictureRefused,
    PictureTooManyPixels,
    Redrawn,
    redraw,
)
from hrsite.texts.markup import tidy_text

__all__ = [
    "AltTextMissing",
    "AltTextTooLong",
    "NotAPicture",
    "PictureNotKept",
    "PictureRefused",
    "PictureTooLarge",
    "PictureTooManyPixels",
    "alt_text",
    "path_of",
    "remove_files",
    "replace_file",
    "store",
    "url_path",
]

Size = Literal["full", "small"]
MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_PIXELS = 40_000_000
LONGEST_ALT = 500
_ENDINGS: dict[str, str] = {"full": ".webp", "small": "-small.webp"}
_NAME = re.compile(r"[A-Za-z0-9_-]{22}")


class PictureTooLarge(PictureRefused):
    """More bytes than a picture may have."""


class AltTextMissing(PictureRefused):
    """Neither described nor marked as decoration (WCAG 2.2, 1.1.1)."""


class AltTextTooLong(PictureRefused):
    """A description longer than the column that keeps it."""


class PictureNotKept(PictureRefused):
    """The picture is good, but the disk would not take it."""


def store(
    session: Session | scoped_session[Session],
    upload: bytes | IO[bytes],
    *,
    alt: str,
    is_decorative: bool,
    folder: Path,
    now: datetime,
    most_bytes: int = MOST_BYTES,
    most_pixels: int = MOST_PIXELS,
) -> Picture:
    """Keep a picture: two WebP files in `folder`, and a Picture added to the session.

    Raises AltTextMissing, AltTextTooLong, PictureTooLarge, NotAPicture, PictureTooManyPixels and
    PictureNotKept, each with a sentence for the person; then no file is left behind.
    """
    alt = "" if is_decorative else alt_text(alt)
    redrawn = redraw(_read(upload, most_bytes), most_pixels)
    name = _keep_under_new_name(redrawn, folder)
    picture = Picture(
        name=name,
        alt=alt,
        is_decorative=is_decorative,
        width=redrawn.width,
        height=redrawn.height,
        byte_count=len(redrawn.full),
        created_at=now,
    )
    session.add(picture)
    return picture


def replace_file(
    session: Session, picture: Picture, upload: bytes | IO[bytes], folder: Path
) -> str:
    """Give the picture other pixels, under a new name; answers the one it had.

    Browsers keep a file for ever under its name, so the name must change with it. The old files
    stay until the caller has committed. Raises what `store` raises.
    """
    redrawn = redraw(_read(upload, MOST_BYTES), MOST_PIXELS)
    former = picture.name
    picture.name = _keep_under_new_name(redrawn, folder)
    picture.width, picture.height = redrawn.width, redrawn.height
    picture.byte_count = len(redrawn.full)
    session.add(FormerName(name=former, picture_id=picture.id))
    return former


def remove_files(folder: Path, name: str) -> None:
    """Every size of one picture. A file that the disk does not let go of is left."""
    path_of(folder, name)  # The right shape, so that the pattern names one picture.
    for path in folder.glob(f"{name}[.-]*"):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def path_of(folder: Path, name: str, size: Size = "full") -> Path:
    """Where a picture's file lies. Raises ValueError for a name we cannot have made."""
    if not _NAME.fullmatch(name):
        raise ValueError("not the name of a picture")
    return folder / f"{name}{_ENDINGS[size]}"


def url_path(name: str, size: Size = "full") -> str:
    """The picture's address on this site."""
    return f"/media/{name}{_ENDINGS[size]}"


def alt_text(alt: str) -> str:
    """A description as it is kept. Raises AltTextMissing and AltTextTooLong."""
    alt = " ".join(tidy_text(alt).split())
    if not alt:
        raise AltTextMissing(
            "This picture has no description yet. Say in a few words what it shows, for people who "
            "cannot see it, or mark it as decoration. Nothing was changed."
        )
    if len(alt) > LONGEST_ALT:
        raise AltTextTooLong(
            f"The description has {len(alt)} characters and the most is {LONGEST_ALT}. "
            "Keep the main thing here and put the rest in the text. Nothing was changed."
        )
    return alt


def _read(upload: bytes | IO[bytes], most_bytes: int) -> bytes:
    content = upload if isinstance(upload, bytes) else upload.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise PictureTooLarge(
            f"This file is larger than {most_bytes / MEGABYTE:g} MB, the most we can take. "
            "Nothing was changed. Please make the picture smaller, then choose it again."
        )
    return content


def _keep_under_new_name(redrawn: Redrawn, folder: Path) -> str:
    name = secrets.token_urlsafe(16)
    _keep(
        {
            path_of(folder, name, "full"): redrawn.full,
            path_of(folder, name, "small"): redrawn.small,
        }
    )
    return name


def _keep(files: dict[Path, bytes]) -> None:
    """Write all the files or none. Each is whole and on the disk before it gets its name."""
    begun: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished = path.with_suffix(".part")
            begun += [unfinished, path]
            _write(unfinished, content)
            unfinished.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        for path in begun:
            with suppress(OSError):  # the first fault is the one to tell
                path.unlink(missing_ok=True)
        raise PictureNotKept(
            "The picture is fine, but the server could not keep it: its disk may be full. What you "
            "wrote is safe. Try again later, or tell the person who looks after the server."
        ) from error


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """The names too must outlive a power cut (fsync(2) speaks of the directory entry)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
