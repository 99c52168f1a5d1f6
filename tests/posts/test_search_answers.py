"""What readers type, as they type it, and the article of the demo that answers it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.demo import filling
from hrsite.posts import searching

KIT, FIRST_MINUTES = "carrying-naloxone", "the-first-minutes-of-an-overdose"
STRIPS, DRINKING, SLEEP = (
    "checking-your-drugs",
    "drinking-less-on-ordinary-days",
    "sleep-comes-back-in-pieces",
)
ALONE, DOCTOR = "ways-not-to-be-alone", "talking-to-a-doctor"
AGAIN, CALL, FAMILY = (
    "the-morning-after-you-used-again",
    "how-a-first-call-goes",
    "when-somebody-you-love-is-not-ready",
)
TELLING = "le-dire-a-une-seule-personne"

ANSWERS = {
    # Brands, other names, street names.
    "narcan": KIT, "Narcan kit": KIT, "nasal spray": KIT, "naloxone expired": KIT,
    "suboxone": DOCTOR, "bupe": DOCTOR, "molly": FIRST_MINUTES, "crack": FIRST_MINUTES,
    "tranq": STRIPS, "fent test strip": STRIPS, "fentanyl test strips": STRIPS,
    # Slips.
    "noloxone": KIT, "naloxne": KIT, "narcam": KIT, "fentanil": STRIPS,
    "zanax": "one-honest-question",
    "withdrawl": FIRST_MINUTES, "overdoes": FIRST_MINUTES, "alchohol": DRINKING, "slepe": SLEEP,
    # In trouble, in a hurry.
    "how to help friend od": FIRST_MINUTES, "friend overdosing what do i do": FIRST_MINUTES,
    "OD": FIRST_MINUTES, "od symptoms": FIRST_MINUTES, "blue lips": FIRST_MINUTES,
    "not breathing wont wake up": FIRST_MINUTES, "good samaritan": FIRST_MINUTES,
    "suicide": SLEEP, "i want to die": SLEEP,
    # One, many; done, doing.
    "overdoses": FIRST_MINUTES, "doctors": DOCTOR, "how to talk to my doctor": DOCTOR,
    "cut down drinking": DRINKING, "shakes when i stop drinking": DRINKING, "booze": DRINKING,
    "never use alone": ALONE, "using alone": ALONE,
    "drug checking": STRIPS, "test my drugs": STRIPS,
    "can't sleep": SLEEP, "insomnia": SLEEP,
    "relapse": AGAIN, "i used again": AGAIN, "safe injection site": ALONE,
    "my mom found my naloxone": KIT, "free call": CALL, "rehab": CALL,
    "someone i love is using": FAMILY,
    # French, with its accents and without.
    "surdose": FIRST_MINUTES, "surdosage": FIRST_MINUTES, "alcool": DRINKING,
    "le dire à quelqu’un": TELLING, "le dire a une personne": TELLING, "opioïdes trousse": TELLING,
    "medecin": DOCTOR,
}  # fmt: skip


@pytest.fixture
def first(app: Flask, session: Session, tmp_path: Path) -> Callable[[str], str]:
    filling.fill(session, tmp_path)
    session.commit()

    def answer(typed: str) -> str:
        results = searching.search(session, typed, clock.now()).results
        return results[0].post.slug if results else ""

    return answer


def test_the_first_result_is_the_article_that_answers(first: Callable[[str], str]) -> None:
    answers = {typed: first(typed) for typed in ANSWERS}

    assert {typed: slug for typed, slug in answers.items() if slug != ANSWERS[typed]} == {}


def test_a_word_of_its_own_is_not_taken_for_a_slip(first: Callable[[str], str]) -> None:
    wrong = {typed: first(typed) for typed in ("pregnant", "hangover", "percy", "qqq")}

    assert {typed: slug for typed, slug in wrong.items() if slug} == {}
