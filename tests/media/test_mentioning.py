"""Pictures in texts: found in each way they are written, and nothing else is touched."""

from hypothesis import given
from hypothesis import strategies as st

from hrsite.media import mentioning
from hrsite.texts.markdown import from_markdown, to_markdown
from hrsite.texts.markup import clean

ONE, OTHER, NEW = "a" * 21 + "-", "_" * 22, "n" * 22


def shown(name: str, alt: str = "Cups") -> str:
    return f'<img src="/media/{name}.webp" alt="{alt}">'


def figure(name: str, caption: str = "") -> str:
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{shown(name)}{below}</figure>"


def test_names_are_found_in_every_width_and_in_markdown() -> None:
    text = f'![Cups](/media/{ONE}.webp) {{"body": "/media/{OTHER}-640.jpg"}} /media/short.webp'
    assert mentioning.named_in(text) == {ONE, OTHER}


def test_a_new_name_stands_in_the_place_of_every_old_one() -> None:
    text = f"<p>a</p>{shown(ONE)}{shown(OTHER)}"
    assert mentioning.renamed(text, {ONE}, NEW) == f"<p>a</p>{shown(NEW)}{shown(OTHER)}"
    assert mentioning.renamed(f"![x](/media/{ONE}-small.webp)", {ONE}, NEW) == (
        f"![x](/media/{NEW}.webp)"
    )


def test_a_description_changes_where_it_said_the_same_or_nothing() -> None:
    html = shown(ONE) + shown(ONE, "") + shown(ONE, "Mine &amp; own") + shown(OTHER)
    assert mentioning.redescribed(html, {ONE}, "Cups", 'A "red" <cup>') == (
        shown(ONE, "A &quot;red&quot; &lt;cup&gt;") * 2
        + shown(ONE, "Mine &amp; own")
        + shown(OTHER)
    )
    assert mentioning.words_in(html, {ONE}) == ["Cups", "", "Mine & own"]


def test_taken_out_with_its_figure_and_not_with_its_neighbours() -> None:
    html = f"<p>Before.</p>{figure(ONE, 'Tea.')}{figure(OTHER, 'More.')}<p>After {shown(ONE)}.</p>"
    left = mentioning.without(html, {ONE})
    assert left == f"<p>Before.</p>{figure(OTHER, 'More.')}<p>After .</p>"


def test_taken_out_of_markdown_too() -> None:
    text = to_markdown(clean(f"<p>Before.</p>{figure(ONE, 'Tea (hot).')}<p>After.</p>"))
    left = from_markdown(mentioning.without(text, {ONE}))
    assert left == "<p>Before.</p><p>After.</p>"


PIECES = st.sampled_from(
    ["<p>A word.</p>", figure(ONE), figure(ONE, "Tea."), figure(OTHER), f"<p>x{shown(ONE)}</p>"]
)


@given(st.lists(PIECES).map("".join))
def test_whatever_the_text_it_names_it_no_more_and_all_else_stays(html: str) -> None:
    left = mentioning.without(html, {ONE})
    assert ONE not in left
    assert left.count(OTHER) == html.count(OTHER)
    assert left.count("<p>") == html.count("<p>")
    assert mentioning.renamed(html, {ONE}, NEW).count(NEW) == html.count(ONE)
    assert clean(clean(left)) == clean(left)
