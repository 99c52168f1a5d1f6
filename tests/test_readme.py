"""The README keeps its word: every setting, target, command and room it should name is there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hrsite.cli import main

PROJECT = Path(__file__).parents[1]
README = (PROJECT / "README.md").read_text()
SETTINGS = sorted(
    set(re.findall(r'env\.\w+\("([A-Z_]+)"', (PROJECT / "hrsite/config.py").read_text()))
)
ROOMS = sorted(path.parent.name for path in (PROJECT / "hrsite").glob("*/__init__.py"))

MAKE_CALLS = sorted(set(re.findall(r"(?:`|^    )make ([a-z-]+)", README, re.MULTILINE)))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_explained(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([A-Z][A-Z_]{3,})`", README))))
def test_every_setting_it_names_exists(name: str) -> None:
    assert name in SETTINGS or name in (PROJECT / "hrsite/config.py").read_text()


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_on_the_map(room: str) -> None:
    assert f"`{room}/`" in README


@pytest.mark.parametrize("target", MAKE_CALLS)
def test_every_make_target_it_names_exists(target: str) -> None:
    assert target in targets()


@pytest.mark.parametrize("name", sorted(set(re.findall(r"[`/]hrsite ([a-z]+)\b", README))))
def test_every_command_it_names_exists(name: str) -> None:
    assert name in main.commands


def test_its_pictures_are_there() -> None:
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (PROJECT / path).is_file(), path


def test_its_command_for_a_migration_writes_the_next_one(tmp_path: Path) -> None:
    (command,) = re.findall(r"`\.venv/bin/(flask --app wsgi db revision [^`]+)`", README)
    for name in ("hrsite", "templates", "wsgi.py"):
        (tmp_path / name).symlink_to(PROJECT / name)
    copy = shutil.copytree(PROJECT / "migrations", tmp_path / "migrations")
    newest = max(file.name for file in copy.glob("versions/[0-9]*.py"))
    settings = {
        "HRSITE_MODE": "development",
        "HRSITE_ENV_FILE": "",
        "DATA_DIR": str(tmp_path / "d"),
    }

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words, "--directory", str(copy)],
            cwd=tmp_path, env=os.environ | settings, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("flask", "--app", "wsgi", "db", "heads").startswith(newest[:4])
    run("flask", "--app", "wsgi", "db", "upgrade")
    run(*shlex.split(command))
    (made,) = set(copy.glob("versions/*what_changes.py"))
    assert made.name == f"{int(newest[:4]) + 1:04}_what_changes.py"
