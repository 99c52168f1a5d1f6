"""Which words tell an onlooker what a letter is about, and which are everyday words."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.newsletter.telltales import Ours, is_telling, ours, spans
from tests import factories

# As people write them: in any case, with accents or without, one or many, run together or not.
TELLING = """
cannabis; Marijuana; weed; ketamine; Kétamine; MDMA; ecstasy; GHB; GBL; psilocybin; opioids
magic mushrooms; psychedelic; psychedelics; amphetamine; amphetamines; methamphetamines; meth
Xanax; benzo; benzos; benzodiazepines; Adderall; chemsex; naltrexone; buprenorphine; Suboxone
Subutex; cocaïne; heroin's; supervised consumption; test strip; test strips; Narcotics Anonymous
Alcoholics Anonymous; NA meeting; AA meeting; the AA-meetings; wine; beers; tobacco; gambling
gamblers; alcoholic; drugs; counselling; counseling; counsellor; counselor; therapy; therapist
clinic; clinics; rehab; sober; sobriety; overdose; over-dose; overdoses; naloxone; needles
syringe; detox; relapsed; addiction; recovery; harm reduction; harm-reduction; HarmReduction
reduces harm; 12-step; 12 steps; twelve steps; pills; drunk; hangover; withdrawal; treatment
substance use; safer use; hep C; HIV; drug use; using drugs; people who use; a person who uses
get high; getting high; high on it; if you use; using alone; still using; stop using
been drinking; drinking less; stop drinking; your drinking; days clean; getting clean
mushroom circle; taking mushrooms; your sponsor; quit smoking; toxicomanie; surdose; sober7
réduction des méfaits; tests at 9: a drug test
medetomidine; carfentanil; para-fluorofentanyl; protonitazene; bromazolam; Lyrica; DXM; snorting
"""
# Directions that somebody may need word for word.
ORDINARY = """
Ring the bell marked 4, and say you come for the high tea.
Using the bell wakes the neighbours.
Using a phone is fine, and so is using Zoom.
Join by phone or computer, using https://zoom.example/j/81234567890 and the passcode harbour-7.
Drinks and something to eat are on the table. Drink what you like; the drinking water is clean.
Please use the side door. It is used by people who use wheelchairs and everyone who uses the lift.
If you use the stairs, hold on to the rail. Stop using the lift when it rings.
The bell is high on the wall, next to the high school on High Street.
Leave the room clean for the next group, and the door open a crack.
There are 12 steps up to the door. Mind the cracks, the weeds and the pillar.
Cross the methodist church's garden by the method you like. No harm in being early.
We are above the Beer Store, behind the wine bar, across from Shoppers Drug Mart.
Reduced fare on the bus. The room has recovered from the flood; recover your password by mail.
Please do not smoke inside. Do not slam the door: it injures the frame.
Ask for Molly, Mary Jane or Grace. Their office is Unit C, 2nd floor; the gate is highlighted.
The heroine's statue is by the pinewood bench. Bring tea and a cup, in a pot or not.
Press the hash key. Speed dial 3 rings too. It may be icy: the speed bump is low.
Take the 504 to Spadina, then walk north. Ring 3 on the door. Room 2, Online.
Ouvrez la porte à gauche et montez l'escalier. Wählen Sie die 3.
"""


@pytest.mark.parametrize(
    "words", [one for line in TELLING.strip().splitlines() for one in line.split("; ")]
)
def test_a_word_of_the_list_tells_wherever_it_stands(words: str) -> None:
    for text in (words, words.upper(), f"Ask for the place ({words}), please."):
        assert is_telling(text), text


def test_signs_nobody_sees_and_line_ends_hide_no_word() -> None:
    assert is_telling("so\N{SOFT HYPHEN}ber")
    assert is_telling("the harm\nreduction room")
    assert is_telling("\N{FULLWIDTH LATIN SMALL LETTER D}rugs")


@pytest.mark.parametrize("text", ORDINARY.strip().splitlines())
def test_ordinary_directions_tell_nothing(text: str) -> None:
    assert [text[start:end] for start, end in spans(text)] == []


@pytest.mark.parametrize(
    ("address", "tells"),
    [
        ("https://zoom.us/j/81234567890?pwd=aB3xMethPill9high", False),
        ("https://meet.google.com/abc-defg-hij", False),
        ("https://tranquil.example/room", False),
        ("https://overdose.example/x", True),
        ("https://torontoharmreduction.example/", True),
        ("https://x.example/drug-check", True),
        ("https://x.example/n%61loxone", True),
        ("www.soberplace.example", True),
        ("steadyground.zoom.us/j/812", True),
        ("jo@steadyground.example", True),
        ("jo@example.org", False),
        ("https://notes.example.org/bookings", False),
        ("https://notes.example.org/posts/naloxone", True),
    ],
)
def test_an_address_tells_by_the_words_in_it(address: str, tells: bool) -> None:
    known = Ours(("Steady Ground",), "notes.example.org")
    assert is_telling(f"Open {address}.", known) is tells


def test_the_site_s_own_host_tells_no_more_than_the_letter_around_it() -> None:
    known = Ours(("Steady Ground",), "steadyground.example")
    assert not is_telling("Book at https://steadyground.example/bookings first.", known)
    assert is_telling("Book at https://steadyground.example/steady-ground first.", known)


def test_the_site_s_names_tell(app: Flask, session: Session) -> None:
    app.config.update(SITE_NAME="Steady Ground Harm Reduction", SITE_TAGLINE="A calm place")
    for name in ("Grief", "Small steps", "Online", "12", "Q"):
        factories.make_tag(session, name)
    known = ours(session)
    for text in ("Steady Ground, room 2", "at STEADY GROUND’s", "A calm place!", "a grief circle"):
        assert is_telling(text, known), text
        assert not is_telling(text), text
    assert is_telling("Small-steps evening", known)
    for text in (
        "Online",
        "Hold steady on the ground floor",
        "Door Q, code 12",
        "Small, then step",
    ):
        assert not is_telling(text, known), text


def test_a_new_topic_tells_from_the_moment_it_is_there(session: Session) -> None:
    assert not is_telling("The grief circle", ours(session))
    factories.make_tag(session, "Grief")
    assert is_telling("The grief circle", ours(session))
