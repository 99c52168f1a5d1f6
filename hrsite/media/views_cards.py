"""Hands out the cards that chats show beside a shared link. `views` puts this at its address."""

import re
from dataclasses import dataclass

from flask import Response, abort, url_for

from hrsite import furniture
from hrsite.media import drawing

FOR_EVER = "public, max-age=31536000, immutable"
# An old address still shows a card, though not the one it once named.
FOR_A_WHILE = "public, max-age=300"
_NAME = re.compile(r"(\d{1,2})-([0-9a-f]{12})")


@dataclass(frozen=True)
class ShownCard:
    """A card as a page names it."""

    url: str
    alt: str
    kind: str = drawing.KIND
    width: int = drawing.WIDTH
    height: int = drawing.HEIGHT


def shown_card(title: str = "") -> ShownCard:
    """The card for a page with this title. The title only chooses among the drawings."""
    card = drawing.Card(furniture.site().name, drawing.mood_of(title) if title else 0)
    path = url_for("media.card", name=f"{card.mood}-{card.mark()}")
    return ShownCard(furniture.absolute(path), card.alt())


def show(name: str) -> Response:
    """One card."""
    parts = _NAME.fullmatch(name)
    if not parts or int(parts[1]) >= drawing.MOODS:
        abort(404)
    card = drawing.Card(furniture.site().name, int(parts[1]))
    answer = Response(drawing.draw(card), mimetype=drawing.KIND)
    is_same = card.mark() == parts[2]
    answer.headers["Cache-Control"] = FOR_EVER if is_same else FOR_A_WHILE
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
