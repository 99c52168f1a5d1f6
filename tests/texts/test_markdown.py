"""The plain writing form: Markdown in, the same page out, and back again without a change."""

import pytest
from hypothesis import HealthCheck, given, settings

from hrsite.texts.markup import clean, from_markdown, to_markdown
from tests import markup_samples as samples

PAGE = """\
## Before tonight

Bring **water**, *something sweet* and [the list](https://a.example/list).
No need to be early.

1. Ask first
2. Go slow
   - half a dose
   - wait an hour

> You are not alone.

| what | where |
| --- | --- |
| kits | desk<br>or door |

![Two hands](/media/a-b_1.webp "Our *table*, Monday")"""


def test_a_page_of_markdown_becomes_the_page_that_was_meant() -> None:
    html = from_markdown(PAGE)
    assert "<h2>Before tonight</h2>" in html
    assert "<strong>water</strong>, <em>something sweet</em> and <a href=" in html
    assert "<ol><li>Ask first</li><li>Go slow<ul><li>half a dose</li><li>wait an hour</li>" in html
    assert "<blockquote><p>You are not alone.</p></blockquote>" in html
    assert "<thead><tr><th>what</th><th>where</th></tr></thead>" in html
    assert "<td>desk<br>or door</td>" in html
    assert html.endswith(
        '<figure><img src="/media/a-b_1.webp" alt="Two hands">'
        "<figcaption>Our <em>table</em>, Monday</figcaption></figure>"
    )


@given(samples.documents)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_page_shown_as_markdown_and_saved_again_is_the_same_page(html: str) -> None:
    page = clean(html)
    assert from_markdown(to_markdown(page)) == page


@pytest.mark.parametrize(
    "words",
    [
        "# not a heading",
        "1. not a list",
        "2) not one",
        "- nor this",
        "+ nor this",
        "> no quote",
        "*no* _marks_ **here** __or__ here",
        "a | b",
        "--- | ---",
        "===",
        "```",
        "~~~",
        "<b>shown</b> <https://a.example>",
        "[no](/link) ![no](/picture)",
        "[no]: /reference",
        "&copy; &#65; & so on",
        "back\\slash \\* \\",
        "2 * 3 * 4 = 24_000",
        "wow! [yes]",
        "“Straight on,”\u00a0she said – 10\u202fmg",
    ],
)
@pytest.mark.parametrize(
    "page", ["<p>{}</p>", "<p>a<br>{}</p>", "<h2>{}</h2>", "<ul><li>{}</li><li>b</li></ul>"]
)
def test_words_that_look_like_markdown_stay_words(words: str, page: str) -> None:
    html = clean(page.format(words.replace("&", "&amp;").replace("<", "&lt;")))
    assert "&lt;" in html or "<" not in words
    assert from_markdown(to_markdown(html)) == html


def test_what_she_types_is_what_she_sees_again() -> None:
    assert to_markdown("<p>Plain words, dots... and 'quotes'.</p>") == (
        "Plain words, dots... and 'quotes'."
    )
    assert to_markdown("<h2>A</h2><p><b>b</b> <i>c</i></p><ul><li>d<li>e</ul>") == (
        "## A\n\n**b** _c_\n\n- d\n- e"
    )
    assert to_markdown('<p><a href="/posts/1">a</a></p>') == "[a](/posts/1)"


def test_emphasis_inside_a_word_or_round_quotes_survives() -> None:
    for html in ("<p>un<em>believ</em>able</p>", "<p>say<strong>“no”</strong>now</p>"):
        assert from_markdown(to_markdown(html)) == html


def test_signs_that_touch_markup_stay_signs() -> None:
    for html in ('<p>wow!<a href="/x">a</a></p>', "<h2>We are #</h2>", "<h3>C # #</h3>"):
        assert from_markdown(to_markdown(html)) == html


def test_two_lists_in_a_row_stay_two() -> None:
    html = "<ol><li>a</li></ol><ol><li>b</li></ol><ul><li>c</li></ul><ul><li>d</li></ul>"
    assert from_markdown(to_markdown(html)) == html


def test_joined_cells_are_the_one_thing_markdown_cannot_keep() -> None:
    html = "<table><tr><td colspan=2>a<td>b<tr><td>c<td>d<td>e</table>"
    assert from_markdown(to_markdown(html)) == (
        "<table><tbody><tr><td>a</td><td></td><td>b</td></tr>"
        "<tr><td>c</td><td>d</td><td>e</td></tr></tbody></table>"
    )


def test_html_typed_into_markdown_is_shown_and_never_run() -> None:
    assert from_markdown("<script>alert(1)</script>") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    )
    assert from_markdown("[a](javascript:alert(1)) ![b](https://a.example/b.png)") == "<p>a</p>"


@pytest.mark.parametrize("attack", samples.ATTACKS)
def test_an_attack_in_markdown_ends_as_words(attack: str) -> None:
    html = from_markdown(f"{attack}\n\n- {attack}\n\n![{attack}](/media/a.webp '{attack}')")
    assert clean(html) == html
    assert "<script" not in html
    assert " onerror=alert(1)>" not in html
