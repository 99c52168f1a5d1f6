"""Which addresses a text may point to: links to pages and letters, pictures that are ours."""

import re
from html import escape
from urllib.parse import quote

import nh3

from hrsite.texts.htmltree import Element

_PATH = re.compile(r"/(?![/\\])")
_SCHEME = re.compile(r"(?:https?://(?=[^/?#\\])|mailto:(?=.)|tel:(?=.))", re.IGNORECASE)
# Names of our own making: no folder, no dot but the ending's, so no way out of /media/.
_PICTURE = re.compile(r"/media/[A-Za-z0-9_-]{1,64}\.webp")
# Browsers drop these inside an address, so "java\tscript:" would run; we drop them before we look.
_DROPPED = re.compile(r"[\x00-\x1f\x7f]+")
_GAP = re.compile(r"\s+")


def href_of(link: Element) -> str:
    """The link's address, percent-encoded as RFC 3986 asks; empty if it may not be followed.

    Good are http and https with a host, mailto, tel, and a path on this site. `//host` and
    `/\\host` are not paths: browsers read both as another site.
    """
    address = _DROPPED.sub("", link.attributes.get("href", "")).strip()
    scheme = _SCHEME.match(address)
    if scheme:
        address = scheme[0].lower() + address[scheme.end() :]
    elif not _PATH.match(address):
        return ""
    address = quote(address, safe="%:/?#[]@!$&'()*+,;=-._~")
    # nh3 would take away the address of a host that cannot be: ask it now, so that no bare <a>
    # stays.
    return address if "href" in nh3.clean(f'<a href="{escape(address)}">a</a>') else ""


def is_elsewhere(address: str) -> bool:
    """Does a checked address leave this site?"""
    return address.startswith("http")


def picture_of(image: Element) -> Element | None:
    """The picture with its address and alt text alone; None unless it is ours and has an alt text.

    An empty alt text is one: it says the picture is decoration (WCAG 2.2, technique H67).
    """
    source = image.attributes.get("src", "").strip()
    if not _PICTURE.fullmatch(source) or "alt" not in image.attributes:
        return None
    return Element("img", {"src": source, "alt": _GAP.sub(" ", image.attributes["alt"]).strip()})
