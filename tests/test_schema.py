"""The database's version beside the code's: what is done, and what is left alone."""

import fcntl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, text

from hrsite import schema
from hrsite.extensions import db
from hrsite.schema import SchemaState


def say(version: str) -> None:
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": version})


def test_an_empty_database_is_brought_up_once(empty_app: Flask) -> None:
    assert schema.state() == SchemaState.EMPTY
    assert schema.bring_up() is True
    assert schema.state() == SchemaState.CURRENT
    assert schema.bring_up() is False


def test_an_older_database_is_brought_up(empty_app: Flask) -> None:
    flask_migrate.upgrade(revision="0001")
    assert schema.state() == SchemaState.BEHIND
    assert schema.bring_up() is True
    assert schema.state() == SchemaState.CURRENT


def test_a_newer_database_is_left_alone(empty_app: Flask) -> None:
    schema.bring_up()
    say("9999")
    tables = inspect(db.engine).get_table_names()
    assert schema.state() == SchemaState.NEWER
    with pytest.raises(schema.NewerDatabase, match="Nothing was changed"):
        schema.bring_up()
    assert inspect(db.engine).get_table_names() == tables
    assert schema.state() == SchemaState.NEWER


@contextmanager
def somebody_migrates(app: Flask) -> Iterator[None]:
    """Another process on this machine or, with PostgreSQL, on another one."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            held = text("SELECT pg_advisory_xact_lock(:it)")
            connection.execute(held, {"it": schema.MIGRATING})
            yield
    else:
        with (app.config["DATA_DIR"] / "migrating.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def test_of_those_that_start_together_one_brings_it_up(empty_app: Flask) -> None:
    def start() -> bool:
        with empty_app.app_context():
            return schema.bring_up()

    with ThreadPoolExecutor(1) as pool:
        with somebody_migrates(empty_app):
            second = pool.submit(start)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.7)  # It would be done by now; it waits.
            flask_migrate.upgrade()
        assert second.result(timeout=20) is False
    assert schema.state() == SchemaState.CURRENT
