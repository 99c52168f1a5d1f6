"""An email address is checked by its form, compared by its key, and shown masked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite import addresses
from hrsite.addresses import BadAddress, check, mask, wire_form

LOCALS = st.from_regex(re.compile(r"[A-Za-z0-9+_-]{1,20}(\.[A-Za-z0-9]{1,9})?"), fullmatch=True)
DOMAINS = st.sampled_from(
    ["example.org", "Example.ORG", "faß.de", "bücher.example", "日本.jp", "a-b.co.uk"]
)


def sentence(text: str) -> str:
    """What the person is told about this text."""
    with pytest.raises(BadAddress) as caught:
        check(text)
    return str(caught.value)


def test_a_german_domain_keeps_its_own_name() -> None:
    address = check("b@faß.de")
    assert address.typed == "b@faß.de"
    assert address.wire == "b@xn--fa-hia.de"
    assert address.wire != "b@fass.de"


def test_letter_case_does_not_make_a_second_reader() -> None:
    typed = check("Jo.Doe@Example.ORG")
    assert typed.key == check("jo.doe@example.org").key
    assert typed.typed == "Jo.Doe@Example.ORG"
    assert typed.wire == "Jo.Doe@example.org"


def test_plus_tags_and_dots_are_different_addresses() -> None:
    keys = {check(text).key for text in ("jo@a.org", "jo+x@a.org", "j.o@a.org")}
    assert len(keys) == 3


def test_both_spellings_of_an_international_domain_are_one_address() -> None:
    assert check("a@bu\u0308cher.example").key == check("A@xn--bcher-kva.EXAMPLE").key


def test_an_address_is_kept_in_one_spelling_of_its_letters() -> None:
    assert check("a@bu\u0308cher.example").typed == "a@bücher.example"


def test_spaces_pasted_around_an_address_are_taken_off() -> None:
    assert check(" \u00a0jo@example.org\u200b\t").typed == "jo@example.org"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", addresses.EMPTY),
        ("  ", addresses.EMPTY),
        ("jo", addresses.NO_AT),
        ("jo@@example.org", addresses.TWO_AT),
        ("jo doe@example.org", addresses.SPACE),
        ("Jo <jo@example.org>", addresses.BRACKETS),
        ("jö@example.org", addresses.NOT_ASCII),
        ("jo\x00@example.org", addresses.HIDDEN),
        ("jo@example.org\r\nBcc: all@example.org", addresses.HIDDEN),
        ("jo@example.org\n", addresses.HIDDEN),
        ("jo\ud800@example.org", addresses.HIDDEN),
        ("\u202ejo@example.org", addresses.HIDDEN),
        ("jo@example", addresses.UNCLEAR),
        ("jo..doe@example.org", addresses.UNCLEAR),
        ("jo@-example.org", addresses.UNCLEAR),
        ("jo@xn--a.org", addresses.UNCLEAR),
        ("jo@[127.0.0.1]", addresses.UNCLEAR),
        ("a" * 65 + "@example.org", addresses.UNCLEAR),
        ("a@" + ("b" * 60 + ".") * 5 + "org", addresses.TOO_LONG),
        ("@" * 1_000_000, addresses.TOO_LONG),
        ("é" * 1_000_000, addresses.TOO_LONG),
    ],
)
def test_each_mistake_has_its_own_sentence(text: str, said: str) -> None:
    assert sentence(text) == said


@given(local=LOCALS, domain=DOMAINS)
def test_every_spelling_of_an_address_has_the_same_key(local: str, domain: str) -> None:
    address = check(f"{local}@{domain}")
    assert address.wire.isascii()
    assert check(address.typed) == address
    assert check(address.wire).key == check(address.key).key == address.key
    assert wire_form(address.typed).casefold() == address.key


@given(st.text(max_size=300) | st.text(alphabet="a@.<>\r\n\x00\ud800é- \"'[]", max_size=40))
def test_any_text_is_an_address_or_a_sentence(text: str) -> None:
    said = ""
    wire = ""
    try:
        wire = check(text).wire
    except BadAddress as trouble:
        said = str(trouble)
    assert said.endswith(".") or re.fullmatch(r"[!-~]{1,64}@[a-z0-9.-]+", wire)
    assert len(wire) <= 254


@given(st.text(max_size=40) | st.text(alphabet="a@.<>\r\n\x00\ud800é- \"'[]", max_size=40))
def test_the_wire_form_is_ascii_or_refused(text: str) -> None:
    try:
        wire = wire_form(text)
    except BadAddress:
        return
    assert re.fullmatch(r"[!-~]+@[A-Za-z0-9.-]+", wire)


def test_our_own_sender_may_live_on_this_machine() -> None:
    assert wire_form("coach@localhost") == "coach@localhost"
    assert wire_form("coach@faß.de") == "coach@xn--fa-hia.de"


@pytest.mark.parametrize(
    "text", ["jö@example.org", "a b@c.org", "a@", "@b.org", "a@b@\ud800", "a@b,c@d.org"]
)
def test_what_cannot_go_on_the_wire_is_refused(text: str) -> None:
    with pytest.raises(BadAddress):
        wire_form(text)


def test_a_masked_address_does_not_tell_how_long_the_name_is() -> None:
    assert mask("j@example.org") == mask("jordan.lee@example.org") == "j•••@example.org"


@pytest.mark.parametrize("text", ["", "jo", "@b.org", "jo@", "jo\n@b.org", "x" * 2000 + "@b.org"])
def test_what_is_no_address_is_masked_whole(text: str) -> None:
    assert mask(text) == "•••"
