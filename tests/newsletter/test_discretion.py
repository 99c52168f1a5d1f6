"""Of the coach's own words, a plain letter keeps each sentence that tells nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrsite.newsletter.discretion import parts, quiet
from hrsite.newsletter.telltales import Ours, is_telling

OURS = Ours(("Steady Ground",), "notes.example.org")
ORDINARY = (
    "Side door, code 4471.", "Using the bell wakes the neighbours.", "Ring twice!",
    "Say you come for the high tea.", "Open https://meet.example/a?b=1 at seven.", "Take door B.",
    "It is at 12 King St.", "Come at 7 p.m. and wait.", "Is it open?",
)  # fmt: skip
SECRETS = (
    "harm reduction", "Overdose", "people who use", "been drinking", "https://sober.example/x",
    "Steady Ground", "naloxone", "12-step",
)  # fmt: skip
MEETING = "meeting ID 812 3456 7890, passcode harbour-7"
# Sentences, each with something that tells or without it, and the gap behind it.
SENTENCES = st.lists(
    st.tuples(
        st.sampled_from(ORDINARY), st.sampled_from(("", *SECRETS)), st.sampled_from((" ", "\n"))
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Online", "Online"),
        ("", ""),
        ("The harm reduction room", ""),
        ("Recovery group: https://meet.example/a?b=1.", "https://meet.example/a?b=1"),
        ("Drugs: +1 (555) 010-0199 or 555 010 0123", "+1 (555) 010-0199, 555 010 0123"),
        ("Sober, at https://overdose.example/x", ""),
        ("Side door, code 4471. No drugs.", "Side door, code 4471."),
        ("Clinic door, code 4471. Ring twice.", "code 4471 – Ring twice."),
        ("Ring twice.\nClinic, 2nd floor\n\nBring a mug", "Ring twice.\nBring a mug"),
        (f"Detox, {MEETING}", MEETING),
        ("Sober? Write to jo@example.org", "Write to jo@example.org"),
        ("Rehab, jo@example.org or zoom.us/j/81", "jo@example.org, zoom.us/j/81"),
        ("The code for the drug room is harbour.", "code harbour"),
        ("Our rehab password is “blue door”, say it.", "password blue door"),
        ("Clinic PIN: 90-21#, buzzer 7", "PIN 90-21#, buzzer 7"),
        ("At the clinic (4471).", "4471"),
        ("The gate code at the clinic is A1 B2.", "gate code A1 B2"),
        ("Door code A1 B2 C3, for the clinic", "Door code A1 B2 C3"),
        ("The pin for the naloxone room: nine nine two", "pin nine nine two"),
        ("Code word: Lantern, at the overdose table", "Code word Lantern"),
        ("For the drugs group, 555-0100 ext. 22", "555-0100, ext. 22"),
        ("Clinic password is: beehive, code – Isabel", "password beehive, code Isabel"),
        ("At the clinic, buzz 12.", "buzz 12"),
        ("The password naloxone opens it.", ""),
        ("Bring ID to the clinic, floor 12.", ""),
        ("The harm\nreduction room. Ring twice.", "Ring twice."),
        ("Take door B. The clinic is upstairs.", "Take door B."),
        ("Ask Dr. Lee of the clinic, no. 4.", ""),
        ("In Steady Ground, room 204. Ring.", "204 – Ring."),
        ("Book at https://notes.example.org/b, sober or not.", "https://notes.example.org/b"),
    ],
)
def test_of_a_sentence_that_would_tell_its_ways_in_are_kept(text: str, kept: str) -> None:
    assert quiet(text, OURS) == kept
    assert not is_telling(kept, OURS)


@given(SENTENCES)
def test_whatever_tells_goes_and_all_else_stays_word_for_word(
    told: list[tuple[str, str, str]],
) -> None:
    text, wanted = "", []
    for plain, secret, gap in told:
        text += (f"Here is {secret} and code 77-31." if secret else plain) + gap
        wanted.append("code 77-31" if secret else plain)
    rest = kept = quiet(text, OURS)
    for words in wanted:
        assert words in rest
        rest = rest.partition(words)[2]
    assert not is_telling(kept, OURS)


@given(st.text(max_size=60), st.sampled_from(SECRETS), st.text(max_size=60))
def test_no_text_at_all_gets_a_telling_word_through(before: str, secret: str, after: str) -> None:
    text = f"{before} {secret}. {after}"
    assert "".join(text[part.start : part.end] for part in parts(text, OURS)) == text
    kept = quiet(text, OURS)
    assert not is_telling(kept, OURS)
    assert secret not in kept
