"""Which form of an answer fits: RFC 9110's rules, and whatever strangers write there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.ready.negotiating import CODINGS, coding, is_known


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ("", "identity"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("deflate, zstd", "identity"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0,gzip;q=0", "identity"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("br;q=0, *", "gzip"),
        ("identity;q=0", "identity"),
        ("gzip;q=nonsense", "identity"),
        ("gzip;q=-1", "identity"),
        ("gzip;q=2", "identity"),
        ("gzip; q = 1.000 , br ; q=0", "gzip"),
        (", ,;;,gzip", "gzip"),
        ("gzip," * 400, "identity"),
    ],
)
def test_the_best_form_that_a_browser_takes(header: str, answer: str) -> None:
    assert coding(header) == answer


@given(st.text(max_size=200))
def test_whatever_stands_there_an_answer_is_found(header: str) -> None:
    assert coding(header) in CODINGS
    assert is_known(header, '"abc"') in (True, False)


@given(
    st.permutations(["br", "gzip", "identity"]),
    st.lists(st.integers(0, 1000), min_size=3, max_size=3),
)
def test_nothing_is_chosen_that_the_browser_likes_less(
    names: list[str], thousandths: list[int]
) -> None:
    header = ", ".join(
        f"{name};q={weight / 1000:.3f}" for name, weight in zip(names, thousandths, strict=True)
    )
    weights = dict(zip(names, thousandths, strict=True))
    chosen = coding(header)
    assert weights[chosen] == max(weights.values()) or not any(weights.values())


@pytest.mark.parametrize(
    ("header", "has_it"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"abc" , "y"', True),
        ("*", True),
        (" * ", True),
        ('"abcd"', False),
        ("abc", False),
        ('"x", "y"', False),
        ('"abc', False),
        ("", False),
    ],
)
def test_a_browser_that_has_the_answer_says_so_by_its_tag(header: str, has_it: bool) -> None:
    assert is_known(header, '"abc"') == has_it
