"""What the tests of accounts share: the owner, her browser, and the forms' own guard left on."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from hrsite import clock
from hrsite.accounts import setting_up
from hrsite.accounts.models import Account
from hrsite.accounts.passwords import hash_password
from hrsite.extensions import db
from tests.accounts.browsing import EMAIL, PASSWORD, Browser


@pytest.fixture
def noon() -> datetime:
    return datetime(2026, 6, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def password_hash(quick_passwords: None) -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def owner_id(app: Flask, password_hash: str) -> int:
    """A site whose owner is there; the answer is her account's number."""
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        owner = Account(
            name="Jordan",
            email=EMAIL,
            password_hash=password_hash,
            is_owner=True,
            created_at=clock.now(),
        )
        db.session.add(owner)
        db.session.commit()
        return owner.id


@pytest.fixture
def window(app: Flask, owner_id: int) -> Browser:
    """A browser on a site that has its owner; nobody is signed in."""
    return Browser(app)


@pytest.fixture
def code(app: Flask) -> str:
    """A fresh one-time code from the console."""
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        made = setting_up.make_code(db.session(), clock.now())
        db.session.commit()
    return made
