"""Walks a site by every address that its answers hold, and keeps what it saw.

It reads as browsers, feed readers and search engines do: links and files of HTML, the HTML inside
feeds, the places of a sitemap, the line of robots.txt, the addresses in a style sheet.
"""

import json
import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SITE = "http://localhost"
REDIRECTS = (301, 302, 303, 307, 308)
# What a browser hands to a telephone or a mail program.
CALLS = ("tel:", "sms:", "mailto:")
_CSS_ADDRESS = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_ROBOTS_LINE = re.compile(r"(?m)^Sitemap:\s*(\S+)")
# Where a browser goes only when somebody presses; from all else it fetches by itself.
_PRESSED = {("a", "href"), ("area", "href"), ("form", "action"), ("button", "formaction")}
_ADDRESSES = ("href", "src", "srcset", "action", "formaction", "poster", "data")
# Links of a head that name a page and fetch nothing.
_NAMING = {"canonical", "alternate", "next", "prev", "author", "license"}
_NAMING_META = {"og:url", "og:image", "twitter:image"}


@dataclass(frozen=True)
class Link:
    """One address in an answer, made whole. `is_fetched`: asked for without anybody pressing."""

    to: str
    is_fetched: bool = False
    method: str = "GET"


@dataclass
class Page:
    """What one address answered."""

    address: str
    status: int
    kind: str
    text: str
    sets_cookie: bool
    leads_to: str = ""
    links: list[Link] = field(default_factory=list)
    places: set[str] = field(default_factory=set)


def walk(client: FlaskClient, *starts: str) -> dict[str, Page]:
    """Every answer of our own host that can be reached, by its address without the #place."""
    seen: dict[str, Page] = {}
    waiting = [*starts]
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen:
            continue
        page = seen[address] = _look(address, client.get(address, buffered=True))
        waiting += [link.to for link in page.links if link.method == "GET" and is_ours(link.to)]
        waiting += [page.leads_to] if page.leads_to else []
    return seen


def is_ours(address: str) -> bool:
    """Is it on the site that is walked?"""
    return urlsplit(address)[:2] == urlsplit(SITE)[:2]


def end_of(pages: dict[str, Page], address: str) -> Page:
    """The page an address leads to, through redirects."""
    page = pages[address.partition("#")[0]]
    for _ in range(3):
        if not page.leads_to:
            break
        page = pages[page.leads_to.partition("#")[0]]
    return page


def _look(address: str, answer: TestResponse) -> Page:
    is_text = answer.mimetype.startswith("text/") or answer.mimetype.endswith(("xml", "json"))
    text = answer.text if is_text else ""
    page = Page(address, answer.status_code, answer.mimetype, text, "Set-Cookie" in answer.headers)
    if answer.status_code in REDIRECTS:
        page.leads_to = urljoin(address, answer.location)
    elif page.kind == "text/html":
        _read_html(page, text)
    elif page.kind.endswith("xml") and "svg" not in page.kind:
        _read_xml(page, text)
    elif page.kind == "application/feed+json":
        _read_json(page, json.loads(text))
    elif page.kind == "text/css":
        _read_sheet(page, text)
    elif page.kind == "text/plain":
        page.links += [Link(found) for found in _ROBOTS_LINE.findall(text)]
    return page


def _read_html(page: Page, html: str) -> None:
    reader = _Reader(page)
    reader.feed(html)
    reader.close()


def _read_sheet(page: Page, css: str) -> None:
    for found in _CSS_ADDRESS.findall(css):
        page.links.append(Link(urljoin(page.address, found), is_fetched=True))


def _read_xml(page: Page, text: str) -> None:
    """A feed or a sitemap. What they hold must be whole addresses: none is made whole here."""
    for element in ElementTree.fromstring(text).iter():  # noqa: S314 - our own answer
        name = element.tag.rpartition("}")[2]
        if name == "loc":
            page.links.append(Link(element.text or ""))
        elif name == "link":
            page.links.append(Link(element.get("href", "")))
        elif name == "content":
            _read_html(page, element.text or "")


def _read_json(page: Page, said: object) -> None:
    if isinstance(said, dict):
        for name, value in said.items():
            if name == "content_html":
                _read_html(page, value)
            elif name.endswith(("url", "image")):
                page.links.append(Link(value))
            else:
                _read_json(page, value)
    elif isinstance(said, list):
        for one in said:
            _read_json(page, one)


class _Reader(HTMLParser):
    """Takes the addresses and the named places out of HTML."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._in_sheet = page, False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if "id" in said:
            self._page.places.add(said["id"])
        if tag == "style":
            self._in_sheet = True
        if said.get("property", said.get("name")) in _NAMING_META:
            self._add(said["content"])
        method = said.get("method", "get").upper() if tag == "form" else "GET"
        names = tag == "link" and bool(_NAMING & set(said.get("rel", "").split()))
        for name in _ADDRESSES:
            if name in said:
                pressed = (tag, name) in _PRESSED or names
                for address in _each(name, said[name]):
                    self._add(address, is_fetched=not pressed, method=method)

    def handle_endtag(self, tag: str) -> None:
        if tag == "style":
            self._in_sheet = False

    def handle_data(self, data: str) -> None:
        if self._in_sheet:
            _read_sheet(self._page, unescape(data))

    def _add(self, address: str, *, is_fetched: bool = False, method: str = "GET") -> None:
        if not address.startswith(CALLS):
            whole = urljoin(self._page.address, address)
            self._page.links.append(Link(whole, is_fetched, method))


def _each(name: str, value: str) -> list[str]:
    if name != "srcset":
        return [value]
    return [candidate.split()[0] for candidate in value.split(",") if candidate.strip()]
