"""The beginning of a long text: within its room, whole blocks, and never a heading over nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.texts.markup import clean, to_text
from hrsite.texts.shortening import beginning

BLOCK = st.one_of(
    st.text("ab &<é😀", max_size=300).map(
        lambda text: f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    ),
    st.sampled_from(
        ["<h2>Next</h2>", "<ul><li>one</li><li>two</li></ul>", "<blockquote><p>Q</p></blockquote>"]
    ),
)


@given(blocks=st.lists(BLOCK, max_size=12), most=st.integers(0, 2000))
def test_it_fits_its_room_and_is_where_the_text_begins(blocks: list[str], most: int) -> None:
    whole = clean("".join(blocks))
    part, is_cut = beginning(whole, most)
    assert len(part.encode()) <= most
    assert is_cut == (part != whole)
    assert clean(part) == part
    # A list item's text may lose its end; what is left of the words is how they began.
    said = to_text(part, width=10_000).replace(" …", "").split()
    assert to_text(whole, width=10_000).split()[: max(0, len(said) - 1)] == said[:-1]


def test_it_ends_with_a_whole_block_and_no_heading_over_nothing() -> None:
    html = "<p>" + "word " * 40 + "end.</p><h2>Next</h2><p>" + "word " * 100 + "end.</p>"
    part, _ = beginning(html, 300)
    assert part.endswith("end.</p>")
    assert beginning("<p>a</p>" * 9 + "<h2>Next</h2><p>b</p>", 90) == ("<p>a</p>" * 9, True)


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "word " * 5000 + "</p>",
        "<p>" + "日本語" * 5000 + "</p>",
        "<ul>" + "<li>one thing</li>" * 5000 + "</ul>",
        "<table><tbody>" + "<tr><td>a</td><td>b</td></tr>" * 5000 + "</tbody></table>",
        "<blockquote><p>" + "<strong>very </strong>much " * 2000 + "</p></blockquote>",
        "<p>First.</p><p>" + "word " * 5000 + "</p>",
    ],
)
def test_a_single_block_that_is_too_long_is_cut_within(html: str) -> None:
    part, is_cut = beginning(html, 3000)
    assert is_cut
    assert 400 < len(part.encode()) <= 3000


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert beginning("<p>Hello</p>", 12) == ("<p>Hello</p>", False)
