"""The text-only twin of every page: the same words and links, with no picture, font or colour.

One flag in the address, `?plain=1`, and the same templates: they leave out what is not text.
Whoever reads plain stays plain, because each address of a page made here carries the flag on.
"""

import re
from html import escape, unescape
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, has_request_context, request, url_for
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from hrsite.ready import pagecache
from hrsite.texts import markup

_NO_PAGES = ("/desk", "/static/", "/media/", "/webhooks/", "//")
_LINK = re.compile(r'(?<=<a href=")/[^"]*')


def is_plain() -> bool:
    """Does this request ask for the twin? Any other value of the parameter means it does not."""
    return (
        has_request_context()
        and bool(request.query_string)  # Most have none, and this is asked thirty times a page.
        and request.args.get(pagecache.TWIN) == pagecache.YES
        and _is_page(request.path)
    )


def kept(address: str) -> str:
    """An address on this site, which leads to the twin when this page is one."""
    head, mark, place = address.partition("#")
    path, _, query = head.partition("?")
    if not (is_plain() and _is_page(path)):
        return address
    joint = "&" if query else "?"
    return f"{head}{joint}{pagecache.TWIN}={pagecache.YES}{mark}{place}"


def twin() -> str:
    """The address of the same page, the other way round; empty where there is none."""
    if not _is_page(request.path):
        return ""
    query = own_query()
    if not is_plain():
        return "?" + urlencode({**query, pagecache.TWIN: pagecache.YES})
    if request.endpoint is None:
        return "/"
    place = {**(request.view_args or {}), **query, pagecache.TWIN: None}
    return url_for(request.endpoint, **place)


def own_query() -> dict[str, str]:
    """The parameters of the address that make it this page, and nothing else anybody may add.

    The twin is the same page.
    """
    if not request.query_string:
        return {}
    declared = pagecache.declared_by(current_app, request.endpoint) if request.endpoint else None
    return {
        name: request.args[name]
        for name, pattern in (declared.query if declared else ())
        if name != pagecache.TWIN and pattern.fullmatch(request.args.get(name, ""))
    }


def words(html: str) -> Markup:
    """The author's text for the twin: a picture is what it shows, in words; links stay plain."""
    clean = markup.without_pictures(html)
    return Markup(_LINK.sub(lambda link: escape(kept(unescape(link[0]))), clean))  # noqa: S704


@pass_context
def _kept(_: Context, address: str) -> str:
    # With a context, or Jinja would work `"/"|kept` out once, when it compiles the template.
    return kept(address)


def init_app(app: Flask) -> None:
    """Let templates ask, and let every address of a page carry the flag."""
    app.jinja_env.globals |= {"is_plain": is_plain, "twin": twin}
    app.jinja_env.filters |= {"kept": _kept, "plain_words": words}
    app.url_default_functions.setdefault(None, []).append(_stay_plain)


def _stay_plain(endpoint: str, values: dict[str, Any]) -> None:
    if is_plain() and all(_is_page(rule.rule) for rule in current_app.url_map.iter_rules(endpoint)):
        values.setdefault(pagecache.TWIN, pagecache.YES)


def _is_page(path: str) -> bool:
    """A page of readers, and no file: those have a dot in their name."""
    return (
        path.startswith("/")
        and not path.startswith(_NO_PAGES)
        and "." not in path.rpartition("/")[2]
    )
