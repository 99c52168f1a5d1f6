"""The piece of an article that a result shows: where it begins and ends, and what is marked."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.posts.marking import Marks, Piece, marked, piece_with
from hrsite.posts.queries import read
from hrsite.posts.synonyms import groups_of
from hrsite.posts.terms import in_one_line

GROUPS = groups_of("ketamine, special K\noverdose, OD", "en")
FILLING = " ".join(f"word{n}" for n in range(60))


def marks_of(typed: str) -> Marks:
    return read(typed, GROUPS, "en").marks()


def shown(html: str, typed: str) -> str:
    """A piece as it looks, what is marked in brackets."""
    pieces = piece_with(in_one_line(html), marks_of(typed), "en")
    return "".join(f"[{piece.text}]" if piece.is_match else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("html", "line"),
    [
        ("<h2>How to tell</h2>\n<p>In an overdose.</p>", "How to tell · In an overdose."),
        ("<h2>Ready?</h2><p>Yes.</p>", "Ready? Yes."),
        ("<p>You may notice:</p><ul><li>blue lips</li><li>cold skin</li></ul><p>Stay.</p>",
         "You may notice: blue lips · cold skin · Stay."),
        ("<blockquote><p>“Are you well?”</p></blockquote><p>she asked</p>",
         "“Are you well?” she asked"),
        ("<table><tbody><tr><th>Day</th><td>Hours</td></tr></tbody></table>", "Day · Hours"),
        ("<p>One<br>line</p><hr><p></p><ul><li><p>Two</p></li></ul>", "One line · Two"),
        ('<p>A <strong>lan</strong>tern &lt;b&gt; <a href="/a>b">here</a></p>',
         "A lantern <b> here"),
        ("<h2>停一停</h2><p>好。</p><p>行</p>", "停一停 · 好。 行"),
        ("", ""),
    ],
)  # fmt: skip
def test_where_a_block_ends_without_a_stop_there_is_a_dot(html: str, line: str) -> None:
    assert in_one_line(html) == line


def test_a_piece_begins_with_its_sentence_where_that_is_near() -> None:
    html = f"<p>{FILLING}</p><h2>How to tell</h2><p>In a lantern it burns.</p><p>{FILLING}</p>"

    assert shown(html, "lantern").startswith("… How to tell · In a [lantern] it burns. ")
    assert shown(html, "burn").startswith("… How to tell · In a lantern")
    quoted = f"<p>{FILLING}.</p><p>“Lanterns,” she said. {FILLING}</p>"
    assert shown(quoted, "lantern").startswith("… “[Lanterns],” she said.")


def test_a_phrase_is_marked_where_it_stands_whole() -> None:
    html = "<p>Special offers. K is a letter. Some special K, and an O.D. or OD.</p>"

    assert shown(html, "ketamine") == (
        "Special offers. K is a letter. Some [special] [K], and an O.D. or OD."
    )
    assert "O.D. or [OD]" in shown(html, "overdose")
    assert shown("<p>use it alone, never use alone</p>", '"use alone"') == (
        "use it alone, never [use] [alone]"
    )


@pytest.mark.parametrize(
    ("text", "typed", "marked_text"),
    [
        ("Un cafe\u0301 noir", "café", "cafe\u0301"),
        ("L’été dernier", "ete", "L’été"),
        ("שלום לעולם", "לעולם", "לעולם"),
        ("مَرْحَبًا بالعالم", "مرحبا", "مَرْحَبًا"),
        ("क्षमा नमस्ते जी", "नमस्ते", "नमस्ते"),
        ("か\u3099んばる", "が", "か\u3099"),
        ("A 過剰摂取 day", "過剰", "過"),
        ("葛\U000e0100城市", "葛", "葛\U000e0100"),
        ("ok 1\ufe0f\u20e3 go", "1", "1\ufe0f\u20e3"),
        ("a\u0301\u0323\u0301b c", "ab", "a\u0301\u0323\u0301b"),
    ],
)
def test_a_mark_takes_a_word_with_all_its_accents(text: str, typed: str, marked_text: str) -> None:
    pieces = marked(text, marks_of(typed), "en")

    assert "".join(piece.text for piece in pieces) == text
    assert marked_text in [piece.text for piece in pieces if piece.is_match]


# Letters with their marks, conjuncts, families, flags of skin: each is one to who reads it.
WHOLE = ["a", "é", "e\u0301", "क्ष", "नि", "ש\u05c1\u05b8", "か\u3099", "👩\u200d🚀", "✊\U0001f3fd",
         "葛\U000e0100", "می\u200cخواهم", ".", " ", " ", "lantern", "x" * 900, "過"]  # fmt: skip


@given(st.lists(st.sampled_from(WHOLE), max_size=120), st.integers(0, 110))
def test_no_sign_is_ever_cut_in_two(signs: list[str], place: int) -> None:
    text = "".join([*signs[:place], " lantern ", *signs[place:]])

    pieces = piece_with(text, marks_of("lantern"), "en")

    whole = "".join(piece.text for piece in pieces)
    assert any(piece.is_match for piece in pieces)
    assert len(whole) < 700
    piece = re.sub(r"^… | …$", "", whole)
    assert piece in text
    behind = text[text.index(piece) + len(piece) :][:1]
    for first in (piece[:1], behind):
        assert first == "" or not unicodedata.category(first).startswith("M")
        assert first not in ("\u200d", "\u200c")
    assert not piece.endswith("\u200d")


def test_nothing_is_marked_where_nothing_matches() -> None:
    assert piece_with("Some words", marks_of("lantern"), "en") == []
    assert marked("Some words", marks_of("lantern"), "en") == [Piece("Some words", False)]
