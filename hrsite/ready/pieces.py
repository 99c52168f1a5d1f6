"""Pieces of pages that cost some work and are the same on many: templates make each once."""

from collections.abc import Callable, Hashable
from functools import lru_cache, partial
from typing import Any, cast

from flask import Flask, current_app
from jinja2 import Environment
from markupsafe import Markup

from hrsite import plain
from hrsite.ready import pagecache

# Some kilobytes each.
MOST_DRAWN = 256


def shared(is_plain: bool, *name: Hashable, caller: Callable[[], Markup]) -> Markup:
    """{% call shared("foot") %}…{% endcall %}: what is alike on all pages, or of those named so."""
    return pagecache.shared((*name, is_plain), caller)


def drawn(title: str) -> Markup:
    """The picture that a title draws, which is always the same one."""
    return _drawn(current_app.jinja_env, title)


@lru_cache(maxsize=MOST_DRAWN)
def _drawn(environment: Environment, title: str) -> Markup:
    macros: Any = environment.get_template("macros/patterns.html").module
    return cast(Markup, macros.pattern(title))


def init_app(app: Flask) -> None:
    """Hand them to Jinja."""
    app.jinja_env.globals["drawn"] = drawn
    app.context_processor(lambda: {"shared": partial(shared, plain.is_plain())})
