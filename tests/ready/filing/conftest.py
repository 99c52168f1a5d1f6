"""A site that writes its ready pages as files, and what a server in front finds there."""

from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from hrsite.posts.models import Post
from tests import factories
from tests.conftest import AppMaker


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "in-front"


@pytest.fixture
def app(make_app: AppMaker, tmp_path: Path, folder: Path) -> Flask:
    (tmp_path / "data").mkdir()
    return make_app(READY_FILES=str(folder), DATA_DIR=tmp_path / "data")


@pytest.fixture
def post(session: Session, clock: time_machine.Traveller) -> Post:
    return factories.make_post(session, slug="steps", title="Small steps")
