"""The habits of the house, in code: small files, full words, one clock, a type on every signature.

Each rule takes the root of a source tree and returns its breaches, one line each.
"""

import ast
from pathlib import Path

from tests.house_source import JOBS, MODELS, dotted, modules, names_made, words

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
# A list with a line for every setting, and no thinking in it.
MAY_BE_LONG = {"hrsite/config.py"}

VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "services", "manager", "base"}

# Words of the trade that hurt, mislead, or mean two things at once.
UNSAID = {
    "addict",
    "admin",
    "backend",
    "blacklist",
    "blast",
    "blocklist",
    "broadcast",
    "campaign",
    "dashboard",
    "delivered",
    "member",
    "members",
    "optout",
    "sent",
    "user",
    "users",
    "visitor",
    "visitors",
    "whitelist",
}

WALL_CLOCK = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "func.now")
CLOCK = "hrsite/clock.py"
# The coach may stay away for a while, or a relay take its time: these look at the clock again.
MAY_ASK_THE_CLOCK = {
    "hrsite/accounts/guard.py",
    "hrsite/outbox/connections.py",
    "hrsite/outbox/delivering.py",
}

UNSAFE_TO_LOAD = {"pickle", "cPickle", "dill", "marshal", "shelve"}


def files_are_short(root: Path) -> list[str]:
    """Past 300 lines a file has two jobs."""
    found = [module.path for module in modules(root, "hrsite", "tests")]
    found += sorted((root / "templates").rglob("*.html"))
    found += sorted((root / "hrsite" / "static").glob("*.css"))
    return [
        f"{path.relative_to(root).as_posix()} has {count} lines"
        for path in found
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]


def functions_fit_a_screen(root: Path) -> list[str]:
    """A function over 40 lines has a job inside it."""
    return [
        f"{module.at(function)} {function.name} has {count} lines"
        for module in modules(root)
        if module.place not in MAY_BE_LONG
        for function in module.functions()
        if (count := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]


def files_say_what_they_are_for(root: Path) -> list[str]:
    """The first line of a file is its docstring."""
    return [
        f"{module.place} does not say what it is for"
        for module in modules(root, "hrsite", "tests")
        if module.text and not ast.get_docstring(module.tree)
    ]


def files_are_named_for_their_job(root: Path) -> list[str]:
    """A file called utils takes in anything."""
    return [
        f"{module.place} is named for nothing"
        for module in modules(root, "hrsite", "tests")
        if set(module.path.stem.split("_")) & VAGUE
    ]


def names_use_the_words_of_the_house(root: Path) -> list[str]:
    """A reader is no user, and an accepted letter is not delivered."""
    return [
        f"{module.at(line)} says {name}"
        for module in modules(root)
        for name, line in [(module.path.stem, 1), *names_made(module)]
        if UNSAID & {*words(name)} or "opt_out" in name.lower()
    ]


def only_the_clock_reads_the_clock(root: Path) -> list[str]:
    """One file reads the time, so that a test can set it."""
    return [
        f"{module.at(call)} asks {dotted(call.func)}"
        for module in modules(root)
        if module.place != CLOCK
        for call in module.calls()
        if dotted(call.func).endswith(WALL_CLOCK)
        or dotted(call.func) in ("time.time", "time.time_ns")
    ] + [
        f"{module.at(taken.line)} takes {taken.name} from time"
        for module in modules(root)
        for taken in module.imports
        if taken.module == "time" and taken.name in ("time", "time_ns")
    ]


def jobs_are_told_the_time(root: Path) -> list[str]:
    """Models and jobs take `now` as an argument; only doors ask the clock."""
    return [
        f"{module.place} asks the clock"
        for module in modules(root)
        if module.floor in (MODELS, JOBS) and module.place not in MAY_ASK_THE_CLOCK
        if any(dotted(call.func) == "clock.now" for call in module.calls())
        or any(taken.module == "hrsite.clock" and taken.name == "now" for taken in module.imports)
    ]


def nothing_is_unpickled(root: Path) -> list[str]:
    """Loading a pickle runs whatever was put into it."""
    return [
        f"{module.at(taken.line)} imports {taken.module}"
        for module in modules(root)
        for taken in module.imports
        if taken.library in UNSAFE_TO_LOAD
    ]


def signatures_have_types(root: Path) -> list[str]:
    """Every parameter and every answer says its type."""
    return [
        f"{module.at(function)} {function.name} leaves out a type"
        for module in modules(root)
        for function in module.functions()
        if function.returns is None or any(_untyped(function))
    ]


def _untyped(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = function.args
    taken = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    taken += [more for more in (given.vararg, given.kwarg) if more]
    return [one for one in taken if one.annotation is None and one.arg not in ("self", "cls")]


def tests_use_the_real_thing(root: Path) -> list[str]:
    """A mock of our own modules proves only that the mock works, and a sleep proves nothing."""
    return [
        f"{module.at(taken.line)} imports {taken.module}"
        for module in modules(root, "tests")
        for taken in module.imports
        if taken.module.startswith(("unittest.mock", "mock", "pytest_mock"))
        or (taken.module == "unittest" and taken.name == "mock")
    ] + [
        f"{module.at(call)} sleeps"
        for module in modules(root, "tests")
        for call in module.calls()
        if dotted(call.func) in ("time.sleep", "sleep")
    ]
