"""Whatever happens, in whatever order: the numbers add up, nobody is skipped, nobody gets two."""

import pytest
import time_machine

from tests.trials import histories
from tests.trials.places import new_place
from tests.trials.post_office import post_office

HISTORIES, STEPS, IN_FLIGHT = 12, 15, 4


@pytest.mark.parametrize("header", ["", "Resend-Idempotency-Key"], ids=["any", "knows again"])
def test_the_promise_holds_in_made_up_histories(
    database: str, clock: time_machine.Traveller, header: str
) -> None:
    with (
        new_place(database, in_memory=True) as place,
        post_office() as office,
        histories.quietly(),
    ):
        place.workers_environment(office.port, IN_FLIGHT, header)
        assert histories.run(place, office, clock, HISTORIES, STEPS) >= HISTORIES
