"""The law of imports, in code: down a floor, or back along the row.

Each rule takes the root of a source tree and returns its breaches, one line each.
"""

import ast
from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from tests.house_source import (
    APP,
    DOOR,
    GROUND,
    GROUND_ROOMS,
    JOBS,
    ROW,
    Import,
    Module,
    dotted,
    modules,
)

Rule = Callable[[Path], list[str]]

FOLDERS = {*ROW, *GROUND_ROOMS, "demo", "static"}

# They are opened in one place, and the command line gathers the features' commands.
MAY_IMPORT_DOORS = {"hrsite.cli", "hrsite.doors"}

# Only one function needs each of these, and they make start-up slow or processes large.
HEAVY = {
    "PIL",
    "cryptography",
    "feedparser",
    "flask_migrate",
    "hrsite.doors",
    "hrsite.server.running",
    "huey",
    "icalendar",
    "mrml",
    "psycopg",
    "redis",
    "slugify",
    "snowballstemmer",
    "webauthn",
}

# Jobs add, doors commit. Each hand-over of a letter must be on disk before the next, and the
# ledger's counter before the mark beside it may say so.
MAY_COMMIT = {"hrsite/outbox/delivering.py", "hrsite/outbox/instance.py"}

# What every answer or every door needs; no job and no model is among them.
MAY_READ_REQUEST = {
    "hrsite/accounts/guard.py",
    "hrsite/ready/compressing.py",
    "hrsite/cookies.py",
    "hrsite/errors.py",
    "hrsite/furniture.py",
    "hrsite/limits.py",
    "hrsite/headers.py",
    "hrsite/logs.py",
    "hrsite/ready/pagecache.py",
    "hrsite/plain.py",
    "hrsite/shaping.py",
}
OF_THE_REQUEST = {"request", "session", "g", "abort", "redirect", "flash"}


def imports_go_down_a_floor_or_back_along_the_row(root: Path) -> list[str]:
    """Rules 1 to 4: who may import whom."""
    known = {module.name: module for module in modules(root)}
    return [
        f"{module.at(line)} imports {name}: {reason}"
        for module in known.values()
        for name, line in dict.fromkeys((taken.module, taken.line) for taken in module.imports)
        if name in known
        for reason in [_against_the_law(module, known[name])]
        if reason
    ]


def _against_the_law(module: Module, other: Module) -> str | None:
    if other.floor > module.floor:
        return "that is up a floor"
    own = other.feature == module.feature
    if other.floor == DOOR and not own and module.name not in MAY_IMPORT_DOORS:
        return "nobody but the app imports another feature's door"
    along_the_row = module.floor != APP and module.floor != DOOR
    if along_the_row and _place_in_row(other) > _place_in_row(module):
        return "that is forward along the row"
    return None


def _place_in_row(module: Module) -> int:
    return ROW.index(module.feature) if module.feature in ROW else -1


def nothing_imports_in_a_circle(root: Path) -> list[str]:
    """Rule 1: the modules can be put in an order."""
    known = {module.name: module for module in modules(root)}
    graph = {
        name: {taken.module for taken in module.imports if taken.module in known}
        for name, module in known.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["in a circle: " + " ← ".join(error.args[1])]
    return []


def every_folder_stands_in_the_row(root: Path) -> list[str]:
    """A new feature takes its place in the row, or the law could not judge it."""
    return [
        f"{path.relative_to(root).as_posix()}/ is not in the row"
        for path in sorted((root / "hrsite").glob("*/"))
        if path.name not in FOLDERS and path.name != "__pycache__"
    ]


def a_feature_s_init_is_empty(root: Path) -> list[str]:
    """Rule 4: importing a feature runs nothing."""
    return [
        f"{module.place} is not empty"
        for module in modules(root)
        if module.path.name == "__init__.py" and module.name != "hrsite" and module.text
    ]


def nothing_is_imported_for_type_checking_only(root: Path) -> list[str]:
    """Rule 5: an import that only the type checker sees hides a circle."""
    return [
        f"{module.at(taken.line)} uses TYPE_CHECKING"
        for module in modules(root)
        for taken in module.imports
        if taken.name == "TYPE_CHECKING"
    ] + [
        f"{module.place} uses typing.TYPE_CHECKING"
        for module in modules(root)
        if "typing.TYPE_CHECKING" in module.text
    ]


def only_heavy_libraries_are_imported_in_functions(root: Path) -> list[str]:
    """Rule 5: in a function stands only a library that makes start-up slow, with a comment."""
    return [
        f"{module.at(taken.line)} imports {taken.module} in a function: {reason}"
        for module in modules(root)
        for taken in module.imports
        if taken.in_function
        for reason in [_no_excuse(module, taken)]
        if reason
    ]


def _no_excuse(module: Module, taken: Import) -> str | None:
    if not {taken.library, taken.module} & HEAVY:
        return "it belongs at the top"
    lines = module.text.splitlines()[: taken.line]
    while lines[-1].split()[:1] in (["import"], ["from"]) and "#" not in lines[-1]:
        lines.pop()
    if "#" in lines[-1] or "import" in (ast.get_docstring(module.tree) or ""):
        return None
    return "a comment, or the head of the file, must say why"


def only_doors_make_blueprints(root: Path) -> list[str]:
    """Rule 4: a blueprint is made in the file that uses it."""
    return [
        f"{module.at(call)} makes a blueprint"
        for module in modules(root)
        if module.floor != DOOR
        for call in module.calls()
        if dotted(call.func).endswith("Blueprint")
    ]


def only_doors_commit(root: Path) -> list[str]:
    """Jobs add to the session; the door that called them commits, once, last."""
    return [
        f"{module.at(call)} commits"
        for module in modules(root)
        if module.floor <= JOBS and module.place not in MAY_COMMIT
        for call in module.calls()
        if dotted(call.func).endswith(".commit")
    ]


def only_doors_read_the_request(root: Path) -> list[str]:
    """Jobs and models are told what they need, so that the worker can call them too."""
    return [
        f"{module.at(taken.line)} reads the request ({taken.name})"
        for module in modules(root)
        if GROUND <= module.floor <= JOBS and module.place not in MAY_READ_REQUEST
        for taken in module.imports
        if taken.library == "flask" and taken.name in OF_THE_REQUEST
    ]
