"""What was left for later and forgotten: TK, xxx, [date], three question marks. Pure."""

import re
from collections.abc import Iterator

from hrsite.hints.hint import Hint, Place

WHY = "It looks like something you meant to fill in."
_MARKS = re.compile(
    r"\b(?:TK)+\b|\b[xX]{3,}\b|\?{3,}|\b(?:TODO|FIXME|TBC|TBA|TBD)\b|\blorem ipsum\b|_{4,}"
    r"|\[\s*(?:date|day|time|name|place|where|when|who|link|address|number|phone|price|"
    r"to come|tk|tbc|tba|tbd|todo|xx+|insert\b[^\[\]]{0,60}|your\b[^\[\]]{0,60}|add\b[^\[\]]{0,60}"
    r"|\.{3}|…|_+)\s*\](?![(\[:\0])",
    re.IGNORECASE,
)
# In small letters these are words, or nothing to wonder at.
_ONLY_CAPITALS = re.compile(r"tk|tbc|tba|tbd|todo|fixme", re.IGNORECASE)


def unfinished_hints(box: str, prose: str) -> Iterator[Hint]:
    """Everything that waits for its words."""
    for match in _MARKS.finditer(prose):
        if _ONLY_CAPITALS.match(match[0]) and not match[0].isupper():
            continue
        yield Hint("unfinished", box, match[0], WHY, places=(Place(*match.span()),))
