"""Words that hurt: found where the coach says them herself, and nowhere else."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.hints.gathering import Box, gather
from hrsite.hints.hint import Hint, changed
from hrsite.hints.seen import Format, seen
from hrsite.hints.wording import word_hints

TODAY = date(2026, 6, 1)


def words_in(text: str, format: Format = "plain") -> list[str]:
    return [hint.found for hint in word_hints("body", seen(text, format).said)]


def rewritten(text: str, format: Format = "markdown", choice: int = 0) -> str:
    """Every suggestion taken, one after the other."""
    for _ in range(20):
        hints = [
            hint
            for hint in gather([Box("body", text, format)], "en", TODAY).hints
            if hint.kind == "word" and hint.choices
        ]
        if not hints:
            return text
        text = changed(text, hints[0], min(choice, len(hints[0].choices) - 1))
    raise AssertionError(f"a suggestion that asks for another one: {text}")


@pytest.mark.parametrize(
    ("said", "better"),
    [
        ("An addict came in.", "A person who uses drugs came in."),
        ("the addicts I meet", "the people who use drugs I meet"),
        ("ADDICTS and Junkies", "People who use drugs and People who use drugs"),
        ("She is an ex-addict.", "She is a person in recovery."),
        ("He got clean in May.", "He got into recovery in May."),
        ("She stayed clean.", "She stayed in recovery."),
        ("Bring clean needles.", "Bring new needles."),
        ("a dirty test", "a positive test"),
        ("for the homeless", "for people without a home"),
        ("He committed suicide.", "He died by suicide."),
        ("drug abuse and alcohol abuse", "substance use and substance use"),
        ("an overdose victim", "a person who overdosed"),
        ("many users of heroin", "many people who use drugs of heroin"),
        ("drug\nusers", "people who use drugs"),
        ("a recovering alcoholic", "a person in recovery"),
    ],
)
def test_a_suggestion_fits_into_the_sentence(said: str, better: str) -> None:
    assert rewritten(said) == better


@pytest.mark.parametrize(
    "fine",
    [
        "Addiction is not a choice, and addictive is another word.",
        "The website users wrote to us. User name and password.",
        "An alcoholic drink, and alcoholic hepatitis.",
        "We met at Alcoholics Anonymous and read what the National Institute on Drug Abuse says.",
        "Clean the wound and keep it clean. Drink clean water.",
        "Her abuser moved out.",
        "A drunk driver passed the homeless shelter.",
        "Every convicted person, every conviction.",
        "an addict-led group",
    ],
)
def test_other_meanings_names_and_longer_words_are_left_alone(fine: str) -> None:
    assert words_in(fine) == []


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("She says “I am an addict” of herself.", "plain"),
        ('He wrote "junkies" on the wall.', "plain"),
        ("> The addicts wrote this.", "markdown"),
        ("[our words](/posts/addict) and https://example.org/junkie", "markdown"),
        ("`addict`", "markdown"),
        ("<blockquote><p>The addicts wrote this.</p></blockquote>", "html"),
        ('<p><a href="/posts/addict">our words</a></p>', "html"),
    ],
)
def test_quotes_addresses_and_code_keep_their_words(text: str, format: Format) -> None:
    assert words_in(text, format) == []


@pytest.mark.parametrize(
    ("text", "format", "count"),
    [
        ("**addict** and _addict_, [addict](/x), ![addict](/media/a.jpg)", "markdown", 4),
        ('<p><strong>addict</strong> <img src=\'x\'> <img src="a" alt="addict"></p>', "html", 2),
        ("Helping Addicts Find Care", "plain", 1),
    ],
)
def test_emphasis_links_descriptions_and_titles_are_looked_at(
    text: str, format: Format, count: int
) -> None:
    assert len(words_in(text, format)) == count


def test_the_same_word_is_one_hint_and_is_changed_everywhere() -> None:
    text = "Addicts meet. The addicts eat. “Addicts” is their word."
    (hint,) = gather([Box("body", text, "markdown")], "en", TODAY).hints
    assert changed(text, hint, 1) == (
        "People with a substance use disorder meet. The people with a substance use disorder eat."
        " “Addicts” is their word."
    )


def test_what_many_say_themselves_is_a_thought_and_no_order() -> None:
    (hint,) = gather([Box("body", "After a relapse I rest.")], "en", TODAY).hints
    assert hint.is_note


def test_another_language_is_not_judged_by_english_words() -> None:
    assert not gather([Box("body", "Les addicts, clean needles")], "fr-CA", TODAY).hints


@given(
    st.lists(
        st.sampled_from(
            [
                "addict", "The junkies", "clean", "needles", "got", " ", "\n\n", "> ", "“", "”",
                '"', "[a](/b)", "![", "](", "<p>", "</p>", "<a href=\"x", '">', "`", "&amp;",
                "heroin", "user", "A", "É", "\N{COMBINING ACUTE ACCENT}", "\u202e", "# ", "- ",
            ]
        ),
        max_size=25,
    ).map("".join),
    st.sampled_from(["plain", "markdown", "html"]),
)  # fmt: skip
def test_whatever_stands_in_a_box_the_places_are_where_the_words_are(
    text: str, format: Format
) -> None:
    look = seen(text, format)
    assert len(look.prose) == len(look.said) == len(text)
    hints: list[Hint] = list(gather([Box("body", text, format, True)], "en", TODAY).hints)
    for hint in hints:
        for place in hint.places:
            assert 0 <= place.start < place.end <= len(text)
            if hint.kind == "word":
                there = " ".join(text[place.start : place.end].split()).casefold()
                assert there.endswith(hint.found.casefold())
        if hint.kind == "word" and hint.choices:
            for place in hint.places:
                assert place.instead[0] in changed(text, hint, 0)
