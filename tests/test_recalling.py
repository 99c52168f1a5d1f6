"""What was found out about a text is not looked for twice, and never said of another text."""

from hrsite import markup, recalling


def test_a_text_is_looked_at_once() -> None:
    asked: list[str] = []

    @recalling.by_text(most=2)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    assert [length("one"), length("three"), length("one"), length("three")] == [3, 5, 3, 5]
    assert asked == ["one", "three"]


def test_of_many_texts_the_oldest_is_looked_at_again() -> None:
    asked: list[str] = []

    @recalling.by_text(most=2)
    def length(text: str) -> int:
        asked.append(text)
        return len(text)

    for text in ("a", "b", "c", "b", "a"):
        assert length(text) == 1
    assert asked == ["a", "b", "c", "a"]


def test_text_that_was_not_clean_stays_so() -> None:
    for _ in range(2):
        assert markup.kept_clean("<p>Hi<script>x()</script></p>") == "<p>Hi</p>"
        assert markup.kept_clean("<p>Hi</p>") == "<p>Hi</p>"


def test_half_a_sign_is_a_text_too() -> None:
    assert markup.reading_minutes("\ud800") == 1
