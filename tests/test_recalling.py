"""What was found out about a text is not looked for twice, and never said of another text."""

import pytest

from hrsite import recalling
from hrsite.texts import markup


@pytest.mark.parametrize(
    ("texts", "looked_at"),
    [
        (["one", "three", "one", "three"], ["one", "three"]),
        # Two are kept: of more the oldest is forgotten.
        (["a", "b", "c", "b", "a"], ["a", "b", "c", "a"]),
    ],
    ids=["once", "the oldest again"],
)
def test_a_text_is_looked_at_once_while_there_is_room(
    texts: list[str], looked_at: list[str]
) -> None:
    asked: list[str] = []

    @recalling.by_text(most=2)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length(text) for text in texts] == list(map(len, texts))
    assert asked == looked_at


def test_text_that_was_not_clean_stays_so() -> None:
    for _ in range(2):
        assert markup.kept_clean("<p>Hi<script>x()</script></p>") == "<p>Hi</p>"
        assert markup.kept_clean("<p>Hi</p>") == "<p>Hi</p>"


def test_half_a_sign_is_a_text_too() -> None:
    assert markup.reading_minutes("\ud800") == 1
