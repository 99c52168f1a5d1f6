"""The author's text: nothing harmful stays, nothing meant is lost, whatever it was pasted from."""

import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrsite.texts.htmltree import BLOCKS, Element, read
from hrsite.texts.markup import (
    absolute_links,
    clean,
    kept_clean,
    reading_minutes,
    tidy_text,
    word_count,
)
from tests import markup_samples as samples

HARMLESS_ATTRIBUTES = {"href", "rel", "src", "alt", "colspan", "rowspan", "scope"}


class Seen(HTMLParser):
    """What a browser would act on: tags, attributes, addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def assert_harmless(html: str) -> None:
    seen = Seen(html)
    assert not seen.tags & {"script", "style", "svg", "math", "iframe", "object", "embed", "form"}
    assert seen.attributes <= HARMLESS_ATTRIBUTES
    for address in seen.addresses:
        assert re.match(r"https?://[^/]|mailto:|tel:|/(?![/\\])", address), address


@pytest.mark.parametrize("attack", samples.ATTACKS)
def test_nothing_executable_is_left_of_an_attack(attack: str) -> None:
    for html in (attack, f"<p>{attack}</p>", f"<ul><li>{attack}", f"<table><tr><td>a<td>{attack}"):
        cleaned = clean(html)
        assert_harmless(cleaned)
        markup_alone = re.sub(r'alt="[^"]*"', "", cleaned).lower()
        assert not re.search(r"<script|\son\w+\s*=|javascript:|data:|style", markup_alone), cleaned


@given(samples.soup)
@settings(deadline=None)
def test_no_mixture_of_attacks_gets_through(html: str) -> None:
    assert_harmless(clean(html))


@given(st.one_of(samples.soup, samples.documents, st.text()))
@settings(deadline=None)
def test_cleaning_what_is_clean_changes_nothing(html: str) -> None:
    assert clean(clean(html)) == clean(html)


@given(st.one_of(samples.soup, samples.documents, st.text()))
@settings(deadline=None)
def test_what_was_stored_is_as_harmless_as_what_is_cleaned(html: str) -> None:
    assert_harmless(kept_clean(html))
    assert clean(kept_clean(html)) == clean(html)
    assert kept_clean(clean(html)) == clean(html)


@pytest.mark.parametrize(
    "odd",
    [
        '<p><a href="/x" rel="noopener noreferrer">a</a></p>',
        '<p><a href="https://b.example/">b</a></p>',
        '<p><a href="//b.example/" rel="noopener noreferrer">b</a></p>',
        "<p><a>b</a></p>",
        '<figure><img src="https://b.example/media/a.webp" alt="a"></figure>',
        '<figure><img src="/media/../a.webp" alt="a"></figure>',
        '<figure><img alt="a" src="/media/a.webp"></figure>',
        '<figure><img src="/media/a.webp"></figure>',
        "<p>a<script>b</script></p>",
    ],
)
def test_stored_text_that_is_not_clean_is_cleaned_when_it_is_shown(odd: str) -> None:
    assert kept_clean(odd) == clean(odd) != odd


@given(st.one_of(samples.soup, samples.documents, st.text()))
@settings(deadline=None)
def test_words_are_counted_as_they_stand_in_the_blocks(html: str) -> None:
    def spaced(element: Element) -> str:
        return "".join(
            child if isinstance(child, str)
            else f" {spaced(child)} " if child.tag in {*BLOCKS, "br"}
            else spaced(child)
            for child in element.children
        )  # fmt: skip

    cleaned = clean(html)
    assert word_count(cleaned) == word_count(escape(spaced(read(cleaned)), quote=False))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<h1>A</h1><h4>B</h4>", "<h2>A</h2><h3>B</h3>"),
        ("<b>a</b> <i>b</i>", "<p><strong>a</strong> <em>b</em></p>"),
        ("<strong>a</strong><strong> b</strong>", "<p><strong>a b</strong></p>"),
        ("a<strong> b </strong>c", "<p>a <strong>b</strong> c</p>"),
        ("<strong>a<em>b</strong>c</em>", "<p><strong>a<em>b</em></strong>c</p>"),
        ("<div>one</div><div>two</div>", "<p>one</p><p>two</p>"),
        ("one<br><br>two<br>three<br>", "<p>one</p><p>two<br>three</p>"),
        ("<p>a</p><p>&nbsp;</p><p></p><p>b</p>", "<p>a</p><p>b</p>"),
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<ul><li><p>a</p></li></ul>", "<ul><li>a</li></ul>"),
        (
            "<ol><li>a</li><ol><li>b</li></ol></ol>",
            "<ol><li>a<ol><li>b</li></ol></li></ol>",
        ),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p></blockquote>"),
        ("<pre>a\nb</pre>", "<p>a<br>b</p>"),
        ("a<hr>b", "<p>a</p><hr><p>b</p>"),
        ("<table><tr><td><p>a</p><p>b</p></table>", "<p>a</p><p>b</p>"),
        (
            "<table><caption>C</caption><tr><th scope=col>a<td colspan=2>b<br>c</table>",
            '<p>C</p><table><tbody><tr><th scope="col">a</th><td colspan="2">b<br>c</td></tr>'
            "</tbody></table>",
        ),
        ("a < b & c > d", "<p>a &lt; b &amp; c &gt; d</p>"),
    ],
)
def test_what_was_meant_is_kept(written: str, kept: str) -> None:
    assert clean(written) == kept


def test_letters_and_signs_of_all_languages_stay() -> None:
    said = "“Où\u00a0?” – «\u202foui\u202f» 10\u00a0mg, naïve, 日本, 👋🏽"
    assert clean(f"<p>{said}</p>") == f"<p>{said}</p>"


def test_a_link_to_another_site_tells_it_nothing_of_us() -> None:
    assert clean('<a href="HTTPS://a.example/é?x=1&copy=2">a</a>') == (
        '<p><a href="https://a.example/%C3%A9?x=1&amp;copy=2" rel="noopener noreferrer">a</a></p>'
    )
    assert clean('<a href="/posts/1">a</a>') == '<p><a href="/posts/1">a</a></p>'
    assert clean('<a href="tel:+14165550100">a</a>') == '<p><a href="tel:+14165550100">a</a></p>'


def test_an_address_pasted_over_two_lines_or_in_capitals_still_works() -> None:
    assert 'href="https://a.example/path"' in clean('<A HREF="https://a.exam\nple/pa\tth">a</A>')


@pytest.mark.parametrize(
    "href", ["//a.example", "/\\a.example", "a/b", "#a", "https://", "ftp://a"]
)
def test_a_link_that_leads_nowhere_good_keeps_its_words_only(href: str) -> None:
    assert clean(f'<a href="{href}">words</a>') == "<p>words</p>"


def test_only_our_own_pictures_with_an_alt_text_are_shown() -> None:
    ours = '<img src="/media/a_b-1.webp" alt="A hand">'
    assert clean(ours) == f"<figure>{ours}</figure>"
    assert clean(f"see {ours}") == f"<p>see {ours}</p>"
    assert clean('<img src="/media/a.webp">') == ""
    assert clean('<img src="/media/../a.webp" alt="a">') == ""
    assert clean('<img src="https://a.example/media/a.webp" alt="a">') == ""


def test_a_figure_without_a_picture_we_may_show_leaves_its_caption_as_words() -> None:
    figure = '<figure><img src="{}" alt="a"><figcaption>Words</figcaption></figure>'
    assert clean(figure.format("/media/a.webp")) == figure.format("/media/a.webp")
    assert clean(figure.format("https://a.example/a.png")) == "<p>Words</p>"


@pytest.mark.parametrize("piece", ["<div>", "<blockquote>", "<ul><li>", "<b>", "<table><tr><td>"])
def test_ten_thousand_tags_inside_each_other_keep_their_words(piece: str) -> None:
    assert word_count(clean(piece * 10_000 + "help" + "</b></div>" * 10_000)) == 1


def test_a_word_of_a_megabyte_is_kept_whole() -> None:
    assert clean("a" * 1_000_000) == f"<p>{'a' * 1_000_000}</p>"


def test_text_is_made_fit_for_every_database_and_page() -> None:
    assert tidy_text("a\x00b\x07c\r\nd\re\tf") == "abc\nd\ne\tf"
    assert tidy_text("\ud800x") == "\ufffdx"
    assert tidy_text("e\u0301") == "\u00e9"
    assert tidy_text("\u202eabc") == "abc"
    assert clean("<p>a&#0;\x00\ud800b</p>") == "<p>a\ufffd\ufffdb</p>"


@given(st.text())
def test_tidy_text_can_be_stored_and_is_tidy_for_good(text: str) -> None:
    tidy = tidy_text(text)
    assert tidy.encode("utf-8").decode("utf-8") == tidy
    assert "\x00" not in tidy
    assert tidy_text(tidy) == tidy


def test_in_letters_our_own_links_and_pictures_name_our_host() -> None:
    html = (
        '<p>href="/x" <a href="/posts/1">a</a> <a href="https://b.example/">b</a> '
        '<img src="/media/a.webp" alt="&lt;a href=&quot;/y"></p>'
    )
    absolute = absolute_links(html, "https://our.example")
    assert Seen(absolute).addresses == [
        "https://our.example/posts/1",
        "https://b.example/",
        "https://our.example/media/a.webp",
    ]
    assert 'href="/x" ' in absolute
    assert "/y" in absolute
    assert "our.example/y" not in absolute


def test_words_and_minutes_are_counted_as_a_reader_reads() -> None:
    assert word_count("<h2>Don’t rush</h2><p>One<br>two <strong>th</strong>ree 3.5</p>") == 6
    assert word_count("<p>a</p><p>b</p>") == 2
    assert reading_minutes("") == 1
    assert reading_minutes(f"<p>{'word ' * 1_150}</p>") == 5
