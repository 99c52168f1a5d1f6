"""Commands: what they say, and the exit code that a script can trust."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, inspect, text

from hrsite.cli import main
from tests import databases
from tests.outbox import backups
from tests.running_site import free_port

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Call a command in a folder of its own, with settings from the environment."""
    monkeypatch.setenv("HRSITE_MODE", "development")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))

    def call(*words: str, **settings: str) -> Result:
        return CliRunner().invoke(main, words, env=settings, catch_exceptions=False)

    return call


def test_without_a_command_it_lists_them(run: Run) -> None:
    said = run("--help")
    for command in ("start", "serve", "worker", "migrate", "doctor", "demo", "owner", "issues"):
        assert f"  {command} " in said.output


@pytest.mark.parametrize("command", ["start", "serve", "worker", "migrate", "doctor"])
def test_wrong_settings_are_all_told_and_end_with_2(run: Run, command: str) -> None:
    said = run(command, HRSITE_MODE="production", MAIL_PORT="Zq7", SECRET_KEY="Zq7")
    assert said.exit_code == 2
    assert [line.split(":")[0] for line in said.stderr.splitlines()[1:]] == [
        "  - MAIL_PORT",
        "  - BASE_URL",
        "  - SECRET_KEY",
    ]
    assert "Zq7" not in said.output
    assert "Traceback" not in said.output


def test_migrating_says_that_it_did_and_the_second_time_has_nothing_to_do(run: Run) -> None:
    assert run("migrate").output == "The database is up to date now.\n"
    again = run("migrate")
    assert (again.exit_code, again.output) == (0, "")


@pytest.mark.parametrize("command", ["start", "serve", "worker", "migrate"])
def test_a_newer_database_ends_with_3_and_is_left_alone(
    run: Run, tmp_path: Path, command: str
) -> None:
    run("migrate")
    engine = create_engine(f"sqlite:///{tmp_path / 'data' / 'hrsite.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("DROP TABLE post_tags"))
    said = run(command, PORT=str(free_port()))
    assert said.exit_code == 3
    assert "newer hrsite" in said.stderr
    assert "Nothing was changed" in said.stderr
    assert "post_tags" not in inspect(engine).get_table_names()
    engine.dispose()


def test_an_sqlite_that_is_too_old_is_named_and_nothing_is_begun(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    said = run("migrate")  # Every command brings the database up in the same way first.
    assert said.exit_code == 3
    assert "SQLite 3.34.1, and hrsite needs 3.35 or newer" in said.stderr
    assert "Traceback" not in said.stderr
    assert not (tmp_path / "data" / "hrsite.db").exists()


def test_a_database_that_is_not_there_ends_with_3_in_one_line(run: Run) -> None:
    said = run("migrate", DATABASE_URL="postgresql+psycopg://me:sesame@/none?host=/nowhere")
    assert said.exit_code == 3
    assert "The database cannot be used" in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert "sesame" not in said.stderr


@pytest.mark.parametrize("command", ["start", "serve", "worker", "migrate"])
@pytest.mark.parametrize("kept", [0, 4096])
def test_a_damaged_database_ends_with_3_in_one_line(
    run: Run, tmp_path: Path, kept: int, command: str
) -> None:
    run("migrate")
    file = tmp_path / "damaged.db"
    backups.copy(tmp_path / "data" / "hrsite.db", file)
    file.write_bytes(file.read_bytes()[:kept] + b"x" * 40_000)
    said = run(command, PORT=str(free_port()), DATABASE_URL=f"sqlite:///{file}")
    assert said.exit_code == 3
    assert said.stderr.startswith("The database cannot be used (")
    assert len(said.stderr.splitlines()) == 1


def test_an_address_of_a_database_with_a_strange_word_ends_with_3_in_one_line(run: Run) -> None:
    url = "postgresql+psycopg://me:sesame@/none?host=/nowhere&wobble=1"
    said = run("migrate", DATABASE_URL=url)
    assert said.exit_code == 3
    assert 'invalid connection option "wobble"' in said.stderr
    assert len(said.stderr.splitlines()) == 1
    assert "sesame" not in said.stderr


def test_a_database_in_which_we_may_make_no_table_ends_with_3_in_one_line(tmp_path: Path) -> None:
    url, data = databases.create_database("closed"), str(tmp_path)
    closed = create_engine(url)
    with closed.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS stranger"))
        connection.execute(text("CREATE ROLE stranger LOGIN"))
    closed.dispose()
    settings = {"DATABASE_URL": url.replace("hrsite@", "stranger@"), "DATA_DIR": data}
    try:
        said = subprocess.run(
            [sys.executable, "-m", "hrsite.cli", "migrate"],
            env=os.environ | {"HRSITE_MODE": "development"} | settings,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        databases.drop_database("closed")
    assert said.returncode == 3
    refused = "permission denied for schema public"
    assert said.stderr == f"The database cannot be used ({refused}). Nothing was changed.\n"


@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("erased.log", ("start", "serve", "worker", "migrate")),
        ("migrating.lock", ("start", "serve", "worker", "migrate")),
        ("leaving.spool", ("start", "serve")),
    ],
)
def test_a_file_that_cannot_be_written_to_ends_with_3_in_one_line(
    run: Run, tmp_path: Path, name: str, commands: tuple[str, ...]
) -> None:
    # As one that a backup put back for somebody else. To root, nothing else is closed.
    file = tmp_path / "data" / name
    file.mkdir(parents=True)
    for command in commands:
        said = run(command, PORT=str(free_port()))
        assert said.exit_code == 3
        assert said.stderr == f"{file} cannot be used (Is a directory). Nothing was changed.\n"


def test_the_doctor_ends_with_1_when_something_is_wrong_and_else_with_0(run: Run) -> None:
    ill = run("doctor", DATABASE_URL="sqlite:////nowhere/at/all.db")
    assert ill.exit_code == 1
    assert "WRONG  database: cannot be reached" in ill.output
    new = run("doctor")
    assert new.exit_code == 0
    assert "look   database: empty" in new.output
    run("migrate")
    well = run("doctor")
    assert well.exit_code == 0
    assert "WRONG" not in well.output
    assert "look   owner" in well.output
    assert "ok     database" in well.output


def test_the_owners_code_works_on_a_database_nobody_migrated(run: Run) -> None:
    said = run("owner", "reset")
    assert said.exit_code == 0
    assert "http://localhost:8000/desk/set-up" in said.output


def test_it_runs_on_postgresql_too(tmp_path: Path) -> None:
    url = databases.create_database("cli")
    settings = {"HRSITE_MODE": "development", "DATA_DIR": str(tmp_path), "DATABASE_URL": url}
    try:
        for command in ("migrate", "doctor"):
            subprocess.run(
                [sys.executable, "-m", "hrsite.cli", command],
                env=os.environ | settings,
                cwd=tmp_path,
                capture_output=True,
                check=True,
            )
    finally:
        databases.drop_database("cli")
