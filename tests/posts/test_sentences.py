"""The sentence before the button."""

from typing import Any

import pytest

from hrsite.posts.sentences import review

TUESDAY = "Tuesday 4 June 2026 at 6:00 pm, Toronto time"


def said(**changes: Any) -> str:
    facts: dict[str, Any] = {
        "when": TUESDAY,
        "with_email": True,
        "is_on_site": False,
        "ready_count": 41,
    }
    return review(**facts | changes)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, f"On {TUESDAY}, this goes on the site and to 41 readers."),
        (
            {"unconfirmed_count": 2},
            f"On {TUESDAY}, this goes on the site and to 41 readers. 2 have not confirmed.",
        ),
        (
            {"when": None, "ready_count": 1, "unconfirmed_count": 1, "blocked_count": 3},
            "When you press the button, this goes on the site and to 1 reader."
            " 1 has not confirmed. 3 cannot be written to.",
        ),
        (
            {"when": None, "ready_count": 1_200},
            "When you press the button, this goes on the site and to 1,200 readers.",
        ),
        (
            {"with_email": False, "unconfirmed_count": 2},
            f"On {TUESDAY}, this goes on the site. No email goes out.",
        ),
        (
            {"ready_count": 0, "unconfirmed_count": 2},
            f"On {TUESDAY}, this goes on the site. Nobody can get it by email yet."
            " 2 have not confirmed.",
        ),
        (
            {"when": None, "is_on_site": True},
            "This is on the site already. When you press the button, it also goes to 41 readers.",
        ),
        (
            {"is_first_of_two": True},
            f"On {TUESDAY}, this goes on the site and to 41 readers. The clocks go back that night"
            " and show this time twice. We take the first.",
        ),
    ],
)
def test_the_sentence_says_what_the_button_will_do(changes: dict[str, Any], expected: str) -> None:
    assert said(**changes) == expected


def test_an_article_that_is_out_and_goes_to_nobody_promises_nothing() -> None:
    words = said(is_on_site=True, ready_count=0)

    assert "Nothing more will happen" in words
    assert "Nobody can get it by email yet" in words
