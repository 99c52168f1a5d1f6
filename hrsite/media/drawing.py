"""Draws the card that a chat shows beside a shared link: low hills, a sun, the site's name.

The card never says what an article is about unless the coach wants it to: whoever shares a link
in a group is seen with it. The same words always make the same bytes.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from math import pi, sin
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, HEIGHT = 1200, 630
KIND = "image/png"
MOODS = 40
FONTS = Path(__file__).parents[1] / "static" / "fonts"
SERIF, PLAIN = "fraunces-latin-wght.woff2", "atkinson-hyperlegible-next-latin-wght.woff2"
INK, MARGIN, TEXT_WIDTH, TEXT_BOTTOM = "#1d2b29", 84, 1032, 372
# Of the drawn patterns in site.css, by day: sky, sun, and the hills from far to near.
HUES = (
    ("#d9e7dd", "#f8e3bd", "#a3c5b4", "#5c9383", "#1d5a51"),
    ("#f7e3cf", "#fff6e4", "#eab693", "#cc7b57", "#8d3c26"),
    ("#f1e9d3", "#fffaf0", "#d6c795", "#9aa27c", "#4b6057"),
    ("#d9e4e6", "#fae8c4", "#a6bfc6", "#5f8490", "#284853"),
    ("#f0e0d9", "#fbeed5", "#d5ada2", "#9c6c6b", "#5a3b47"),
)
# Raise it when the drawing changes: a card's address follows from all that is on it.
VERSION = 2
KEPT = 64
FINER = 2  # Drawn at twice the size, so that edges come out smooth.
COLOURS = 64
NO_SUCH_LETTER = "\U0010fffe"


class Card(NamedTuple):
    """What is on a card. Without a title it says the site's name alone."""

    site_name: str
    mood: int
    title: str = ""

    def mark(self) -> str:
        """Twelve letters that change with anything on it."""
        words = "\x00".join((str(VERSION), self.site_name, str(self.mood), self.title))
        return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:12]

    def alt(self) -> str:
        """The card in words."""
        said = f"{self.title}. {self.site_name}" if self.title else self.site_name
        return f"{said}, on a drawing of low hills and a sun"


def mood_of(text: str) -> int:
    """Which of the drawings goes with a text: always the same one."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % MOODS


@lru_cache(maxsize=KEPT)
def draw(card: Card) -> bytes:
    """The card as a PNG."""
    # Loads for a while, and most requests draw nothing.
    from PIL import Image, ImageDraw

    seed = hashlib.sha256(f"mood {card.mood}".encode()).digest()
    hue = HUES[card.mood % len(HUES)]
    picture = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), hue[0])
    pen = ImageDraw.Draw(picture)
    _sun(pen, hue[1], seed)
    for number, colour in enumerate(hue[2:]):
        pen.polygon(_ridge(430 + number * 62, seed[6 + number * 3 :]), fill=colour)
    picture = picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    _write(ImageDraw.Draw(picture), card)
    out = BytesIO()
    few = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


def _sun(pen: Any, colour: str, seed: bytes) -> None:
    x, y, radius = 820 + seed[0] % 240, 300 + seed[1] % 90, 96 + seed[2] % 60
    box = [x - radius, y - radius, x + radius, y + radius]
    pen.ellipse([side * FINER for side in box], fill=colour)


def _ridge(top: int, seed: Sequence[int]) -> list[tuple[float, float]]:
    """The outline of a hill from edge to edge, and down to the ground."""
    high, low, shift = 26 + seed[0] % 34, 10 + seed[1] % 14, seed[2] / 255 * 2 * pi
    line = [
        (
            x * FINER,
            round((top + high * sin(x / 260 + shift) + low * sin(x / 97 + 2 * shift)) * FINER),
        )
        for x in range(0, WIDTH + 1, 4)
    ]
    ground = HEIGHT * FINER
    return [*line, (WIDTH * FINER, ground), (0, ground)]


def _write(pen: Any, card: Card) -> None:
    """The words, when our fonts can be read here and hold all their letters."""
    try:
        # A title in letters we do not have, or of emoji: then the name of the site says it.
        title = card.title if _can_write(_font(SERIF, 44, 560), card.title) else ""
        heading = title or card.site_name
        if title and _can_write(_font(PLAIN, 36, 600), card.site_name):
            pen.text((MARGIN, 64), card.site_name, font=_font(PLAIN, 36, 600), fill=INK)
        for size in (92, 80, 68, 58, 50, 44):
            font = _font(SERIF, size, 560)
            top, lines = 128 if title else 96, _lines(font, heading)
            if top + len(lines) * size * 1.14 <= TEXT_BOTTOM:
                break
        if not _can_write(font, heading):
            return
    except (OSError, ImportError):
        return  # A Pillow without FreeType, or one that cannot unpack WOFF2: the hills say enough.
    for number, line in enumerate(_at_most(lines, int((TEXT_BOTTOM - top) / (size * 1.14)))):
        pen.text((MARGIN, top + number * size * 1.14), line, font=font, fill=INK)


@lru_cache(maxsize=16)
def _font(name: str, size: int, weight: int) -> Any:
    from PIL import ImageFont  # as in draw()

    # The plain layout is the same on every machine, with or without Raqm.
    font = ImageFont.truetype(FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([weight])
    return font


def _can_write(font: Any, text: str) -> bool:
    """Does the font have each letter? The box it would draw instead helps nobody."""
    missing = font.getmask(NO_SUCH_LETTER)
    letters = (font.getmask(letter) for letter in {*text} if not letter.isspace())
    return all(letter.size != missing.size or bytes(letter) != bytes(missing) for letter in letters)


def _lines(font: Any, text: str) -> list[str]:
    """The text in lines that fit. A word that is too long is cut into pieces."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= TEXT_WIDTH:
            lines[-1] = longer
            continue
        lines += [""] * bool(lines[-1])
        for letter in word:
            if font.getlength(lines[-1] + letter) > TEXT_WIDTH:
                lines.append("")
            lines[-1] += letter
    return lines


def _at_most(lines: list[str], number: int) -> list[str]:
    return lines if len(lines) <= number else [*lines[: number - 1], lines[number - 1] + "…"]
