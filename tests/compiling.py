"""What every application compiles anew is compiled once a run: templates, statements, addresses.

A run makes some thousands of applications, and this was most of what each one cost.
"""

from collections.abc import Callable
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule


class CompiledOnce(BytecodeCache):
    """Templates are compiled once a run, and not once for each test's application."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Hand out what an earlier test compiled."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what this test compiled."""
        self._code[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledOnce()


class StatementsOnce(LRUCache[Any, Any]):
    """Statements of SQL too: each engine has its own dialect, but those of a kind are alike."""

    def get(self, key: Any, default: Any = None) -> Any:
        """What an earlier test compiled for this kind of database."""
        dialect, *said = key
        return super().get((dialect.name, *said), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        dialect, *said = key
        super().__setitem__((dialect.name, *said), compiled)


STATEMENTS = StatementsOnce(2_000)


def compile_rules_once() -> None:
    """Let rules that say the same share the function that builds their address."""
    compile_builder = Rule._compile_builder
    made: dict[Any, Callable[..., tuple[str, str]]] = {}

    def once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        says = (rule.rule, rule.host, rule.subdomain, repr(rule.defaults), append_unknown)
        if says not in made:
            made[says] = compile_builder(rule, append_unknown)
        return made[says]

    Rule._compile_builder = once  # type: ignore[method-assign]
