"""Which form of an answer fits what a browser sent along (RFC 9110). Pure."""

import re
from functools import lru_cache

# The best first: of what a browser likes equally it gets the smallest.
CODINGS = ("br", "gzip", "identity")
# Nothing honest is longer.
LONGEST_HEADER = 1000

_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_TAG = re.compile(r'"[^"]*"')


def coding(accept_encoding: str) -> str:
    """The coding to answer in: `br`, `gzip` or `identity` (RFC 9110 12.5.3)."""
    if not accept_encoding or len(accept_encoding) > LONGEST_HEADER:
        return "identity"
    return _coding(accept_encoding)


@lru_cache(maxsize=256)
def _coding(accept_encoding: str) -> str:
    wanted = _wanted(accept_encoding)
    others = wanted.get("*")
    # What is not named may be used as it is, and with no coding that was not asked for.
    unnamed = {"identity": 0.0005 if others is None else others}
    weights = {name: wanted.get(name, unnamed.get(name, others or 0.0)) for name in CODINGS}
    best = max(CODINGS, key=lambda name: weights[name])
    # "Nothing at all will do" gets the plain bytes rather than a refusal.
    return best if weights[best] > 0 else "identity"


def is_known(if_none_match: str, tag: str) -> bool:
    """Has the browser this very answer? `tag` is ours, with its quotes (RFC 9110 13.1.2)."""
    if if_none_match == tag:
        return True
    if if_none_match.strip() == "*":
        return True
    # A weak comparison: W/"x" matches "x", for a proxy may have weakened our tag on the way.
    return tag in _TAG.findall(if_none_match)


def _wanted(header: str) -> dict[str, float]:
    """Each coding that the header names, with its weight; nonsense weighs nothing."""
    wanted: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        name = name.removeprefix("x-")
        if name:
            wanted[name] = max(_weight(parameters), wanted.get(name, 0.0))
    return wanted


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip()
            return float(value) if _QUALITY.fullmatch(value) else 0.0
    return 1.0
