"""Two texts beside each other: nothing of either is lost, and what is said to differ does."""

from hypothesis import given
from hypothesis import strategies as st

from hrsite.posts import comparing
from hrsite.posts.comparing import Line, Piece
from hrsite.posts.revising import Words

LINES = st.lists(
    st.lists(st.sampled_from(["two", "doses", "a", "spare", "kit", "é", "👋🏽"]), max_size=6).map(
        " ".join
    ),
    max_size=12,
)


def told(lines: list[Line], without: str) -> list[str]:
    """One of the two texts, read out of the comparison; None stands for lines left out."""
    read = []
    for line in lines:
        read += ["…"] * line.skipped_count
        left = [piece.text for piece in line.pieces if piece.kind != without]
        if left or not line.pieces and not line.skipped_count:
            read.append("".join(left))
    return read


def agrees(read: list[str], text: list[str]) -> bool:
    """Is it that text, where lines that are the same in both may be left out?"""
    pairs = zip(read, text, strict=False)
    return len(read) == len(text) and all(one in (other, "…") for one, other in pairs)


@given(LINES, LINES)
def test_both_texts_can_be_read_out_of_it(old: list[str], new: list[str]) -> None:
    lines = comparing.compare(old, new)

    assert agrees(told(lines, without="new"), old)
    assert agrees(told(lines, without="gone"), new)


@given(LINES)
def test_a_text_is_the_same_as_itself(text: list[str]) -> None:
    lines = comparing.compare(text, text)
    assert comparing.is_same(lines)
    assert sum(line.skipped_count for line in lines) == len(text)


def test_one_word_is_told_and_not_the_whole_paragraph() -> None:
    lines = comparing.compare(["Carry two doses, always."], ["Carry three doses, always."])

    assert lines == [
        Line(
            (
                Piece("same", "Carry "),
                Piece("gone", "two"),
                Piece("new", "three"),
                Piece("same", " doses, always."),
            )
        )
    ]


def test_paragraphs_with_nothing_in_common_stand_one_after_the_other() -> None:
    lines = comparing.compare(["Carry two doses."], ["The group meets online on Thursday."])
    assert [line.kind for line in lines] == ["gone", "new"]


def test_a_changed_line_is_found_beside_one_that_is_gone() -> None:
    old = ["Summary: how it goes", "Carry two doses, always."]
    lines = comparing.compare(old, ["Carry three doses, always."])
    assert [line.kind for line in lines] == ["gone", "changed"]


def test_a_long_text_with_one_change_is_folded() -> None:
    old = [f"Paragraph {n}." for n in range(100)]
    new = [*old[:50], "One more.", *old[50:]]

    lines = comparing.compare(old, new)

    assert [line.skipped_count for line in lines] == [49, 0, 0, 0, 49]
    assert lines[2].kind == "new"


def test_a_text_rewritten_from_end_to_end_is_compared() -> None:
    old, new = ([f"{word} {n} {word}" for n in range(3000)] for word in ("was", "is"))
    assert len(comparing.compare(old, new)) >= 3000


def test_two_hundred_thousand_short_lines_are_compared() -> None:
    old, new = ["a"] * 200_000, ["a"] * 199_999 + ["b"]
    assert [line.kind for line in comparing.compare(old, new)][-1] == "new"


def test_what_is_compared_is_what_she_knows_from_the_form() -> None:
    words = Words(
        "What I carry",
        "",
        "<h2>Two</h2><p>A <strong>kit</strong>.</p><ul><li>one</li></ul>",
        "Sleep",
        "",
    )

    assert comparing.lines_of(words) == [
        "Title: What I carry",
        "Topics: Sleep",
        "Two",
        "A kit.",
        "- one",
    ]
