"""What the editor is built from stands beside it: locked, licensed, and asked for by one page."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
EDITOR = ROOT / "hrsite" / "static" / "editor"


def test_the_lock_names_every_package_by_its_digest_and_no_host_to_fetch_it_from() -> None:
    packages = json.loads((EDITOR / "package-lock.json").read_text())["packages"]
    fetched = {path: said for path, said in packages.items() if path}

    assert fetched
    assert [path for path, said in fetched.items() if "resolved" in said] == []
    assert [path for path, said in fetched.items() if not said.get("integrity")] == []


def test_every_package_in_it_has_its_licence_beside_it() -> None:
    packages = json.loads((EDITOR / "package-lock.json").read_text())["packages"]
    names = {path.removeprefix("node_modules/") for path in packages if path}
    bundled = {name for name in names if "esbuild" not in name}
    licences = (EDITOR / "tiptap.licences.txt").read_text()

    assert {*re.findall(r"^== (.+)$", licences, re.MULTILINE)} == bundled
    assert licences.count("Permission is hereby granted") >= len(bundled)


def test_it_makes_no_code_from_text_and_no_page_but_the_writing_forms_loads_it() -> None:
    built = (EDITOR / "tiptap.js").read_text()
    assert not re.search(r"\beval\(|new Function\(", built)

    def askers(word: str) -> set[str]:
        folder = ROOT / "templates"
        pages = [one for one in folder.rglob("*.html") if word in one.read_text()]
        return {str(one.relative_to(folder)) for one in pages}

    assert askers("editor/") == {"_writing_head.html"}
    assert askers("_writing_head.html") == {
        "newsletter/desk/welcome.html",
        "notices/desk/edit.html",
        "pages/desk/edit.html",
        "posts/desk/edit.html",
    }
