"""Which article somebody may have meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.posts.resembling import nearest

SLUGS = [
    "carrying-naloxone",
    "small-steps-kept",
    "sleep-comes-back-in-pieces",
    "checking-your-drugs",
]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("carrying-naloxne", "carrying-naloxone"),
        ("Carrying_Naloxone", "carrying-naloxone"),
        ("naloxone", "carrying-naloxone"),
        ("small-stpes-kept", "small-steps-kept"),
        ("small-steps", "small-steps-kept"),
        ("small-steps-kept-2", "small-steps-kept"),
        ("sleep-comes-back", "sleep-comes-back-in-pieces"),
    ],
)
def test_a_letter_wrong_or_a_word_too_few_is_forgiven(wanted: str, meant: str) -> None:
    assert nearest(wanted, SLUGS)[:1] == [meant]


@pytest.mark.parametrize(
    "wanted", ["", "x", "wp-login.php", "index.html", "aaaa" * 1000, "🌱🌱🌱🌱"]
)
def test_nothing_is_guessed_from_nothing(wanted: str) -> None:
    assert nearest(wanted, SLUGS) == []


@given(st.text(max_size=300), st.lists(st.text(max_size=50), max_size=20))
def test_any_address_is_looked_at(wanted: str, slugs: list[str]) -> None:
    found = nearest(wanted, slugs)
    assert len(found) <= 3
    assert set(found) <= set(slugs)
