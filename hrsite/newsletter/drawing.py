"""Numbers as lines and bars of a small picture. Pure: where to draw, and nothing of how it looks.

The picture is stretched to the width of the page, so it holds no letters: what it says stands
beside it, and in a table below.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 1000.0, 100.0
# The top of a chart is one of these times a power of ten: numbers that are easy to read.
_ROUND = (1, 2, 5, 10)
_GAP = 0.25


@dataclass(frozen=True)
class Line:
    """A line through points, the area below it, and the number its top edge stands for."""

    line: str
    area: str
    top: int


@dataclass(frozen=True)
class Bar:
    """One part of a bar."""

    kind: str
    x: float
    y: float
    width: float
    height: float


def top_of(numbers: Sequence[int]) -> int:
    """The next round number that none of these passes."""
    largest, power = max([1, *numbers]), 1
    while largest > 10 * power:
        power *= 10
    return next(step * power for step in _ROUND if step * power >= largest)


def line(places: Sequence[float], numbers: Sequence[int]) -> Line:
    """A line whose points lie as far apart as their places, from left to right."""
    top, first = top_of(numbers), places[0]
    span = (places[-1] - first) or 1.0
    points = [
        f"{(place - first) / span * WIDTH:.1f},{HEIGHT - number / top * HEIGHT:.1f}"
        for place, number in zip(places, numbers, strict=True)
    ]
    if len(points) == 1:
        points.append(f"{WIDTH:.1f},{points[0].split(',')[1]}")
    drawn = " L".join(points)
    return Line(f"M{drawn}", f"M{drawn} L{WIDTH:.1f},{HEIGHT} L0.0,{HEIGHT} Z", top)


def bars(stacks: Sequence[Sequence[tuple[str, int]]]) -> tuple[list[Bar], int]:
    """A bar for each stack of kinds and numbers, piled up from the floor; and the top's number."""
    top = top_of([sum(number for _, number in stack) for stack in stacks])
    # A few bars alone would be as wide as doors.
    room = WIDTH / max(len(stacks), 8)
    drawn = []
    for place, stack in enumerate(stacks):
        floor = HEIGHT
        for kind, number in stack:
            height = number / top * HEIGHT
            floor -= height
            if number:
                x, width = place * room + room * _GAP / 2, room * (1 - _GAP)
                drawn.append(Bar(kind, round(x, 1), round(floor, 2), round(width, 1), height))
    return drawn, top
