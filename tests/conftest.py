"""What every test stands on: a real database of each kind, a set clock, the doors, the letters."""

import gc
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
import hypothesis
import pytest
import time_machine
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from huey.storage import BaseSqlStorage
from sqlalchemy.orm import Session

from hrsite import collecting, config, create_app, looking
from hrsite.accounts import passwords
from hrsite.extensions import db, only_reads
from hrsite.outbox import folder
from tests import databases, emptying, factories, slow_first
from tests.compiling import STATEMENTS, TEMPLATES, compile_rules_once

# A Tuesday morning in Toronto; far from any change of the clocks.
A_TUESDAY = datetime(2026, 6, 2, 14, 0, tzinfo=UTC)
SECRET = "only-for-tests-0123456789-abcdefghijklmnop"
KINDS = ("sqlite", "postgresql")

# A hundredth of the work of a real one, which takes a sixth of a second on purpose.
QUICK_PASSWORDS = "scrypt:1024:8:1"

AppMaker = Callable[..., Flask]

# No deadlines: how long an example takes says more of the machine than of the code. A run in CI
# tries the same examples each time; everywhere else each run looks at new ones.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


compile_rules_once()

# Looking for unused objects as often as Python does by itself was a fifth of a run.
gc.set_threshold(20_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes share a run, they take the files in this order."""
    if hasattr(config, "workerinput"):
        slow_first.sort(items)


def pytest_collection_finish() -> None:
    """Never look for unused objects among the tests themselves."""
    collecting.spare_what_is_there()


class SeparateClient(FlaskClient):
    """A client whose requests share nothing with the test: no context, no `g`, no transaction."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send one request; the test's own database session then sees what it did."""
        answer = Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.rollback()
        return answer


def settings_for(data: Path, **changes: Any) -> dict[str, Any]:
    """Settings of a site that lives in one folder and sends nothing anywhere."""
    return {
        "MODE": "development",
        "DATA_DIR": data,
        "BASE_URL": "http://localhost",
        "SECRET_KEY": SECRET,
        "ADDRESS_KEY": SECRET,
        "TIME_ZONE": "America/Toronto",
        "SITE_NAME": "Steady Ground",
        "COACH_NAME": "Jordan Hale",
        "SIGNUP_MIN_SECONDS": 0.0,
        # All browsers of a test are on one network; see tests/journeys/test_guard.py.
        "SIGNUP_FREE_A_DAY": 1000,
        "UNDO_MINUTES": 0,
        "TESTING": True,
        "WTF_CSRF_ENABLED": False,
    } | changes


@pytest.fixture(scope="session", autouse=True)
def nothing_from_outside() -> None:
    """No test may see the settings of the site that this machine runs, and write to its readers."""
    for name in re.findall(r'env\.\w+\(\s*"(\w+)"', Path(config.__file__).read_text()):
        os.environ.pop(name, None)
    os.environ.pop("FLASK_DEBUG", None)
    os.environ["HRSITE_ENV_FILE"] = ""


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Keep and check passwords quickly; only the tests of passwords themselves take real ones."""
    nobody = passwords.NOBODY.replace(passwords.METHOD, QUICK_PASSWORDS)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(passwords, "METHOD", QUICK_PASSWORDS)
        changed.setattr(passwords, "NOBODY", nobody)
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Migrate one empty database of a kind, once a run; tests get copies of it."""
    made: dict[str, str] = {}

    def database(kind: str) -> str:
        if kind not in made:
            data = tmp_path_factory.mktemp(f"migrated-{kind}")
            changes = {}
            if kind == "postgresql":
                changes["DATABASE_URL"] = databases.create_database("migrated")
            app = create_app(settings_for(data, **changes))
            with app.app_context():
                flask_migrate.upgrade()
                db.engine.dispose()
            made[kind] = "migrated" if kind == "postgresql" else str(data / "hrsite.db")
        return made[kind]

    return database


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str:
    """Which database this test runs on: every test that uses one runs on both."""
    return str(request.param)


@pytest.fixture
def make_app(database: str, migrated: Callable[[str], str], tmp_path: Path) -> Iterator[AppMaker]:
    """Make applications with changed settings, all on this test's own database."""
    template, made = migrated(database), []
    if database == "sqlite":
        shutil.copyfile(template, tmp_path / "hrsite.db")
        url = f"sqlite:///{tmp_path / 'hrsite.db'}"
    else:
        url = emptying.database("test", template)

    def make(**changes: Any) -> Flask:
        app = create_app(settings_for(tmp_path, DATABASE_URL=url, **changes))
        app.jinja_env.bytecode_cache = TEMPLATES
        with app.app_context():
            db.engine.update_execution_options(compiled_cache=STATEMENTS)
        app.test_client_class = SeparateClient
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()
        storage = app.extensions["huey"].storage
        if isinstance(storage, BaseSqlStorage):
            storage.close()


@pytest.fixture
def app(make_app: AppMaker) -> Flask:
    """The application, on an empty database."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader's browser."""
    return app.test_client()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session for arranging and looking, inside the application's context."""
    with app.app_context():
        # Looking must not hold the write lock that the doors need.
        token = only_reads.set(True)
        yield db.session()
        db.session.rollback()
        only_reads.reset(token)


@pytest.fixture
def coach(app: Flask, session: Session, clock: time_machine.Traveller) -> FlaskClient:
    """The coach's browser, signed in."""
    return factories.sign_in(app.test_client(), factories.make_account(session))


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """The clock, set to a Tuesday morning and standing still."""
    with time_machine.travel(A_TUESDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def work(app: Flask) -> Callable[[], None]:
    """Let the worker look once at all that is due."""

    def look() -> None:
        with app.app_context():
            looking.do_what_is_due()

    return look


@pytest.fixture
def letters(app: Flask) -> Callable[[], list[folder.OpenLetter]]:
    """The letters in the folder, oldest first, opened."""

    def opened() -> list[folder.OpenLetter]:
        place = Path(app.config["MAIL_FOLDER"])
        # The clock stands still in tests, so the names do not tell which letter came first.
        in_order = sorted(place.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
        return [folder.read(place, path.name) for path in in_order]

    return opened


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
