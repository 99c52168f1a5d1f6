"""Numbers as a picture: nothing leaves its frame, and the heights tell the truth."""

import re

from hypothesis import given
from hypothesis import strategies as st

from hrsite.newsletter import drawing

NUMBERS = st.lists(st.integers(0, 10**7), min_size=1, max_size=60)


def test_the_top_is_a_number_that_is_easy_to_read() -> None:
    tops = [drawing.top_of([number]) for number in (0, 1, 3, 5, 7, 10, 11, 41, 501, 9999)]
    assert tops == [1, 1, 5, 5, 10, 10, 20, 50, 1000, 10000]


@given(NUMBERS)
def test_a_line_stays_in_its_frame_and_reaches_from_side_to_side(numbers: list[int]) -> None:
    drawn = drawing.line(list(range(len(numbers))), numbers)
    assert drawn.top >= max(numbers)
    points = re.findall(r"([\d.]+),([\d.]+)", drawn.line)
    assert (float(points[0][0]), float(points[-1][0])) == (0.0, 1000.0)
    assert all(0 <= float(y) <= 100 for _, y in points)


def test_days_that_are_missing_leave_room() -> None:
    assert drawing.line([1, 2, 11], [0, 5, 10]).line == "M0.0,100.0 L100.0,50.0 L1000.0,0.0"


@given(st.lists(st.lists(st.integers(0, 10**6), min_size=1, max_size=4), max_size=30))
def test_the_parts_of_a_bar_stand_on_each_other(stacks: list[list[int]]) -> None:
    named = [[(str(place), number) for place, number in enumerate(one)] for one in stacks]
    bars, top = drawing.bars(named)
    assert len(bars) == sum(number > 0 for one in stacks for number in one)
    for place, numbers in enumerate(stacks):
        own = [bar for bar in bars if int(bar.x / (1000 / max(len(stacks), 8))) == place]
        height = sum(bar.height for bar in own)
        assert abs(height - sum(numbers) / top * 100) < 0.01
        assert all(bar.y >= -0.01 for bar in own)
