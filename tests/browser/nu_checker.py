"""The Nu checker, which browsers' makers use to judge HTML: `make check-html` brings it.

`make test` brings nothing: it uses what is there and says what is not.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.parsers.bringing import npm_install

PACKAGE = "vnu-jar@26.9.27"
CACHE = Path(__file__).parents[2] / ".cache" / "nu-checker"
JAR = CACHE / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
# Safari takes a list without marks for no list, unless it is told: https://bugs.webkit.org/170179
# And the checker does not know container queries, which browsers have had since 2022.
NEEDED = re.compile(
    "The .list. role is unnecessary for element .[uo]l.."
    "|CSS: .container-type.: Property .container-type. doesn't exist."
    "|CSS: Unrecognized at-rule .@container."
)


def command() -> list[str] | None:
    """How to run it; None where Java or the checker is not."""
    java = shutil.which("java")
    return [java, "-jar", str(JAR), "--format", "json"] if java and JAR.is_file() else None


def complaints(folder: Path, pages: dict[str, str]) -> list[str]:
    """Every error and warning about these pages, by name; but for those we know better."""
    program = command()
    assert program is not None
    names = {}
    for number, (name, html) in enumerate(pages.items()):
        names[path := folder / f"{number}.html"] = name
        path.write_text(html)
    judged = subprocess.run([*program, *map(str, names)], capture_output=True, text=True)
    by_file = {path.name: name for path, name in names.items()}
    return [
        f"{by_file[Path(said['url']).name]}: {said['message']} {said.get('extract', '')!r}"
        for said in json.loads(judged.stderr)["messages"]
        if not NEEDED.fullmatch(said["message"])
    ]


def bring() -> str:
    """Bring it; what is missing still, in words."""
    if not JAR.is_file():
        npm_install(PACKAGE, CACHE)
    if not JAR.is_file():
        return f"npm could not bring {PACKAGE}."
    if command() is None:
        return "The Nu checker needs Java. On Debian, as root: apt install default-jre-headless"
    return ""


if __name__ == "__main__":
    if missing := bring():
        sys.exit(missing)
