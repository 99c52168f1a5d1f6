"""A trial with the tests: on the test's own database, and short."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hrsite.extensions import db, only_reads
from tests.conftest import AppMaker
from tests.trials.places import Place

PlaceMaker = Callable[..., Place]


@pytest.fixture
def make_place(make_app: AppMaker, tmp_path: Path) -> Iterator[PlaceMaker]:
    """Make a place with changed settings."""
    token = only_reads.set(True)
    with ExitStack() as stack:

        def make(**changes: Any) -> Place:
            app = make_app(**changes)
            stack.enter_context(app.app_context())
            return Place(app, db.session(), tmp_path / "worker.log")

        yield make
        db.session.remove()
    only_reads.reset(token)


@pytest.fixture
def place(make_place: PlaceMaker) -> Place:
    """This test's own database."""
    return make_place()
