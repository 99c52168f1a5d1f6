"""Pictures of an article: the one at its head, and those in its text."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from markupsafe import escape
from sqlalchemy.orm import Session

from hrsite.media import storing
from hrsite.media.models import Picture
from hrsite.posts.models import Post


@dataclass(frozen=True)
class HeadPicture:
    """What the coach wants at the head: a new file, other words for the old one, or nothing."""

    file: IO[bytes] | None
    alt: str
    is_decorative: bool
    is_removed: bool


def set_head_picture(
    session: Session, post: Post, wish: HeadPicture, folder: Path, now: datetime
) -> None:
    """Give the article its picture. Raises PictureRefused."""
    if wish.file is not None:
        post.picture = store(session, wish.file, wish.alt, wish.is_decorative, folder, now)
    elif wish.is_removed:
        post.picture = None
    elif post.picture is not None and (wish.alt or wish.is_decorative):
        post.picture.alt = "" if wish.is_decorative else wish.alt
        post.picture.is_decorative = wish.is_decorative


def store(
    session: Session, file: IO[bytes], alt: str, is_decorative: bool, folder: Path, now: datetime
) -> Picture:
    """Keep a picture. Raises PictureRefused."""
    return storing.store(
        session, file, alt=alt, is_decorative=is_decorative, folder=folder, now=now
    )


def picture_html(picture: Picture) -> str:
    """The picture as it stands in a text."""
    address = storing.url_path(picture.name)
    return f'<figure><img src="{address}" alt="{escape(picture.alt)}"></figure>'
