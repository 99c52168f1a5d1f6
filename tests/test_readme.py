"""The README keeps its word: every setting, target, command and room it should name is there."""

import re
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
