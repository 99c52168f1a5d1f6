"""Our own files, ready and compressed as well as can be; for ever under their own hash."""

import posixpath
import re
from collections.abc import Callable

from hrsite.ready.blindfold import Answer
from hrsite.ready.readypage import ReadyPage, Shelf

STATIC = "/static/"
# All of ours together are a fraction of this.
MOST_OCTETS = 16 * 1024 * 1024
FOR_EVER = "public, max-age=31536000, immutable"
# Whoever asks without the hash, or with one of another version, must ask again each time.
ASK_EACH_TIME = "no-cache"
# How furniture.static_url writes it.
HASH_LETTERS = 12

_VERSION = re.compile(r"v=[0-9a-f]{12}")


class StaticFiles:
    """Files by address. With `keep` each is read once; else each time, for they may change."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._shelf = Shelf(MOST_OCTETS if keep else 0)

    def at_hand(self, address: str) -> ReadyPage | None:
        """The file at an address, if it was read before."""
        return self._shelf.get(address)

    def page(
        self, path: str, query: str, ask: Callable[[], Answer | None]
    ) -> ReadyPage | Answer | None:
        """The file at an address; or what Flask says when there is none."""
        address = f"{path}?{query}" if _VERSION.fullmatch(query) else path
        page = self._shelf.get(address)
        if page is None and address != path and (plain := self._shelf.get(path)) is not None:
            page = self._versioned(plain, address)
        if page is not None:
            return page
        answer = ask()
        # One file has one spelling; the others are answered and not kept.
        if answer is None or not answer.is_page or posixpath.normpath(path) != path:
            return answer
        # Flask's own word for files, `no-cache`, is right for an address without the hash.
        plain = answer.ready_page(ASK_EACH_TIME, until=float("inf"), best=self._keep)
        self._shelf.put(path, plain, lambda: True)
        return plain if address == path else self._versioned(plain, address)

    def _versioned(self, plain: ReadyPage, address: str) -> ReadyPage:
        """The file for ever, if the address names the version we have; else the plain one."""
        if not address.endswith(plain.mark[:HASH_LETTERS]):
            return plain
        page = plain.with_cache_control(FOR_EVER)
        self._shelf.put(address, page, lambda: True)
        return page
