"""The readers' stylesheets, written into each page: the first answer brings the words and the look.

On a slow line a sheet of its own costs a whole round trip before anything can be read. The policy
names each sheet by its hash, so that no other style, whoever wrote it into a page, counts.
"""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app
from markupsafe import Markup

from hrsite import colours
from hrsite.ready import pagecache
from hrsite.ready.staticfiles import STATIC

SITE, TWIN = "site.css", "plain.css"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
# An empty switch (`--day: ;`) keeps its blank: without one, older browsers do not count it.
_AROUND = re.compile(r"(?<!:) ?([{};,]) ?")
_FONT = re.compile(r'url\("([^"]+\.woff2[^"]*)"\)')


def written(name: str) -> Markup:
    """A sheet as an element of the page."""
    return pagecache.shared(("sheet", name), lambda: _element(name))


def _element(name: str) -> Markup:
    return Markup(f"<style>{_text(name)}</style>")  # noqa: S704 - a file of ours


def accent_rules(colour: str) -> str:
    """What a colour of the coach's own changes in the site's sheet; nothing when it is none."""
    if not colours.is_colour(colour):
        return ""
    shades = f"var(--day,{colours.by_day(colour)}) var(--night,{colours.by_night(colour)})"
    return f":root{{--clay:{shades};--clay-ink:{shades}}}"


def sources(more: str = "") -> str:
    """How a Content-Security-Policy names them, and one sheet more that a page may have."""
    return pagecache.shared(("sheets", more), lambda: _sources(more))


def _sources(more: str) -> str:
    texts = [_text(SITE), _text(TWIN), *([more] if more else [])]
    return " ".join(f"'sha256-{_digest(text)}'" for text in texts)


def init_app(app: Flask) -> None:
    """Let the frame of all pages write them."""
    app.jinja_env.filters["by_night"] = colours.by_night
    app.jinja_env.globals |= {"written_sheet": written, "fonts": fonts}


def fonts() -> list[str]:
    """The addresses of the fonts, to be asked for beside the page itself."""
    return pagecache.shared("fonts", lambda: _FONT.findall(_text(SITE)))


def _text(name: str) -> str:
    path = Path(current_app.static_folder or "") / name
    return _shortened(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _shortened(path: Path, changed: int) -> str:
    """The sheet without what is there for people who read it."""
    text = _SPACE.sub(" ", _COMMENT.sub("", path.read_text(encoding="utf-8")))
    text = _AROUND.sub(r"\1", text).replace(";}", "}").strip()
    return text.replace('url("fonts/', f'url("{STATIC}fonts/')


@lru_cache(maxsize=8)
def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
