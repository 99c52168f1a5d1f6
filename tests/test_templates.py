"""Every template parses, keeps to the content policy, and promises nothing that we cannot keep."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, TemplateSyntaxError, nodes

from tests.house_source import ROW

HERE = Path(__file__).parents[1] / "templates"
FOLDERS = {*ROW, "email", "errors", "macros"}
LETTER = {"subject.txt", "body.txt", "body.html"}

# Whose words these are, and who made them safe. Nothing else may switch the escaping off.
MAY_BE_SAFE: dict[str, str] = {}

# The names of XML dialects, which nobody fetches, and the hosts kept for examples.
HARMLESS = (
    "http://www.w3.org/",
    "http://www.sitemaps.org/schemas/",
    "https://example.org",
    "https://example.com",
)

PROMISES = re.compile(
    r"\banonymous(ly)?\b|\b100(&nbsp;|\W)*%(&nbsp;|\W)*confidential|\bhipaa\b", re.IGNORECASE
)
HANDLER = re.compile(r"\son[a-z]{3,}\s*=", re.IGNORECASE)
STYLE = re.compile(r"\sstyle\s*=|<style\b", re.IGNORECASE)
# A block of data is not run, whatever Jinja puts into it, and Jinja escapes what could end it.
DATA = r'\stype="application/ld\+json"></script>'
SCRIPT = re.compile(rf"<script\b(?!{DATA})(?![^>]*\ssrc\s*=)|javascript:", re.IGNORECASE)
HOST = re.compile(r"https?://[^\s\"'<>{]+|(?<=[\"'])//[a-z0-9][^\s\"'<>]*", re.IGNORECASE)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)

Rule = Callable[[Path], list[str]]


def templates(root: Path) -> Iterator[tuple[str, str]]:
    """Every template's place and its text without comments, whose lines stay where they were."""
    for path in sorted(path for path in root.rglob("*") if path.is_file()):
        text = COMMENT.sub(_only_lines, path.read_text(encoding="utf-8"))
        yield path.relative_to(root).as_posix(), text


def trees(root: Path) -> Iterator[tuple[str, nodes.Template]]:
    """Every template that parses, as Jinja sees it."""
    for place, text in templates(root):
        if not _fault(text):
            yield place, Environment(autoescape=True).parse(text)


def _only_lines(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _fault(text: str) -> str | None:
    try:
        Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        return f"line {error.lineno}: {error.message}"
    return None


def _found(root: Path, pattern: re.Pattern[str], *, markup_only: bool) -> list[str]:
    """Where a pattern stands; in the markup only, or also in the strings that Jinja puts there."""
    return [
        f"{place}:{text.count(chr(10), 0, match.start()) + 1} says {match[0].strip()}"
        for place, whole in templates(root)
        for text in [CODE.sub(_only_lines, whole) if markup_only else whole]
        for match in pattern.finditer(text)
    ]


def templates_parse(root: Path) -> list[str]:
    return [f"{place} {_fault(text)}" for place, text in templates(root) if _fault(text)]


def what_is_named_exists(root: Path) -> list[str]:
    """Extends, includes and imports name a file that is there."""
    return [
        f"{place}:{node.lineno} wants {named.value}"
        for place, tree in trees(root)
        for node in tree.find_all(nodes.Stmt)
        for named in [getattr(node, "template", None)]
        if isinstance(named, nodes.Const) and not (root / str(named.value)).is_file()
    ]


def what_is_imported_is_used(root: Path) -> list[str]:
    return [
        f"{place} imports {name} and does not use it"
        for place, tree in trees(root)
        for name in sorted(_imported(tree) - {node.name for node in _read(tree)})
    ]


def _imported(tree: nodes.Template) -> set[str]:
    whole = {node.target for node in tree.find_all(nodes.Import)}
    taken = [name for node in tree.find_all(nodes.FromImport) for name in node.names]
    return whole | {name[1] if isinstance(name, tuple) else name for name in taken}


def _read(tree: nodes.Template) -> Iterator[nodes.Name]:
    return (node for node in tree.find_all(nodes.Name) if node.ctx == "load")


def folders_mirror_the_features(root: Path) -> list[str]:
    """templates/posts/show.html, templates/posts/desk/edit.html, and no other depth."""
    return [
        f"{place} lies in no feature's folder"
        for place, _ in templates(root)
        for folders in [place.split("/")[:-1]]
        if folders and (folders[0] not in FOLDERS or _strange(*folders))
    ]


def _strange(first: str, *inner: str) -> bool:
    return len(inner) > 1 if first == "email" else inner not in ((), ("desk",))


def letters_are_whole(root: Path) -> list[str]:
    """A letter has a subject, words for every reader, and the same words dressed."""
    return [
        f"email/{folder.name} has no {missing}"
        for folder in sorted((root / "email").glob("*/"))
        for missing in sorted(LETTER - {path.name for path in folder.iterdir()})
    ]


def scripts_and_styles_are_files(root: Path) -> list[str]:
    """The content policy lets none run that stands in the page. A letter has no other place."""
    return [
        *_found(root, HANDLER, markup_only=True),
        *_found(root, SCRIPT, markup_only=True),
        *(at for at in _found(root, STYLE, markup_only=True) if not at.startswith("email/")),
    ]


def nobody_else_s_host_is_named(root: Path) -> list[str]:
    """A page fetches nothing from strangers, and a link's host is a setting."""
    found = _found(root, HOST, markup_only=False)
    return [at for at in found if not at.partition(" says ")[2].startswith(HARMLESS)]


def no_promise_is_made_that_nobody_can_keep(root: Path) -> list[str]:
    """Regulators have taken firms to court for these words."""
    return _found(root, PROMISES, markup_only=False)


def nothing_switches_the_escaping_off(root: Path) -> list[str]:
    return [
        f"{place}:{node.lineno} switches the escaping off"
        for place, tree in trees(root)
        if place not in MAY_BE_SAFE
        for node in tree.find_all((nodes.Filter, nodes.EvalContextModifier))
        if not isinstance(node, nodes.Filter) or node.name == "safe"
    ]


BREACHES: list[tuple[Rule, str, str]] = [
    (templates_parse, "posts/show.html", "{% if post %}"),
    (what_is_named_exists, "posts/show.html", '{% include "posts/_gone.html" %}'),
    (
        what_is_imported_is_used,
        "posts/show.html",
        '{% from "base.html" import card, row as r %}{{ r }}',
    ),
    (what_is_imported_is_used, "posts/show.html", '{% import "base.html" as forms %}'),
    (folders_mirror_the_features, "payments/show.html", "<p>"),
    (folders_mirror_the_features, "posts/cards/one.html", "<p>"),
    (letters_are_whole, "email/goodbye/subject.txt", "Goodbye"),
    (scripts_and_styles_are_files, "posts/show.html", '<p style="color: red">'),
    (scripts_and_styles_are_files, "posts/show.html", "<style>p { color: red }</style>"),
    (scripts_and_styles_are_files, "posts/show.html", "<script>go()</script>"),
    (
        scripts_and_styles_are_files,
        "posts/show.html",
        '<script type="application/ld+json">{}</script>',
    ),
    (scripts_and_styles_are_files, "posts/show.html", '<p class="{{ a }}"\n  onclick="go()">'),
    (scripts_and_styles_are_files, "email/_base.html", '<a href="javascript:go()">'),
    (nobody_else_s_host_is_named, "posts/show.html", '<img src="https://cdn.test/a.png">'),
    (nobody_else_s_host_is_named, "posts/show.html", "{{ link('http://cdn.test') }}"),
    (nobody_else_s_host_is_named, "posts/show.html", '<img src="//cdn.test/a.png">'),
    (no_promise_is_made_that_nobody_can_keep, "posts/show.html", "You stay Anonymous here."),
    (no_promise_is_made_that_nobody_can_keep, "posts/show.html", "It is 100&nbsp;% confidential"),
    (no_promise_is_made_that_nobody_can_keep, "posts/show.html", "{{ tick('HIPAA compliant') }}"),
    (nothing_switches_the_escaping_off, "posts/show.html", "{{ post.body | safe }}"),
    (
        nothing_switches_the_escaping_off,
        "posts/show.html",
        "{% autoescape false %}{% endautoescape %}",
    ),
]
RULES = list(dict.fromkeys(rule for rule, _, _ in BREACHES))

SOUND = {
    "base.html": '<html xmlns="http://www.w3.org/1999/xhtml"><script src="{{ a }}"></script>',
    "macros/dates.html": "{% macro day(moment) %}{{ moment }}{% endmacro %}",
    "posts/show.html": '{% extends "base.html" %}{% from "macros/dates.html" import day %}'
    '<script type="application/ld+json">{{ told|tojson }}</script>'
    "{# style= onclick= anonymous #}{{ day(post.at) }}{% set online = 1 %}{{ is_anonymous }}",
    "posts/desk/edit.html": '{% include "base.html" %}{% if a | length > 2 %}{% endif %}',
    "email/_base.html": '<p style="margin: 0">',
    "email/confirm/subject.txt": "Please confirm",
    "email/confirm/body.txt": "{{ link }}",
    "email/confirm/body.html": '{% include "email/_base.html" %}',
}


def build(root: Path, files: dict[str, str]) -> None:
    for place, source in files.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_templates_keep_the_rules(rule: Rule) -> None:
    assert rule(HERE) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_sound_templates_are_not_blamed(rule: Rule, tmp_path: Path) -> None:
    build(tmp_path, SOUND)
    assert rule(tmp_path) == []


@pytest.mark.parametrize(("rule", "place", "source"), BREACHES)
def test_a_breach_is_named(rule: Rule, place: str, source: str, tmp_path: Path) -> None:
    build(tmp_path, {**SOUND, place: source})
    breaches = rule(tmp_path)
    assert breaches
    assert all(place.rpartition("/")[0] in breach for breach in breaches)
