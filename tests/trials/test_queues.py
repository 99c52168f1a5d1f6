"""Several workers, a queue that forgets, and tasks that come three times: each letter once."""

import pytest

from tests.trials import queues
from tests.trials.conftest import PlaceMaker
from tests.trials.places import queue_url

READERS = [f"reader{number}@example.org" for number in range(120)]


@pytest.mark.parametrize("queue", ["redis", "postgresql"])
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_each_reader_gets_one_copy(make_place: PlaceMaker, queue: str) -> None:
    outcome = queues.run(make_place(QUEUE_URL=queue_url(queue)), READERS, 3, in_flight=4)
    assert outcome.broken_promises() == []
    assert (outcome.duplicates, outcome.accepted) == (0, len(READERS))
