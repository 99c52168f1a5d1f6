"""The sentence before the button."""

from typing import Any

import pytest

from hrsite.posts.sentences import LeftOut, review

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
            {"left_out": LeftOut(unconfirmed=2)},
            f"On {TUESDAY}, this goes on the site and to 41 readers. 2 have not confirmed.",
        ),
        (
            {"when": None, "ready_count": 1, "left_out": LeftOut(unconfirmed=1, blocked=3)},
            "When you press the button, this goes on the site and to 1 reader."
            " 1 has not confirmed, 3 cannot be written to.",
        ),
        (
            {"when": None, "ready_count": 1_200},
            "When you press the button, this goes on the site and to 1,200 readers.",
        ),
        (
            {"with_email": False, "left_out": LeftOut(unconfirmed=2)},
            f"On {TUESDAY}, this goes on the site. No email goes out.",
        ),
        (
            {"ready_count": 0, "left_out": LeftOut(unconfirmed=2)},
            f"On {TUESDAY}, this goes on the site. Nobody can get it by email yet."
            " 2 have not confirmed.",
        ),
        (
            {"left_out": LeftOut(weekly=6, monthly=1, paused=3, unconfirmed=2)},
            f"On {TUESDAY}, this goes on the site and to 41 readers. 6 get it in the weekly letter,"
            " 1 gets it in the monthly letter, 3 are paused, 2 have not confirmed.",
        ),
        (
            {"ready_count": 0, "left_out": LeftOut(weekly=1), "is_on_site": True},
            f"This is on the site already. On {TUESDAY}, it is kept for the next letter."
            " Nobody gets it by email yet. 1 gets it in the weekly letter.",
        ),
        (
            {"when": None, "is_on_site": True},
            "This is on the site already. When you press the button, it also goes to 41 readers.",
        ),
        (
            {"which": "second"},
            f"On {TUESDAY}, this goes on the site and to 41 readers. The clocks go back that night"
            " and show this time twice. This is the second one.",
        ),
    ],
)
def test_the_sentence_says_what_the_button_will_do(changes: dict[str, Any], expected: str) -> None:
    assert said(**changes) == expected


def test_an_article_that_is_out_and_goes_to_nobody_promises_nothing() -> None:
    words = said(is_on_site=True, ready_count=0)

    assert "Nothing more will happen" in words
    assert "Nobody can get it by email yet" in words
