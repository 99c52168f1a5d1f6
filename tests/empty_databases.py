"""Applications on a database that nobody has migrated yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from hrsite import create_app
from hrsite.extensions import db
from tests import databases
from tests.conftest import settings_for


@pytest.fixture
def empty_app(database: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database of each kind."""
    data = tmp_path / "empty"
    if database == "postgresql":
        app = create_app(settings_for(data, DATABASE_URL=databases.create_database("empty")))
    else:
        app = create_app(settings_for(data))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if database == "postgresql":
        databases.drop_database("empty")
