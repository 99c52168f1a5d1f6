"""The power is cut: what was accepted stays accepted, because SQLite syncs every commit."""

import pytest

from tests.trials import power, unsynced
from tests.trials.crash import WHENEVER, Moment
from tests.trials.places import Place
from tests.trials.post_office import AIR, NAMED, REPLY

READERS = [f"reader{number}@example.org" for number in range(90)]
CUTS = [Moment(20, AIR), Moment(40, WHENEVER, 0.005), Moment(60, REPLY), Moment(75, NAMED)]


@pytest.fixture(autouse=True)
def a_reachable_disk() -> None:
    """Without SQLite's file layer there is no power to cut."""
    reason = unsynced.library()
    if isinstance(reason, str):
        pytest.skip(reason)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_acceptance_is_lost(place: Place) -> None:
    outcome = power.run(place, READERS, CUTS, 1, power.FULL)
    assert outcome.broken_promises() == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_sync_for_each_commit_readers_get_second_copies(place: Place) -> None:
    outcome = power.run(place, READERS, CUTS, 1, power.NORMAL)
    assert outcome.duplicates > len(CUTS)
    assert f"{outcome.duplicates} duplicates, at most {len(CUTS)}" in outcome.broken_promises()
