"""A title becomes the last part of an address: one that works, and that nothing else has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.slugs import LONGEST_SLUG, is_slug_shaped, slug_of


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Small steps, kept", "small-steps-kept"),
        ("  Ça va ? — Été  ", "ca-va-ete"),
        ("What's in the bag?", "what-s-in-the-bag"),
        ("Привет, мир", "privet-mir"),
        ("🙂🙂", "post"),
        ("", "post"),
    ],
)
def test_a_title_becomes_readable_in_an_address(title: str, slug: str) -> None:
    assert slug_of(title, set(), "post") == slug


def test_a_taken_address_gets_the_next_free_number() -> None:
    assert slug_of("Steps", {"steps", "steps-2"}, "post") == "steps-3"
    assert slug_of("Steps", {"steps", "steps-3"}, "post") == "steps-2"
    assert slug_of("🙂", {"post"}, "post") == "post-2"


def test_a_long_title_is_cut_between_words() -> None:
    slug = slug_of("word " * 60, set(), "post")
    assert len(slug) <= LONGEST_SLUG
    assert set(slug.split("-")) == {"word"}


@given(title=st.text(max_size=300), taken=st.sets(st.from_regex(r"post(-[2-5])?", fullmatch=True)))
def test_any_title_at_all_gets_a_good_address_that_is_free(title: str, taken: set[str]) -> None:
    slug = slug_of(title, taken, "post")
    assert is_slug_shaped(slug)
    assert slug not in taken


@pytest.mark.parametrize(
    "text", ["", "-", "a-", "-a", "a--b", "A", "a b", "a/b", "é", "a\n", "~draft", "a" * 121, "٣"]
)
def test_nonsense_is_seen_by_its_shape(text: str) -> None:
    assert not is_slug_shaped(text)
