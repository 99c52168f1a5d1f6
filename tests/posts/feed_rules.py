"""What the specifications of Atom and JSON Feed say a feed MUST be, as lists of breaches."""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

ATOM = "{http://www.w3.org/2005/Atom}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
# RFC 4287, 3.3: RFC 3339 with an upper-case T, and Z or an offset.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 3066
ONCE_IN_FEED = ("id", "title", "updated")
ONCE_IN_ENTRY = ("id", "title", "updated")
AT_MOST_ONCE = ("published", "summary", "content", "subtitle", "generator", "icon", "logo")


def atom_breaches(octets: bytes) -> list[str]:
    """RFC 4287, section 4."""
    feed = Xml.fromstring(octets)  # noqa: S314 - our own feed
    if feed.tag != f"{ATOM}feed":
        return ["the root is no atom:feed"]
    entries = feed.findall(f"{ATOM}entry")
    told = _element_breaches(feed, "feed", ONCE_IN_FEED)
    if not _links(feed, "self"):
        told.append("4.1.1: no link to itself")
    has_author = feed.find(f"{ATOM}author") is not None
    for number, entry in enumerate(entries):
        told += _element_breaches(entry, f"entry {number}", ONCE_IN_ENTRY)
        told += _content_breaches(entry, f"entry {number}")
        if not has_author and entry.find(f"{ATOM}author") is None:
            told.append(f"4.1.2: entry {number} has no author")
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    return told + [f"4.1.1: {name} stands twice" for name, count in ids.items() if count > 1]


def _element_breaches(element: Xml.Element, where: str, once: tuple[str, ...]) -> list[str]:
    count = Counter(child.tag.removeprefix(ATOM) for child in element)
    told = [f"{where} has {count[name]} {name}" for name in once if count[name] != 1]
    told += [f"{where} has {count[name]} {name}" for name in AT_MOST_ONCE if count[name] > 1]
    name = element.findtext(f"{ATOM}id") or ""
    if not urlsplit(name).scheme or name != name.strip():
        told.append(f"4.2.6: {where} has no absolute id: {name!r}")
    for date in ("updated", "published"):
        told += [
            f"3.3: {where} {date} is {found.text!r}"
            for found in element.findall(f"{ATOM}{date}")
            if not MOMENT.fullmatch(found.text or "")
        ]
    for person in element.findall(f"{ATOM}author"):
        if len(person.findall(f"{ATOM}name")) != 1 or not person.findtext(f"{ATOM}name"):
            told.append(f"3.2: {where} has an author without a name")
    for link in element.findall(f"{ATOM}link"):
        if not urlsplit(link.get("href", "")).netloc:
            told.append(f"{where} has a link that is not whole: {link.attrib}")
    alternates = Counter((link.get("type"), link.get("hreflang")) for link in _alternates(element))
    told += [f"4.1.1: {where} has {kind} twice" for kind, n in alternates.items() if n > 1]
    told += [
        f"4.2.2: {where} has a category without a term"
        for category in element.findall(f"{ATOM}category")
        if not category.get("term")
    ]
    language = element.get(LANGUAGE)
    if language is not None and not TAG.fullmatch(language):
        told.append(f"2: {where} is in no language: {language!r}")
    return told


def _content_breaches(entry: Xml.Element, where: str) -> list[str]:
    content, told = entry.find(f"{ATOM}content"), []
    if content is None and not _alternates(entry):
        told.append(f"4.1.2: {where} has neither content nor a page")
    if content is not None and content.get("type") in ("html", "text") and len(content):
        told.append(f"4.1.3.3: {where} has elements in escaped text")
    return told


def _links(element: Xml.Element, relation: str) -> list[Xml.Element]:
    return [
        link
        for link in element.findall(f"{ATOM}link")
        if link.get("rel", "alternate") == relation and link.get("href")
    ]


def _alternates(element: Xml.Element) -> list[Xml.Element]:
    return _links(element, "alternate")


def json_feed_breaches(feed: Any) -> list[str]:
    """JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/."""
    told = []
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        told.append("version is required")
    if not isinstance(feed.get("title"), str):
        told.append("title is required")
    if not isinstance(feed.get("items"), list):
        return [*told, "items is required"]
    told += _url_breaches(feed, "feed", ("home_page_url", "feed_url", "icon", "favicon"))
    told += _author_breaches(feed, "feed")
    for number, item in enumerate(feed["items"]):
        where = f"item {number}"
        if not isinstance(item.get("id"), str) or not item["id"]:
            told.append(f"{where} has no id")
        if not isinstance(item.get("content_html", item.get("content_text")), str):
            told.append(f"{where} has no content")
        told += _url_breaches(item, where, ("url", "external_url", "image", "banner_image"))
        told += _author_breaches(item, where)
        told += [
            f"{where} {name} is no RFC 3339 date"
            for name in ("date_published", "date_modified")
            if name in item and not MOMENT.fullmatch(item[name])
        ]
        if not all(isinstance(tag, str) for tag in item.get("tags", [])):
            told.append(f"{where} has tags that are not words")
    ids = Counter(item.get("id") for item in feed["items"])
    told += [f"{name} stands twice" for name, count in ids.items() if count > 1]
    return told + _empty_values(feed)


def _url_breaches(told_of: dict[str, Any], where: str, names: tuple[str, ...]) -> list[str]:
    return [
        f"{where} {name} is not whole"
        for name in names
        if name in told_of and not urlsplit(told_of[name]).netloc
    ]


def _author_breaches(told_of: dict[str, Any], where: str) -> list[str]:
    authors = told_of.get("authors", [])
    if "author" in told_of:
        return [f"{where} has author, which 1.1 replaced"]
    return [
        f"{where} has an author who says nothing"
        for author in authors
        if not {"name", "url", "avatar"} & set(author)
    ]


def _empty_values(value: Any) -> list[str]:
    if isinstance(value, dict):
        empty = [f"{name} is nothing" for name, inner in value.items() if inner is None]
        return empty + [told for inner in value.values() for told in _empty_values(inner)]
    if isinstance(value, list):
        return [told for inner in value for told in _empty_values(inner)]
    return []
