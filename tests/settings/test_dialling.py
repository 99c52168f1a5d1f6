"""Numbers that people write, and the links made of them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.settings import dialling


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("555-0100", "tel:5550100"),
        ("+1 (416) 555‑0100", "tel:+14165550100"),
        ("\u202a+1 416\u00a0555.0100\u202c", "tel:+14165550100"),
        ("４１６ ５５５ ０１００", "tel:4165550100"),
        ("911", "tel:911"),
        ("116 123", "tel:116123"),
        ("416 555 0100 ext. 22", "tel:4165550100;ext=22"),
        ("416 555 0100 x22", "tel:4165550100;ext=22"),
    ],
)
def test_a_number_is_dialled_as_it_is_meant(typed: str, link: str) -> None:
    assert dialling.call_url(typed) == link


def test_a_text_message_goes_to_the_number_without_its_extension() -> None:
    assert dialling.text_url("416 555 0100 ext 22") == "sms:4165550100"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1-800-NEW-HOPE", "in digits"),
        ("call me", "in digits"),
        ("5", "from 2 to 15"),
        ("1" * 16, "from 2 to 15"),
        ("12+34", "only at the start"),
        ("", "one number"),
        ("911; rm", "in digits"),
        ("911?body=x", "in digits"),
        ("911#", "one number"),
        ("javascript:alert(1)", "in digits"),
    ],
)
def test_what_no_phone_can_dial_is_refused_in_words(typed: str, words: str) -> None:
    with pytest.raises(dialling.BadNumber, match=words):
        dialling.dialled(typed)
    assert dialling.call_url(typed) == dialling.text_url(typed) == ""


@given(st.text(max_size=60))
def test_whatever_is_typed_a_link_is_plain_or_there_is_none(typed: str) -> None:
    assert re.fullmatch(r"(tel:\+?[0-9]{2,15}(;ext=[0-9]+)?)?", dialling.call_url(typed))
    assert re.fullmatch(r"(sms:\+?[0-9]{2,15})?", dialling.text_url(typed))


@given(st.text("0123456789", min_size=2, max_size=15), st.sampled_from(["-", " ", ".", "–"]))
def test_however_it_is_grouped_the_digits_stay(digits: str, gap: str) -> None:
    assert dialling.dialled(gap.join(digits)) == digits
