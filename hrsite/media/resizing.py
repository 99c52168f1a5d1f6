"""A kept picture at the width a screen needs: WebP, and JPEG for browsers that know no WebP.

Made from the kept file when it is first asked for, and kept beside it; such a file can be thrown
away at any time. No AVIF: of one photograph, 640 wide, at the same measured fidelity (PSNR), it
was about 14 % smaller than our WebP for 2.4 times the work of making it. One photograph proves
little; it is what we know, and not enough for a third file of every width.
"""

import os
import secrets
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Literal

from hrsite.media import storing
from hrsite.media.models import Picture
from hrsite.media.redrawing import FULL_WIDTH, QUALITY

Kind = Literal["webp", "jpg"]

# A phone's column, twice and three times as fine, up to the widest place a page has for a picture.
WIDTHS = (320, 640, 960, 1280, FULL_WIDTH)
# For browsers that choose nothing by themselves.
USUAL_WIDTH = 960
JPEG_QUALITY = 78
PAPER = (251, 248, 243)  # Behind what can be seen through, which a JPEG cannot keep.


class NoSuchPicture(Exception):
    """There is no picture of this name, or none as wide as this."""


def widths_of(picture: Picture) -> list[int]:
    """The widths a picture comes in: never wider than it is."""
    return [width for width in WIDTHS if width < picture.width] + [picture.width]


def usual_width(picture: Picture) -> int:
    """The width for browsers that choose nothing by themselves."""
    return max(width for width in widths_of(picture) if width <= USUAL_WIDTH)


def url_path(name: str, width: int, kind: Kind) -> str:
    """Where a picture of some width is found."""
    return f"/media/{name}-{width}.{kind}"


def srcset(picture: Picture, kind: Kind) -> str:
    """All its widths, as a browser wants to hear of them."""
    places = [(url_path(picture.name, width, kind), width) for width in widths_of(picture)]
    if kind == "webp":
        # The kept file itself is the widest.
        places[-1] = (storing.url_path(picture.name), picture.width)
    return ", ".join(f"{place} {width}w" for place, width in places)


def resized(folder: Path, name: str, width: int, kind: Kind) -> Path | bytes:
    """The file of a picture at this width, made now if need be.

    The bytes themselves when the disk takes no more. Raises NoSuchPicture.
    """
    path = folder / f"{name}-{width}.{kind}"
    if path.is_file():
        return path
    content = _made(storing.path_of(folder, name), width, kind)
    unfinished = folder / f"{name}-{width}-{secrets.token_hex(4)}.part"
    try:
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)
        os.replace(unfinished, path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        return content
    return path


def _made(kept: Path, width: int, kind: Kind) -> bytes:
    from PIL import Image, UnidentifiedImageError  # A server of ready pages never needs them.

    try:
        source = Image.open(kept, formats=["WEBP"])
    except (FileNotFoundError, UnidentifiedImageError) as error:
        raise NoSuchPicture(kept.name) from error
    with source:
        if width != source.width and not (width in WIDTHS and width < source.width):
            raise NoSuchPicture(f"{kept.name}, {width} wide")
        size = (width, max(1, round(source.height * width / source.width)))
        small = source.resize(size, Image.Resampling.LANCZOS)
    out = BytesIO()
    if kind == "webp":
        small.save(out, "WEBP", quality=QUALITY, method=4)
        return out.getvalue()
    if small.mode == "RGBA":
        paper = Image.new("RGB", small.size, PAPER)
        paper.paste(small, mask=small.getchannel("A"))
        small = paper
    small.convert("RGB").save(out, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return out.getvalue()
