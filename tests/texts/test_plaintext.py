"""The plain part of a letter says what the page says, in lines any screen can show."""

from html import escape

from hypothesis import given, settings

from hrsite.texts.markup import clean, to_text
from tests import markup_samples as samples

LETTER = (
    "<h2>Tonight’s group</h2>"
    "<p>We meet at the <strong>back door</strong>, not the front one, because the street is being "
    'dug up. <a href="/notices/7">All the details</a> are on the site.</p>'
    "<h3>Bring</h3><ul><li>water<ul><li>cold</li></ul></li><li>a friend</li></ul>"
    "<ol><li>Ring</li><li>Wait</li></ol>"
    "<blockquote><p>Come as you are.</p><p>Leave when you like.</p></blockquote>"
    '<figure><img src="/media/a.webp" alt="A door"><figcaption>Our door</figcaption></figure>'
    '<p><img src="/media/b.webp" alt=""> <a href="mailto:jo@a.example">jo@a.example</a></p><hr>'
    "<table><tr><th>day<th>time<tr><td>Monday<td>6 pm<tr><td>Friday<td>7 pm</table>"
)


def test_a_letter_reads_well_as_plain_text() -> None:
    assert to_text(LETTER, base_url="https://our.example") == (
        "Tonight’s group\n"
        "===============\n\n"
        "We meet at the back door, not the front one, because the street is being\n"
        "dug up. All the details (https://our.example/notices/7) are on the site.\n\n"
        "Bring\n-----\n\n"
        "- water\n  - cold\n- a friend\n\n"
        "1. Ring\n2. Wait\n\n"
        "> Come as you are.\n>\n> Leave when you like.\n\n"
        "[Picture: A door]\nOur door\n\n"
        "jo@a.example\n\n"
        "* * *\n\n"
        "day: Monday\ntime: 6 pm\n\nday: Friday\ntime: 7 pm\n"
    )


def test_an_address_is_never_broken_and_every_link_is_kept() -> None:
    long = "https://a.example/" + "very-long/" * 20
    text = to_text(f'<p>{"word " * 13}<a href="{long}">see here</a> and more words</p>')
    assert f"({long})" in text
    assert all(len(line) <= 72 or long in line for line in text.split("\n"))


def test_a_link_whose_words_are_its_address_is_written_once() -> None:
    assert to_text('<a href="https://a.example/">https://a.example/</a>') == "https://a.example/\n"
    assert to_text('<a href="tel:+14165550100">Call</a>') == "Call (+14165550100)\n"


def test_a_table_without_a_head_keeps_its_rows() -> None:
    assert to_text("<table><tr><td>a<td>b<tr><td>c<td>d</table>") == "a | b\nc | d\n"


def test_nothing_to_say_is_nothing() -> None:
    assert to_text("<p> </p>") == ""


@given(samples.documents)
@settings(deadline=None)
def test_the_plain_part_has_no_holes_and_ends_with_one_line_end(html: str) -> None:
    text = to_text(html)
    assert "\n\n\n" not in text
    assert text == text.rstrip() + "\n" or text == ""


@given(samples.words)
def test_words_come_through_as_they_were_written(words: str) -> None:
    kept = " ".join(words.split()) if words.strip() else ""
    text = to_text(clean(f"<p>{escape(words)}</p>"), width=1000)
    assert " ".join(text.split()) == kept
