"""Pictures in the text, as a page shows them: in the size a screen needs, without a jump."""

import re
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.media import mentioning, resizing, shelving
from hrsite.media.models import Picture
from hrsite.texts.markup import clean

# How wide a picture in the text can be: the column of words.
TEXT_SIZES = "(min-width: 44rem) 39.5rem, calc(100vw - 2.5rem)"
# As `markup.clean` writes them.
_PICTURE = re.compile(r'<img src="/media/([A-Za-z0-9_-]{22})\.webp" alt="([^"]*)">')


# With so few letters before it, a picture is in sight when a page opens, on a telephone too.
FIRST_SIGHT = 600
_TAG = re.compile(r"<[^>]*>")


def has_pictures(html: str) -> bool:
    """Is there a picture of ours in this clean HTML? Without one nobody need be asked for it."""
    return _PICTURE.search(html) is not None


def illustrated(session: Session, html: str, *, opens_page: bool = False) -> str:
    """Clean HTML in which each picture of ours comes in all its widths, and holds its place.

    Where this text `opens_page`, a picture in first sight is not left for later.
    """
    names = {name for name, _ in _PICTURE.findall(html)}
    if not names:
        return html
    found = session.scalars(select(Picture).where(Picture.name.in_(names)))
    pictures: dict[str, Picture] = {picture.name: picture for picture in found}
    for former in names - pictures.keys():  # In words that came back from before.
        if picture := shelving.now_called(session, former):
            pictures[former] = picture
    first = _PICTURE.search(html) if opens_page else None
    in_sight = first.start() if first and _letters(html[: first.start()]) < FIRST_SIGHT else -1
    return _PICTURE.sub(
        lambda one: _shown(one, pictures.get(one[1]), is_urgent=one.start() == in_sight), html
    )


def of_today(session: Session, html: str) -> str:
    """A text from before: its pictures under the names they have now, and none that is gone."""
    named = mentioning.named_in(html)
    if not named:
        return html
    there = {*session.scalars(select(Picture.name).where(Picture.name.in_(named)))}
    for former in sorted(named - there):
        picture = shelving.now_called(session, former)
        if picture is None:
            html = clean(mentioning.without(html, {former}))
        else:
            html = mentioning.renamed(html, {former}, picture.name)
    return html


def _letters(html: str) -> int:
    return len(_TAG.sub("", html))


def _shown(written: re.Match[str], picture: Picture | None, *, is_urgent: bool) -> str:
    """One picture; one that is not in the database stays as it was written."""
    if picture is None:
        return written[0]
    usual = resizing.url_path(picture.name, resizing.usual_width(picture), "jpg")
    sizes, when = escape(TEXT_SIZES), 'fetchpriority="high"' if is_urgent else 'loading="lazy"'
    return (
        f'<picture><source type="image/webp" srcset="{resizing.srcset(picture, "webp")}"'
        f' sizes="{sizes}"><img src="{usual}" srcset="{resizing.srcset(picture, "jpg")}"'
        f' sizes="{sizes}" width="{picture.width}" height="{picture.height}" alt="{written[2]}"'
        f" {when}></picture>"
    )
