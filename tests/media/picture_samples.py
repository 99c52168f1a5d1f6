"""Pictures to send in: good ones, odd ones, broken ones, made by Pillow while the test runs."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image, ImageCms

RED, BLUE = (200, 30, 40), (20, 40, 200)
_ORIENTATION, _MAKER, _GPS = 0x0112, 0x010F, 0x8825


def halves(width: int = 80, height: int = 40) -> Image.Image:
    """Red on the left, blue on the right: which way up it is can be seen."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def as_bytes(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def photo_from_a_phone(orientation: int = 1) -> bytes:
    """A JPEG that says where it was taken, with what, and carries a comment."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_MAKER] = "SecretPhone"
    exif[_GPS] = {1: "N", 2: (43.0, 39.0, 11.0), 3: "W", 4: (79.0, 22.0, 59.0)}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return as_bytes(
        halves(),
        exif=exif,
        comment=b"SecretComment",
        icc_profile=profile,
        quality=95,
        subsampling=0,
    )


def profile_with_red_and_blue_swapped() -> bytes:
    """A colour profile in which red says how blue a point is: followed or not can be seen."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return (
        profile.replace(b"rXYZ", b"swap", 1)
        .replace(b"bXYZ", b"rXYZ", 1)
        .replace(b"swap", b"bXYZ", 1)
    )


def page_behind_a_picture() -> bytes:
    """Good as a JPEG and good as a page: browsers that guess would run it."""
    return (
        as_bytes(halves(), comment=b"<script>alert(1)</script>")
        + b"<html><script>alert(2)</script>"
    )


def sixteen_bit_grey() -> bytes:
    """Half as light as can be, in steps a screen cannot show."""
    return as_bytes(Image.new("I;16", (40, 20), 32_768), "PNG")


def moving() -> bytes:
    frames = [Image.new("RGB", (40, 20), BLUE)] * 2
    first = Image.new("RGB", (40, 20), RED)
    return as_bytes(first, "WEBP", save_all=True, append_images=frames, duration=100, quality=95)


def png_that_says_it_is(width: int, height: int) -> bytes:
    """A few bytes that would unpack to whatever size they name."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checked = name + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def colour_at(content: bytes, across: float, down: float) -> tuple[int, ...]:
    """The colour a share of the way across and down, as a reader's browser would show it."""
    with Image.open(BytesIO(content)) as picture:
        shown = picture.convert("RGB")
        at = (int(across * (shown.width - 1)), int(down * (shown.height - 1)))
        colour = shown.getpixel(at)
    assert isinstance(colour, tuple)
    return tuple(int(part) for part in colour)


def is_near(colour: tuple[int, ...], wanted: tuple[int, ...], within: int = 24) -> bool:
    return all(abs(one - other) <= within for one, other in zip(colour, wanted, strict=True))
