"""Which files of tests begin: the slow ones, so that no worker is busy long after the others."""

from collections import Counter

import pytest

# Folders and files in which a single test may take half a minute.
SLOW = {
    "browser",
    "journeys",
    "trials",
    "test_changing_keys.py",
    "test_demo.py",
    "test_digests_histories.py",
    "test_queue.py",
    "test_serving.py",
    "test_trust_words.py",
}


def sort(tests: list[pytest.Item]) -> None:
    """Slow files before the others, and files of many tests before those of few."""
    counts = Counter(test.path for test in tests)
    tests.sort(
        key=lambda test: (SLOW.isdisjoint(test.path.parts), -counts[test.path], str(test.path))
    )
