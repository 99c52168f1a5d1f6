"""What each process brings into memory: no more than it needs, and all that it needs."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import Environment, nodes

from hrsite import create_app
from tests.conftest import settings_for
from tests.house_source import DOORS

# Of what kind, and its name.
Named = tuple[str, str]


def brought(folder: Path, code: str) -> set[str]:
    """The modules that a process of its own has read after this."""
    given = {"PATH": os.environ["PATH"], "HRSITE_ENV_FILE": "", "BASE_URL": "https://example.org"}
    given |= {"DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/hrsite.db"}
    done = subprocess.run(
        [sys.executable, "-OO", "-c", f"{code}; import sys; print(*sys.modules)"],
        env=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("answers", [True, False])
def test_who_only_sends_or_serves_brings_neither_alembic_nor_another_databases_client(
    tmp_path: Path, answers: bool
) -> None:
    modules = brought(tmp_path, f"from hrsite import create_app; create_app(answers={answers})")
    libraries = {name.partition(".")[0] for name in modules}
    assert "huey" in libraries
    assert not libraries & {"alembic", "flask_migrate", "redis", "psycopg"}
    assert "sqlalchemy.dialects.postgresql" not in modules


def test_a_worker_brings_no_door_and_no_command(tmp_path: Path) -> None:
    modules = brought(
        tmp_path, "import hrsite.working; from hrsite import create_app; create_app(answers=False)"
    )
    ours = [name.rpartition(".")[2].partition("_")[0] for name in modules if "hrsite." in name]
    assert "looking" in ours
    assert not {*ours} & (DOORS | {"doors", "frontdoor", "guard"})
    assert not {name.partition(".")[0] for name in modules} & {"flask_wtf", "wtforms", "uvicorn"}


def test_no_letter_needs_what_only_doors_hand_to_templates(tmp_path: Path) -> None:
    for name in ("open", "closed"):
        (tmp_path / name).mkdir()
    with_doors = create_app(settings_for(tmp_path / "open"))
    without = create_app(settings_for(tmp_path / "closed"), answers=False)
    there = known(without)
    doors_alone = known(with_doors) - there
    assert ("Name", "cards_of") in doors_alone
    letters = [name for name in without.jinja_env.list_templates() if name.startswith("email/")]
    assert len(letters) > 30
    for letter in letters:
        wanted = named_in(letter, without.jinja_env)
        # Other names than these are what the letter is about.
        missing = {named for named in wanted - there if named[0] != "Name"}
        assert missing | (wanted & doors_alone) == set(), letter


def known(app: Flask) -> set[Named]:
    """The filters, tests, functions and other names that templates find by themselves."""
    with app.app_context():
        told: dict[str, Any] = {}
        app.update_template_context(told)
    environment = app.jinja_env
    kinds = {"Filter": environment.filters, "Test": environment.tests}
    kinds |= {"Name": environment.globals | told}
    return {(kind, name) for kind, names in kinds.items() for name in names}


def named_in(template: str, environment: Environment) -> set[Named]:
    """What stands in a template."""
    assert environment.loader is not None
    tree = environment.parse(environment.loader.get_source(environment, template)[0])
    found = tree.find_all((nodes.Name, nodes.Filter, nodes.Test))
    return {(type(one).__name__, one.name) for one in found}
