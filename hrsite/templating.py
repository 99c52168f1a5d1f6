"""Jinja, set up the way this site's templates are written."""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask, templating
from jinja2 import StrictUndefined


class Environment(templating.Environment):
    """Flask's, whose templates all have the same globals."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of one template.

        Jinja lays an empty map of the template's own over the common one, and goes through both
        for each import and each part of a page. None of ours has globals of its own.
        """
        return self.globals if d is None else super().make_globals(d)


def init_app(app: Flask) -> None:
    """Before anything else asks for the environment."""
    app.jinja_environment = Environment
    # All templates stay at hand, however many they are: a plain map of them takes no lock.
    app.jinja_options = {"cache_size": -1}
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
