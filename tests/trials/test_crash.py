"""Workers are ended in the middle of an Issue: nobody is missed, and a double shows itself."""

import random
import signal

import pytest

from tests.trials import crash
from tests.trials.crash import AT_THE_START, WHENEVER, Moment
from tests.trials.places import Place
from tests.trials.post_office import AIR, NAMED, REPLY

READERS = [f"reader{number}@example.org" for number in range(150)]
# One of each kind, in the order of the letters.
MOMENTS = [
    Moment(1, AT_THE_START, 0.3),
    Moment(15, NAMED),
    Moment(35, AIR),
    Moment(60, WHENEVER, 0.004),
    Moment(85, REPLY),
    Moment(120, WHENEVER, 0.013),
]


@pytest.mark.parametrize("in_flight", [1, 16])
def test_whoever_a_killed_worker_left_behind_gets_the_letter(place: Place, in_flight: int) -> None:
    outcome = crash.run(place, READERS, MOMENTS, in_flight)
    assert outcome.broken_promises() == []
    assert (outcome.missed, outcome.kills) == (0, 6)


def test_of_several_workers_the_others_go_on(place: Place) -> None:
    moments = crash.random_moments(len(READERS), 4, random.Random(7))
    assert crash.run(place, READERS, moments, worker_count=3).broken_promises() == []


def test_a_mail_service_that_knows_letters_again_takes_none_twice(place: Place) -> None:
    header = "Resend-Idempotency-Key"
    outcome = crash.run(place, READERS, MOMENTS, in_flight=16, header=header)
    assert crash.broken(outcome, signal.SIGKILL, header) == []
    assert (outcome.missed, outcome.duplicates, outcome.accepted) == (0, 0, len(READERS))


def test_a_worker_told_to_stop_ends_politely_and_doubles_nothing(place: Place) -> None:
    moments = [Moment(30, AIR), Moment(90, WHENEVER)]
    outcome = crash.run(place, READERS, moments, in_flight=4, by=signal.SIGTERM)
    assert crash.broken(outcome, signal.SIGTERM) == []
    assert (outcome.duplicates, outcome.accepted) == (0, len(READERS))
