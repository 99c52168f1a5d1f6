"""Many addresses at once, as spreadsheets and people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.redirects.pasting import NotAPair, Pair, pairs


@pytest.mark.parametrize(
    "line",
    [
        "/old /new",
        "/old\t/new",
        "/old,/new",
        "/old, /new",
        "/old;/new",
        '"/old","/new"',
        "/old -> /new",
        "/old=>/new",
        "/old → /new",
        "  /old   /new  ",
        "/old,/new,301",
    ],
)
def test_two_addresses_are_found_in_a_line(line: str) -> None:
    assert pairs(line) == [Pair(1, "/old", "/new")]


def test_a_comma_may_stand_in_an_address() -> None:
    assert pairs("/a,b /new") == [Pair(1, "/a,b", "/new")]
    assert pairs('"/a,b",/new') == [Pair(1, "/a,b", "/new")]


def test_headings_and_empty_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    assert pairs("old,new\r\n\r\n/a,/b\n/c\n/d /e /f") == [
        Pair(3, "/a", "/b"),
        NotAPair(4),
        NotAPair(5),
    ]
    assert pairs("") == pairs("\n \n") == []


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    for row in pairs(text):
        assert row.line >= 1
