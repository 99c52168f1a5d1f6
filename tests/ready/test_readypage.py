"""A ready page's forms and tags, and the shelf that holds so many octets and no more."""

import zlib

import brotli
from hypothesis import given
from hypothesis import strategies as st

from hrsite.ready.readypage import ReadyPage, Shelf

HTML = [("Content-Type", "text/html; charset=utf-8"), ("ETag", '"old"'), ("Date", "old")]
WORDS = b"Words that say much the same as the words before. " * 40


def page(body: bytes = WORDS, kind: str = "text/html; charset=utf-8") -> ReadyPage:
    return ReadyPage([("Content-Type", kind)], body, until=1.0)


def test_every_form_holds_the_same_words_under_a_tag_of_its_own() -> None:
    made = page()
    forms = {coding: made.make(coding) for coding in ("gzip", "br")} | made.forms
    assert zlib.decompress(forms["gzip"].body[0], 31) == WORDS
    assert brotli.decompress(forms["br"].body[0]) == WORDS
    assert forms["identity"].body == [WORDS]
    assert len({form.tag for form in forms.values()}) == 3
    for coding, form in forms.items():
        said = dict(form.headers)
        assert said["ETag"] == form.tag
        assert said["Content-Length"] == str(len(form.body[0]))
        assert said.get("Content-Encoding", "identity") == coding
        assert said["Vary"] == "Accept-Encoding"


def test_the_same_words_have_the_same_bytes_and_tags_in_every_process() -> None:
    for coding in ("gzip", "br"):
        assert page().make(coding) == page().make(coding)


def test_what_the_view_said_of_other_bytes_is_not_repeated() -> None:
    said = dict(ReadyPage(HTML, WORDS, until=1.0).forms["identity"].headers)
    assert said["ETag"] != '"old"'
    assert "Date" not in said


def test_who_has_the_page_is_told_only_whether_it_still_holds() -> None:
    policies = [
        ("Content-Security-Policy", "default-src 'none'"),
        ("Referrer-Policy", "no-referrer"),
    ]
    said = [*HTML, *policies, ("Cache-Control", "no-cache")]
    names = {name for name, _ in ReadyPage(said, WORDS, until=1.0).make("br").known_headers}
    assert names == {"ETag", "Vary", "Cache-Control", "Content-Security-Policy"}


def test_another_policy_reaches_browsers_that_have_the_same_words() -> None:
    tags = {
        ReadyPage([*HTML, ("Referrer-Policy", words)], WORDS, until=1.0).make("br").tag
        for words in ("no-referrer", "same-origin")
    }
    assert len(tags) == 2


def test_what_would_not_get_smaller_stays_as_it_is() -> None:
    short, font = page(b"short"), page(WORDS, "font/woff2")
    for made in (short, font):
        assert made.make("br") is made.forms["identity"]
        assert "Vary" not in dict(made.forms["identity"].headers)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 80)), max_size=40))
def test_the_shelf_never_holds_more_than_it_may(puts: list[tuple[str, int]]) -> None:
    shelf = Shelf(100)
    for address, length in puts:
        shelf.put(address, page(b"x" * length), lambda: True)
        assert shelf.size <= 100
        assert (shelf.get(address) is not None) == (length + 1 <= 100)


def test_what_nobody_has_asked_for_the_longest_goes_first() -> None:
    shelf = Shelf(33)
    for address in "abc":
        shelf.put(address, page(b"0123456789"), lambda: True)
    shelf.get("a")
    shelf.put("d", page(b"0123456789"), lambda: True)
    assert [address for address in "abcd" if shelf.get(address)] == ["a", "c", "d"]


def test_a_page_that_grew_a_form_takes_more_room() -> None:
    shelf, made = Shelf(10_000), page()
    shelf.put("a", made, lambda: True)
    before = shelf.size
    grown = len(made.make("gzip").body[0])
    shelf.put("a", made, lambda: True)
    assert shelf.size == before + grown
    shelf.clear()
    assert (shelf.size, len(shelf)) == (0, 0)


def test_an_old_page_is_not_put_there() -> None:
    shelf = Shelf(10_000)
    shelf.put("a", page(), lambda: False)
    assert shelf.get("a") is None
