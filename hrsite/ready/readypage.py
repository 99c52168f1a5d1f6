"""A page that is ready: its bytes plain and compressed, and what is said with them."""

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import brotli

Headers = list[tuple[str, str]]
# A head and a body.
Octets = tuple[bytes, bytes]

# Fonts and pictures are compressed already.
COMPRESSIBLE = (
    "text/", "application/xml", "application/atom+xml", "application/json", "application/feed+json",
    "application/javascript", "application/manifest+json", "image/svg+xml",
)  # fmt: skip
# Compressed, fewer octets than these would not save a packet.
SHORTEST = 600
# How far back brotli looks for what it has seen before: two to the power of.
SHORT_REACH, LONG_REACH = 16, 22
# What an answer of 304 tells again (RFC 9110 15.4.5); all else the browser has with its page, and
# each line would cost a hundredth of the answer. The policy is on every answer, whatever it is.
TOLD_AGAIN = {
    "cache-control", "content-location", "expires", "vary", "etag", "content-security-policy",
}  # fmt: skip
# What is made anew here, whatever the view said of it.
MADE_HERE = {"content-length", "content-encoding", "etag", "last-modified", "accept-ranges", "date"}


class Seen:
    """What one look told. A page belongs to the look before it was made, and to no later one."""

    __slots__ = ("number", "shared", "until")

    def __init__(self, number: int | None, until: float) -> None:
        """`until` is when a date changes pages; without a number nothing may be kept."""
        self.number, self.until = number, until
        # Pieces of pages (pagecache.shared), which hold as long as the pages do.
        self.shared: dict[Any, Any] = {}


NOT_KEPT = Seen(None, 0.0)


@dataclass(slots=True)
class Form:
    """One form of a page: as it is, or compressed."""

    tag: str
    headers: Headers
    # What is said when the browser has it already.
    known_headers: Headers
    body: list[bytes]
    _on_the_wire: tuple[Octets, Octets] | None = field(default=None, compare=False, repr=False)

    def on_the_wire(self) -> tuple[Octets, Octets]:
        """The whole answer, and what is said when the browser has it (RFC 9112).

        Each is a head, to which the line with the date is yet to come, and a body.
        """
        if self._on_the_wire is None:
            self._on_the_wire = (
                (_written("200 OK", self.headers), self.body[0]),
                (_written("304 Not Modified", self.known_headers), b""),
            )
        return self._on_the_wire


def _written(status: str, headers: Headers) -> bytes:
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers), ""]
    return "\r\n".join(lines).encode("latin1")


def packed(body: bytes, coding: str, *, best: bool = False) -> bytes:
    """Octets in a coding; `best` for what is packed once and handed out as long as we run."""
    if coding == "br":
        # 11 takes some 40 times as long as 5 (20 ms for a long article), for an eighth less.
        how_well = 11 if best else 5
        # It makes room for as far as it may look back: nothing lies further back than the start.
        reach = SHORT_REACH if len(body) <= 1 << SHORT_REACH else LONG_REACH
        small: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=how_well, lgwin=reach)
        return small
    # zlib with a gzip head. gzip.compress would write the time into it.
    packer = zlib.compressobj(9 if best else 6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


class ReadyPage:
    """What a declared view answered, in every form that a browser may want; each is made once."""

    __slots__ = (
        "_best", "_tag", "address", "body", "counts_as", "forms", "mark", "said", "seen", "until",
        "varies",
    )  # fmt: skip

    def __init__(
        self,
        headers: Headers,
        body: bytes,
        *,
        until: float,
        best: bool = False,
        counts_as: str = "",
    ) -> None:
        """`best` compresses as well as can be: for what stays ready as long as we run."""
        self.body, self.until, self.counts_as, self._best = body, until, counts_as, best
        # Where it lies and what it belongs to: whoever keeps it says so.
        self.seen, self.address = NOT_KEPT, ""
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        self.varies = kind.startswith(COMPRESSIBLE) and len(body) >= SHORTEST
        # What is said with every form of it.
        self.said = [pair for pair in headers if pair[0].lower() not in MADE_HERE]
        if self.varies:
            self.said = [pair for pair in self.said if pair[0] != "Vary"]
            self.said.append(("Vary", "Accept-Encoding"))
        self.mark = _mark(body)
        # Of all that is said with it, too: another policy would never be told (TOLD_AGAIN).
        self._tag = _mark(f"{self.mark}{self.said}".encode())
        self.forms = {"identity": self._form("identity", body)}

    def with_cache_control(self, words: str) -> "ReadyPage":
        """The same page, to be kept by browsers in another way."""
        headers = [
            ("Cache-Control", words) if name.lower() == "cache-control" else (name, value)
            for name, value in self.said
        ]
        return ReadyPage(headers, self.body, until=self.until, best=self._best)

    @property
    def size(self) -> int:
        """How many octets all its forms take."""
        return sum(len(form.body[0]) for form in list(self.forms.values()))

    def make(self, coding: str) -> Form:
        """Add the form for a coding: the plain one, where compressing saves nothing."""
        form = self.forms["identity"]
        if self.varies and len(body := packed(self.body, coding, best=self._best)) < len(self.body):
            form = self._form(coding, body)
        # Two threads may both come here; they make the same.
        self.forms[coding] = form
        return form

    def _form(self, coding: str, body: bytes) -> Form:
        # Each form is bytes of its own, and a strong tag names bytes (RFC 9110 8.8.1).
        tag = f'"{self._tag}"' if coding == "identity" else f'"{self._tag}-{coding}"'
        headers = [*self.said, ("ETag", tag), ("Content-Length", str(len(body)))]
        if coding != "identity":
            headers.append(("Content-Encoding", coding))
        known = [pair for pair in headers if pair[0].lower() in TOLD_AGAIN]
        return Form(tag, headers, known, [body])


def _mark(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()[:20]


class Shelf:
    """Ready pages by address, up to a number of octets; the one unused for longest goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._size = most, 0
        self._pages: OrderedDict[str, tuple[ReadyPage, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def size(self) -> int:
        """How many octets lie here."""
        return self._size

    def get(self, address: str) -> ReadyPage | None:
        """The page at an address, if it lies here."""
        # Spelt out, and no `suppress`: this is a tenth of what a ready page costs.
        try:
            page, _ = self._pages[address]
            self._pages.move_to_end(address)
        except KeyError:
            return None  # Or another thread made room just now: then it is made anew.
        return page

    def put(self, address: str, page: ReadyPage, if_still: Callable[[], bool]) -> None:
        """Keep a page, or keep the same one's size after it has grown a form.

        `if_still` says whether it may still be kept; nobody can change that meanwhile.
        """
        size = page.size + len(address)
        with self._lock:
            if not if_still():
                return
            self._take(address)
            if size > self._most:
                return
            self._pages[address] = (page, size)
            self._size += size
            while self._size > self._most:
                self._take(next(iter(self._pages)))

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._pages.clear()
            self._size = 0

    def _take(self, address: str) -> None:
        if (gone := self._pages.pop(address, None)) is not None:
            self._size -= gone[1]
