"""Which colours can be read, and the nearest that can."""

import colorsys
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite import colours, config

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
TOKEN = re.compile(r"--(paper|sheet|sand|sage): var\(--day,(#\w+)\) var\(--night,(#\w+)\)")


def test_contrast_is_that_of_wcag() -> None:
    assert colours.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert colours.contrast("#ffffff", "#ffffff") == pytest.approx(1)
    # From the understanding document of 1.4.3: the palest grey that reaches 4.5 on white.
    assert colours.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_the_grounds_are_those_of_the_sheet() -> None:
    sheet = (config.PROJECT / Path("hrsite/static/site.css")).read_text()
    found = [(_long(day), _long(night)) for _, day, night in TOKEN.findall(sheet)]
    assert {day for day, _ in found} == set(colours.DAY_GROUNDS)
    assert {night for _, night in found} == set(colours.NIGHT_GROUNDS)


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * letter for letter in colour[1:])


@pytest.mark.parametrize("text", ["", "80301a", "#80301A", "#fff", "#80301a;", "#80301g", "red"])
def test_what_is_no_colour_is_told(text: str) -> None:
    assert not colours.is_colour(text)


@given(COLOURS)
def test_the_nearest_can_be_read_and_is_a_colour(colour: str) -> None:
    day, night = colours.by_day(colour), colours.by_night(colour)
    assert colours.is_colour(day)
    assert colours.is_colour(night)
    assert colours.is_readable(day, colours.DAY_GROUNDS)
    assert colours.is_readable(night, colours.NIGHT_GROUNDS)
    assert colours.by_day(day) == day


@given(COLOURS)
def test_one_that_can_be_read_already_stays_as_it_is(colour: str) -> None:
    if colours.is_readable(colour, colours.DAY_GROUNDS):
        assert colours.by_day(colour) == colour
    if colours.is_readable(colour, colours.NIGHT_GROUNDS):
        assert colours.by_night(colour) == colour


def test_the_nearest_is_of_the_same_hue_and_hardly_darker_than_need_be() -> None:
    day = colours.by_day("#e06030")
    hue = [colorsys.rgb_to_hls(*bytes.fromhex(one[1:]))[0] for one in ("#e06030", day)]
    assert hue[0] == pytest.approx(hue[1], abs=0.01)
    assert min(colours.contrast(day, ground) for ground in colours.DAY_GROUNDS) < 7.4
