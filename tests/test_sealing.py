"""Sealed addresses: they open again with their key, with no other, and never after a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.sealing import NONCE_OCTETS, BrokenSeal, Seal

SEAL = Seal("one key for these tests, and long enough")
OTHER = Seal("another key for these tests, also long")
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(text=TEXT)
def test_what_was_sealed_opens_again(text: str) -> None:
    assert SEAL.open(SEAL.close(text)) == text


def test_nothing_of_the_text_shows_and_no_two_seals_are_alike() -> None:
    one, two = SEAL.close("reader@example.org"), SEAL.close("reader@example.org")
    assert one != two
    assert one[1 : 1 + NONCE_OCTETS] != two[1 : 1 + NONCE_OCTETS]
    assert b"reader" not in one
    assert b"example" not in one


def test_another_key_opens_nothing() -> None:
    with pytest.raises(BrokenSeal, match="another key"):
        OTHER.open(SEAL.close("reader@example.org"))


@given(place=st.integers(0, 46), mask=st.integers(1, 255))
def test_one_changed_octet_is_noticed(place: int, mask: int) -> None:
    sealed = bytearray(SEAL.close("reader@example.org"))
    assert len(sealed) == 47
    sealed[place] ^= mask
    with pytest.raises(BrokenSeal):
        SEAL.open(bytes(sealed))


@given(octets=st.binary(max_size=60))
def test_anything_that_was_never_sealed_is_refused(octets: bytes) -> None:
    with pytest.raises(BrokenSeal):
        SEAL.open(octets)
    with pytest.raises(BrokenSeal):
        SEAL.open(b"\x01" + octets)


def test_a_text_is_found_again_by_its_hash_under_the_same_key_alone() -> None:
    found = SEAL.keyed_hash("reader@example.org")
    assert found == Seal("one key for these tests, and long enough").keyed_hash(
        "reader@example.org"
    )
    assert len(found) == 64
    assert found != OTHER.keyed_hash("reader@example.org")
    assert found != SEAL.keyed_hash("reader@example.com")


def test_with_several_keys_the_newest_seals_and_all_of_them_open() -> None:
    first, second = "one key for these tests, and long enough", "a second key for them, as long"
    old, new = Seal(first), Seal(f"{first}\n{second}")
    assert new.open(old.close("reader@example.org")) == "reader@example.org"
    with pytest.raises(BrokenSeal):
        old.open(new.close("reader@example.org"))
    assert (old.depth, new.depth) == (1, 2)


def test_a_hash_goes_through_a_later_key_without_its_text() -> None:
    first, second = "one key for these tests, and long enough", "a second key for them, as long"
    old, new = Seal(first), Seal(f"{first}\n{second}")
    assert new.lift(old.keyed_hash("a"), 1) == new.keyed_hash("a")
    # Neither of the two keys alone makes it.
    assert new.keyed_hash("a") not in (old.keyed_hash("a"), Seal(second).keyed_hash("a"))
    assert new.mark(1) == old.mark() != new.mark()
