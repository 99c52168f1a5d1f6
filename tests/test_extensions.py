"""How a transaction begins on SQLite: with its lock, after a wait or at once."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hrsite.extensions import BUSY_MILLISECONDS, Busy, db, without_waiting
from tests.test_trust_trouble import prepare

pytestmark = pytest.mark.parametrize("database", ["sqlite"])
PATIENCE = text("PRAGMA busy_timeout")


def test_who_does_not_wait_is_told_at_once_and_may_ask_again(app: Flask, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "hrsite.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with app.app_context():
        with pytest.raises(Busy), without_waiting():
            db.session.connection()
        other.rollback()
        with without_waiting():
            db.session.connection()
        # It is a transaction that writes, and the next one waits again.
        other.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert db.session.scalar(PATIENCE) == BUSY_MILLISECONDS
    other.close()


def test_only_a_lock_is_taken_for_busy(app: Flask) -> None:
    with app.app_context():
        prepare("BEGIN")
        within = pytest.raises((sqlite3.OperationalError, OperationalError), match="within a")
        with within, without_waiting():
            db.session.connection()
        db.session.remove()
        db.engine.dispose()
