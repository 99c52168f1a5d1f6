"""What a template includes stands in it as if Jinja had put it there at each reading."""

import os
from pathlib import Path

import pytest
from jinja2 import (
    BaseLoader,
    DictLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    select_autoescape,
)

from hrsite.templating import OnePieceLoader

FILES = {
    "page.html": (
        "{% set name = 'outer' %}\n<ul>\n"
        "  {% for number in numbers %}\n"
        '    {% include "parts/item.html" %}\n'
        "  {% endfor %}\n</ul>\n"
        '<p>{% include "note.html" %} {{ name }}</p>\n'
        '{% with name = "lent" %}{% include "note.html" %}{% endwith %}\n'
        "{{ inner is defined }}\n"
    ),
    "parts/item.html": (
        "{# Of one number. #}\n{% set inner = number * 2 %}\n"
        '<li>{{ inner }}{% include "note.html" %}</li>\n'
    ),
    "note.html": "<b>{{ name }}</b>{% set name = 'changed' %}{{ name }}\n",
    "letter.txt": 'Hello.\n{% include "note.html" %}\n',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def jinja(loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=select_autoescape(["html"]),
    )


@pytest.mark.parametrize("name", ["page.html", "letter.txt"])
def test_it_says_the_same_to_the_letter(folder: Path, name: str) -> None:
    values = {"numbers": [1, 2, 3], "name": "<&>"}
    usual = jinja(FileSystemLoader(folder)).get_template(name).render(**values)
    assert jinja(OnePieceLoader(folder)).get_template(name).render(**values) == usual


def test_no_page_is_put_together_at_each_reading(folder: Path) -> None:
    whole, _, _ = OnePieceLoader(folder).get_source(jinja(DictLoader({})), "page.html")
    assert "{% include" not in whole


def test_a_change_in_what_is_included_is_seen(folder: Path) -> None:
    environment = jinja(OnePieceLoader(folder))
    assert "<b>lent</b>" in environment.get_template("page.html").render(numbers=[1])
    note = folder / "note.html"
    note.write_text("<i>{{ name }}</i>")
    os.utime(note, (1, 1))
    assert "<i>lent</i>" in environment.get_template("page.html").render(numbers=[1])
