"""A server's words, fit to be kept: one line, bounded, and nobody's address in them. Pure.

Servers like to repeat the reader's address, which the ledger keeps sealed elsewhere.
"""

from __future__ import annotations

import re
import unicodedata

from hrsite.logs import redact

LONGEST = 500
# Of longer answers the rest is not looked at.
_MOST_READ = 4 * LONGEST
_GONE = "[address]"
# Where a reply of many lines may break an address: each line can begin with the code or the status
# again, or with both.
_GAP = re.compile(r"\s+(?:[245]\d\d[\s-]\s*)?(?:[245]\.\d{1,3}\.\d{1,3}\s+)?", re.ASCII)


def quoted(words: str, *about: str) -> str:
    """At most 500 characters of them on one line, without control characters and direction marks.

    `about`: the reader's own addresses, where they are known; they go however they were broken up.
    """
    text = _one_line(words)
    for address in filter(None, about):
        text = _without(text, address)
    if "@" in text or "%40" in text:
        text = redact(text)
    # Cut at last and between words: the first half of an address is no address, and would stay.
    if len(text) > LONGEST:
        text = text[: LONGEST + 1].rpartition(" ")[0] or text[:LONGEST]
    return text


def _one_line(words: str) -> str:
    some = words[:_MOST_READ]
    if not (some.isascii() and some.isprintable()):  # The usual answer is; there are many.
        some = "".join(" " if unicodedata.category(mark)[0] == "C" else mark for mark in some)
    line = " ".join(some.split())
    return line if len(words) <= _MOST_READ else line.rpartition(" ")[0]


def _without(text: str, address: str) -> str:
    local = address.rpartition("@")[0].lower()
    plain = local.partition("+")[0]
    half, low = (len(plain) + 1) // 2, text.lower()
    if plain[:half] not in low and plain[half:] not in low:
        return text  # The usual answer repeats nothing, and there are many.
    for name in (address.lower(), local, plain):
        if len(name) > 1:  # One letter names nobody.
            text = _without_name(text, name)
    return text


def _without_name(text: str, name: str) -> str:
    """Take out a name wherever it stands by itself, or across the end of a line."""
    gaps = [*_GAP.finditer(text)]
    starts, ends = [0, *(gap.end() for gap in gaps)], [*(gap.start() for gap in gaps), len(text)]
    places = [
        at for start, end in zip(starts, ends, strict=True) for at in range(start, max(start, end))
    ]
    flat = "".join(text[at] for at in places).encode("ascii", "replace").decode("ascii").lower()
    at = flat.rfind(name)
    while at >= 0:
        start, end = places[at], places[at + len(name) - 1] + 1
        if not text[:start][-1:].isalnum() and not text[end:][:1].isalnum():
            text = text[:start] + _GONE + text[end:]
        at = flat.rfind(name, 0, at)
    return text
