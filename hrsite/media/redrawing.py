"""Redraws a picture somebody chose: its kind told by its bytes, its pixels copied into new files.

Nothing but pixels comes out. Where a photo was taken, on which telephone, a comment, a page of
HTML hidden behind the last pixel: none of it is copied. Pillow takes a while to import, so each
function that needs it imports it: a server that only shows pages never does.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

FULL_WIDTH = 1600
SMALL_WIDTH = 640
QUALITY = 80
LONGEST_SIDE = 16_383  # what WebP can hold: 14 bits a side (RFC 9649, section 3.2)
KINDS = ("JPEG", "PNG", "WEBP", "AVIF")
TURNED_SIDEWAYS = (5, 6, 7, 8)  # of the eight values of EXIF's Orientation
_ORIENTATION = 0x0112
_GOOD_KINDS = "Please choose a JPEG, PNG, WebP or AVIF picture."


class PictureRefused(Exception):
    """This picture cannot be put on the site. `str()` of it is a sentence for the person."""


class NotAPicture(PictureRefused):
    """Not one of the four kinds, or a broken one."""


class PictureTooManyPixels(PictureRefused):
    """Too wide and too high to be worked on safely."""


@dataclass(frozen=True, slots=True)
class Redrawn:
    """One picture in two sizes, as WebP; width and height (pixels) are the larger one's."""

    full: bytes
    small: bytes
    width: int
    height: int


def redraw(upload: bytes, most_pixels: int) -> Redrawn:
    """New files with the upload's pixels, upright, at most 1600 and 640 pixels wide.

    Of a moving picture the first frame. Raises NotAPicture, PictureTooManyPixels.
    """
    source = _opened(upload, most_pixels)
    try:
        fresh = _new_pixels(source)
    except MemoryError as error:
        raise _too_many(source.size, most_pixels) from error
    except Exception as error:  # see _opened
        raise NotAPicture(
            "This picture is not whole: a part of the file is missing or damaged. "
            "Nothing was changed. Please save or send it again, then choose the new copy."
        ) from error
    full, small = _at_most(fresh, FULL_WIDTH), _at_most(fresh, SMALL_WIDTH)
    return Redrawn(_webp(full), _webp(small), full.width, full.height)


def _opened(upload: bytes, most_pixels: int) -> Any:
    """The picture with only its header read, its size checked before any pixel is."""
    from PIL import Image

    try:
        source = Image.open(BytesIO(upload), formats=KINDS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise _too_many(None, most_pixels) from error
    # Pillow and the libraries under it raise at least seven kinds of error for bytes that break
    # their format's rules, RuntimeError among them. All mean the same to the person.
    except Exception as error:
        raise NotAPicture(f"{_kind_in_words(upload)} {_GOOD_KINDS} Nothing was changed.") from error
    if source.width * source.height > most_pixels:
        raise _too_many(source.size, most_pixels)
    return source


def _too_many(size: tuple[int, int] | None, most_pixels: int) -> PictureTooManyPixels:
    measured = f" ({size[0]:,} by {size[1]:,} pixels)" if size else ""
    return PictureTooManyPixels(
        f"This picture is too large to work on{measured}. The most is {most_pixels // 1_000_000} "
        "million pixels. Nothing was changed. Please make it smaller, then choose it again."
    )


def _kind_in_words(upload: bytes) -> str:
    start = upload[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not upload:
        return "This file is empty."
    if start.startswith(b"gif8"):
        return "This is a GIF, and we cannot use those."
    if start.startswith((b"<svg", b"<?xml", b"<!doctype svg")) or b"<svg" in start:
        return "This is an SVG drawing. It can hold a program, so we do not use those."
    if start.startswith(b"%pdf"):
        return "This is a PDF, not a picture."
    if start[4:8] == b"ftyp" and start[8:12] in (b"heic", b"heix", b"heim", b"hevc", b"mif1"):
        return "This is a HEIC photo, as iPhones make them. Share it as JPEG instead."
    return "We could not read this file as a picture."


def _new_pixels(source: Any) -> Any:
    """The pixels, upright, in sRGB, in an image that has never known the file they came from."""
    from PIL import Image, ImageOps

    sideways = source.getexif().get(_ORIENTATION) in TURNED_SIDEWAYS
    across = source.height if sideways else source.width
    scale = min(1.0, FULL_WIDTH / across)
    # A large JPEG can be read at a half, a quarter or an eighth: far less memory, same result.
    source.draft(None, (round(source.width * scale) + 1, round(source.height * scale) + 1))
    source.load()
    upright = _in_srgb(ImageOps.exif_transpose(source))
    fresh = Image.new(upright.mode, upright.size)
    fresh.paste(upright)
    return fresh


def _in_srgb(picture: Any) -> Any:
    """RGB, or RGBA when it can be seen through, whatever it was: grey, palette, CMYK, 16 bits."""
    if picture.mode.startswith("I"):  # 16 bits of grey
        picture = picture.convert("I").point(lambda level: level / 256).convert("L")
    see_through = picture.has_transparency_data
    if picture.mode not in ("L", "RGB", "RGBA", "CMYK"):
        picture = picture.convert("RGBA" if see_through else "RGB")
    colours = _by_profile(picture)
    if see_through:
        colours = colours.convert("RGB")
        colours.putalpha(picture.convert("RGBA").getchannel("A"))
    return colours


def _by_profile(picture: Any) -> Any:
    """RGB by the colour profile in the file, so that a phone's wide colours do not turn dull."""
    from PIL import ImageCms

    plain = picture.convert("RGB")
    profile = picture.info.get("icc_profile")
    if not profile:
        return plain
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = source.profile.xcolor_space.strip()
        fits = {"RGB": plain, "CMYK": picture, "GRAY": picture}.get(space, plain)
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(fits, source, srgb, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return plain  # a broken profile, or another picture's: the plain colours are close


def _at_most(picture: Any, width: int) -> Any:
    from PIL import Image

    scale = min(1.0, width / picture.width, LONGEST_SIDE / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.copy() if scale == 1 else picture.resize(size, Image.Resampling.LANCZOS)


def _webp(picture: Any) -> bytes:
    out = BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
