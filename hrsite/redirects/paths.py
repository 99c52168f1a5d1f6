"""What somebody types as an address becomes a path: of the old site, or of a page here. Pure."""

import re
import unicodedata
from urllib.parse import unquote_to_bytes, urlsplit

from hrsite.redirects.models import LONGEST_PATH

_SLASHES = re.compile(r"/{2,}")
# Control characters, lone surrogates, and what turns the direction of writing around.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\\]")
_WHOLE = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
# Rooms of ours in which no page of an old site can have stood, or whose addresses are secret.
KEPT = ("/desk", "/static", "/media", "/webhooks", "/confirm", "/settings", "/unsubscribe")


class BadPath(ValueError):
    """This cannot be the address of a page. The message is for the coach to read."""


def folded(path: str) -> str:
    """One spelling for all that people and programs make of a path.

    Capitals, a slash too many or at the end, and two ways of writing an accent make no other page.
    """
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
    return _SLASHES.sub("/", plain).rstrip("/") or "/"


def old_path(typed: str) -> str:
    """The folded path of a page that is gone. The host and what follows ? or # do not matter.

    Raises BadPath.
    """
    path = folded(_path_in(_without_host(typed.strip())))
    if path == "/":
        raise BadPath("The first page is always there. Give the rest of the old address too.")
    for room in KEPT:
        if path == room or path.startswith(room + "/"):
            raise BadPath(f"Addresses that begin with {room} belong to this site’s own rooms.")
    return path


def new_path(typed: str, base_url: str) -> str:
    """The path of a page here. Another site's address is refused. Raises BadPath."""
    text = typed.strip()
    here = folded(base_url)
    if folded(text) == here or folded(text).startswith(here + "/"):
        text = _without_host(text)
    if _WHOLE.match(text) or _SCHEME.match(text) or text.startswith(("//", "/\\", "\\")):
        raise BadPath("Readers can only be led to a page of this site, such as /posts/a-title.")
    if "?" in text or "#" in text:
        raise BadPath("Leave out the part of the new address that begins with ? or #.")
    path = unicodedata.normalize("NFC", _SLASHES.sub("/", _path_in(text)))
    if folded(path).startswith("/desk/") or folded(path) == "/desk":
        raise BadPath("The desk is not for readers. Give a page of the site.")
    return path


def _without_host(text: str) -> str:
    if not _WHOLE.match(text):
        return text
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise BadPath("This address cannot be read. Check it for a letter too many.") from error
    return parts.path + (f"?{parts.query}" if parts.query else "") or "/"


def _path_in(text: str) -> str:
    """The path, percent signs read, beginning with a slash."""
    path = re.split(r"[?#]", text, maxsplit=1)[0].strip()
    if not path:
        raise BadPath("There is no address here.")
    try:
        path = unquote_to_bytes(path).decode("utf-8")
    except UnicodeError as error:
        raise BadPath("The % signs in this address spell no letters.") from error
    if _UNSAFE.search(path):
        raise BadPath("There is a sign in this address that no address can have.")
    if not path.startswith("/"):
        path = "/" + path
    if {".", ".."} & set(path.split("/")):
        raise BadPath("An address cannot go up with dots. Copy it from the browser.")
    if len(path) > LONGEST_PATH or len(folded(path)) > LONGEST_PATH:
        raise BadPath(f"This address is longer than {LONGEST_PATH} letters.")
    return path
