"""Of the coach's own words, a plain letter keeps what tells nothing."""

import pytest

from hrsite.newsletter.discretion import is_telling, quiet


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Online", "Online"),
        ("", ""),
        ("The harm reduction room", ""),
        ("Recovery group: https://meet.example/a?b=1.", "https://meet.example/a?b=1"),
        ("Drugs? Call +1 (555) 010-0199 or 555 010 0123", "+1 (555) 010-0199, 555 010 0123"),
        ("Sober, at https://overdose.example/x", ""),
    ],
)
def test_a_text_that_would_tell_keeps_its_ways_in_alone(text: str, kept: str) -> None:
    assert quiet(text) == kept
    assert not is_telling(quiet(text))
