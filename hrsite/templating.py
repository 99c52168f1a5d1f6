"""Jinja, set up the way this site's templates are written."""

import re
from collections.abc import Callable, MutableMapping
from typing import Any

import jinja2
from flask import Flask, templating
from jinja2 import FileSystemLoader, StrictUndefined

_INCLUDE = re.compile(r'\{% include "([^"]+\.html)" %\}')


class Environment(templating.Environment):
    """Flask's, whose templates all have the same globals."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of one template.

        Jinja lays an empty map of the template's own over the common one, and goes through both
        for each import and each part of a page. None of ours has globals of its own.
        """
        return self.globals if d is None else super().make_globals(d)


class OnePieceLoader(FileSystemLoader):
    """Puts what a template includes in the place where it is included, before it is compiled.

    Jinja would gather all the names that are known there anew, at each reading of a page: of an
    article eleven times, which took a tenth of the time to make it.
    """

    def get_source(
        self, environment: jinja2.Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """The whole text; and is it still that, in each of its files?"""
        text, path, is_same = super().get_source(environment, template)
        checks = [is_same]

        def put(found: re.Match[str]) -> str:
            part, _, is_part_same = self.get_source(environment, found[1])
            checks.append(is_part_same)
            # What it sets is its own, as in a file of its own.
            return "{% with %}" + part.removesuffix("\n") + "{% endwith %}"

        # In plain text something else would be escaped than in what is included.
        if template.endswith(".html"):
            text = _INCLUDE.sub(put, text)
        return text, path, lambda: all(check() for check in checks)


def init_app(app: Flask) -> None:
    """Before anything else asks for the environment."""
    app.jinja_environment = Environment
    app.jinja_loader = OnePieceLoader(str(app.template_folder))
    # All templates stay at hand, however many they are: a plain map of them takes no lock.
    app.jinja_options = {"cache_size": -1}
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
