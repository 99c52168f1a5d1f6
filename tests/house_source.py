"""Reads a source tree for the law of the house: modules, their floors, what they import."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROW = (
    "outbox",
    "accounts",
    "media",
    "settings",
    "redirects",
    "hints",
    "posts",
    "notices",
    "newsletter",
    "comments",
    "bookings",
    "portability",
    "pages",
)
# Rooms of the ground: no feature, only folders.
GROUND_ROOMS = {"ready", "server", "texts"}
DOORS = {"forms", "views", "desk", "feeds", "cli"}
APPLICATION = {
    "hrsite",
    "hrsite.changing_keys",
    "hrsite.cli",
    "hrsite.doctor",
    "hrsite.doors",
    "hrsite.looking",
    "hrsite.one_by_one",
    "hrsite.phrasing",
    "hrsite.serving",
    "hrsite.tidying",
    "hrsite.worker",
    "hrsite.working",
}
GROUND, MODELS, JOBS, DOOR, APP = range(5)


@dataclass(frozen=True)
class Import:
    """One imported module. `name` is what was taken out of it, where something was."""

    module: str
    name: str | None
    line: int
    in_function: bool

    @property
    def library(self) -> str:
        """The first word: `flask` for `flask.cli`."""
        return self.module.partition(".")[0]


@dataclass(frozen=True)
class Module:
    """One Python file, read but never run."""

    root: Path
    path: Path
    text: str

    @property
    def place(self) -> str:
        """Its path as a person would write it: `hrsite/posts/views.py`."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def name(self) -> str:
        """Its name as Python imports it: `hrsite.posts.views`."""
        dotted = self.place.removesuffix(".py").replace("/", ".")
        return dotted.removesuffix(".__init__")

    @property
    def feature(self) -> str | None:
        """The folder of the row it lies in; None for ground and for the app."""
        parts = self.place.split("/")
        is_of_a_feature = len(parts) > 2 and parts[1] not in {*GROUND_ROOMS, "demo"}
        return parts[1] if is_of_a_feature else None

    @property
    def floor(self) -> int:
        """0 ground, 1 models, 2 jobs, 3 doors, 4 the app."""
        if self.name in APPLICATION or self.name.startswith("hrsite.demo"):
            return APP
        if self.feature is None:
            return GROUND
        # A door that grew too long is split: desk.py, desk_publishing.py.
        stem = self.path.stem.partition("_")[0]
        return MODELS if stem == "models" else DOOR if stem in DOORS else JOBS

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.place)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the tree, from the top down."""
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> list[Import]:
        return list(_imports(self, self.tree, in_function=False))

    def calls(self) -> Iterator[ast.Call]:
        """Every call in the file."""
        return (node for node in self.nodes if isinstance(node, ast.Call))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method in the file."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return (node for node in self.nodes if isinstance(node, kinds))

    def at(self, node: ast.AST | int) -> str:
        """Where a breach is: `hrsite/posts/views.py:12`."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.place}:{line}"


def modules(root: Path, *folders: str) -> list[Module]:
    """The Python files in some folders of a tree, in order; a folder may be missing."""
    return [
        read(root, path, path.read_text(encoding="utf-8"))
        for folder in folders or ("hrsite",)
        for path in sorted((root / folder).rglob("*.py"))
    ]


@cache
def read(root: Path, path: Path, text: str) -> Module:
    """One module for all rules: to read each file anew for each of them was most of the work."""
    return Module(root, path, text)


def dotted(node: ast.AST) -> str:
    """`datetime.now` for the expression that says so, and "" for what is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def words(identifier: str) -> list[str]:
    """`SessionNotice` and `session_notice` both are session, notice."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", identifier)]


def names_made(module: Module) -> Iterator[tuple[str, int]]:
    """Every name that the file itself chooses: classes, functions, parameters, variables."""
    for node in module.nodes:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno


def _imports(module: Module, node: ast.AST, *, in_function: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        inside = in_function or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, None, child.lineno, inside)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield _taken(module, child, alias.name, inside)
        yield from _imports(module, child, in_function=inside)


def _taken(module: Module, node: ast.ImportFrom, name: str, inside: bool) -> Import:
    """`from hrsite.posts import listing` takes a module, `from hrsite.clock import now` a name."""
    base = node.module or ""
    if node.level:
        package = module.place.split("/")[: -node.level]
        base = ".".join([*package, base]).rstrip(".")
    inner = module.root.joinpath(*base.split("."), name)
    if inner.with_suffix(".py").exists() or (inner / "__init__.py").exists():
        return Import(f"{base}.{name}", None, node.lineno, inside)
    return Import(base, name, node.lineno, inside)
