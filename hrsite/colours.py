"""Can a colour be read here? Contrast, and the nearest colour that can. Pure.

The measure is that of WCAG 2.2: relative luminance, and the ratio of two of them.
"""

import colorsys
import re
from functools import lru_cache

# What a page's words and marks stand on, by day and by night: tokens of site.css.
DAY_GROUNDS = ("#ffffff", "#fbf8f3", "#f3ead9", "#e4ede6")
NIGHT_GROUNDS = ("#15211f", "#1b2a27", "#2b2a20", "#22352f")
# For small words (WCAG 1.4.6). Lines and marks need 3, so what is good for words is for them.
LEAST_CONTRAST = 7.0
STEPS = 255
_HEX = re.compile(r"#[0-9a-f]{6}")


def is_colour(text: str) -> bool:
    """Is it written as a page needs it, such as #80301a?"""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """From 1, the same, to 21, black on white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(colour: str, grounds: tuple[str, ...]) -> bool:
    """Can words of this colour be read on every one of these?"""
    return all(contrast(colour, ground) >= LEAST_CONTRAST for ground in grounds)


@lru_cache(maxsize=64)
def by_day(colour: str) -> str:
    """The nearest of the same hue that can be read on light pages: itself, or a darker one."""
    return _nearest(colour, DAY_GROUNDS, -1)


@lru_cache(maxsize=64)
def by_night(colour: str) -> str:
    """The nearest of the same hue that can be read on dark pages: itself, or a lighter one."""
    return _nearest(colour, NIGHT_GROUNDS, 1)


def _nearest(colour: str, grounds: tuple[str, ...], direction: int) -> str:
    hue, light, strength = colorsys.rgb_to_hls(*(part / STEPS for part in _parts(colour)))
    for step in range(STEPS + 1):
        moved = min(1.0, max(0.0, light + direction * step / STEPS))
        tried = _written(colorsys.hls_to_rgb(hue, moved, strength)) if step else colour
        if is_readable(tried, grounds):
            break
    return tried  # Black by day and white by night at the very end.


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _written(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(part * STEPS):02x}" for part in parts)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / STEPS) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
