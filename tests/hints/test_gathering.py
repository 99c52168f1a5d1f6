"""The other hints: what was forgotten, days, links, pictures, and how hard it is to read."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.hints.days import MONTHS, WEEKDAYS, day_hints
from hrsite.hints.gathering import Box, Gathered, gather
from hrsite.hints.hint import changed
from hrsite.hints.seen import Format

TODAY = date(2026, 6, 1)
EASY = "We meet at the lake. Bring a cup. You can stay as long as you like. It is free. " * 8
HARD = (
    "Considerable physiological tolerance necessitates individualised pharmacological"
    " reassessment following interruption of maintenance, notwithstanding institutional"
    " recommendations concerning standardised titration. "
) * 8


def body(text: str, kept: frozenset[str] = frozenset()) -> Gathered:
    return gather([Box("body", text, "markdown", is_body=True)], "en-CA", TODAY, kept)


def kinds(text: str) -> list[str]:
    return [hint.kind for hint in body(text).hints]


@pytest.mark.parametrize(
    "text",
    ["Costs TK dollars", "call xxx", "On [date] we meet", "What???", "TODO ask Sam", "at ____",
     "[your name]", "lorem ipsum dolor", "[insert picture]"],
)  # fmt: skip
def test_what_was_left_for_later_is_found(text: str) -> None:
    assert kinds(text) == ["unfinished"]


@pytest.mark.parametrize(
    "text", ["[date](/calendar)", "Really?", "[here]: /x", "todo list", "XX chromosomes", "[sic]"]
)
def test_what_is_finished_is_left_alone(text: str) -> None:
    assert "unfinished" not in kinds(text)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 6), st.integers(0, 3))
def test_a_weekday_is_doubted_when_the_calendar_says_another(
    day: date, weekday: int, shape: int
) -> None:
    said, month = WEEKDAYS[weekday], MONTHS[day.month - 1]
    text = [
        f"We meet on {said} {day.day} {month} {day.year}.",
        f"We meet on {said}, {month} {day.day}, {day.year}.",
        f"We meet on {said} the {day.day}th of {month} {day.year}.",
        f"{said[:3]} {day.day} {month[:3]} {day.year}",
    ][shape]
    hints = list(day_hints("body", text, TODAY))
    if day.weekday() == weekday:
        assert not hints
        return
    (hint,) = hints
    right = WEEKDAYS[day.weekday()]
    assert right in hint.why
    assert not list(day_hints("body", changed(text, hint, 0), TODAY))


def test_a_date_without_a_year_is_the_one_near_today() -> None:
    assert not list(day_hints("body", "Thursday 4 June", TODAY))
    (hint,) = day_hints("body", "Thursday 5 June", TODAY)
    assert hint.choices == ("Friday",)
    new_year = date(2026, 12, 28)
    assert not list(day_hints("body", "Friday 1 January", new_year))


def test_a_day_that_no_calendar_has_is_told() -> None:
    (hint,) = day_hints("body", "Monday 31 June 2026", TODAY)
    assert "no such day" in hint.why


@pytest.mark.parametrize(
    "words", ["click here", "Here", "**Read more** »", "https://example.org/a"]
)
def test_a_link_says_where_it_leads(words: str) -> None:
    assert kinds(f"[{words}](https://example.org/a)") == ["link"]
    assert kinds("[the opening hours](https://example.org/a)") == []


def test_a_picture_without_a_description_is_mentioned_once() -> None:
    assert kinds("![](/media/a.jpg) ![](/media/b.jpg) ![A lake](/media/c.jpg)") == ["picture"]


def test_only_long_sentences_are_mentioned_and_headings_end_them() -> None:
    long = " ".join(["word"] * 26)
    assert kinds(f"{long}.") == ["sentence"]
    half = " ".join(["word"] * 20)
    for text in (
        f"{half}. {half}.",
        f"## {half}\n{half}",
        f"- {half}\n- {half}",
        f"{half}\n\n{half}",
    ):
        assert kinds(text.replace("word", "Word")) == [], text


def test_how_hard_a_text_is_to_read_is_told() -> None:
    easy, hard = body(EASY), body(HARD)
    assert (easy.age or 99) <= 9
    assert "level" not in [hint.kind for hint in easy.hints]
    assert (hard.age or 0) >= 16
    assert "level" in [hint.kind for hint in hard.hints]
    assert body("Short.").age is None


def test_what_she_keeps_is_not_mentioned_again() -> None:
    (hint,) = body("An addict.").hints
    assert body("An addict.", frozenset({hint.key})).hints == ()
    assert body("An addict.", frozenset({hint.key})).kept == (hint,)


@pytest.mark.parametrize("format", ["plain", "markdown", "html"])
@pytest.mark.parametrize(
    "piece",
    ["a", ".", "x", "_", "[", "](", "`", "```\n", "> a\n", "“", '"', "<", "<!--", "<q>", "<a ",
     "<a>", "<p>", "</q>", "& ", "&a", "a.", ". ", "addict ", "drug ", "Mon ", "[ ", "@a.", "- a\n",
     "![](", "www.", "user heroin "],
)  # fmt: skip
def test_no_text_holds_the_desk_up(piece: str, format: Format) -> None:
    """A pattern that looks at each letter from each other one would never end here."""
    text = (piece * 100_000)[:200_000]
    found = gather([Box("body", text, format, is_body=True)], "en", TODAY)
    for hint in found.hints:
        assert len(changed(text, hint, 0)) >= len(text) // 3
