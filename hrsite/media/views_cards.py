"""Hands out the cards that chats show beside a shared link. `views` puts this at its address."""

import re
from dataclasses import dataclass

from flask import Response, abort, url_for

from hrsite import clock, furniture
from hrsite.columns import LARGEST_ID
from hrsite.extensions import db
from hrsite.media import drawing
from hrsite.posts import listing
from hrsite.posts.listing import AnyPost
from hrsite.ready import pagecache

FOR_EVER = "public, max-age=31536000, immutable"
# An old address still shows a card, though not the one it once named.
FOR_A_WHILE = "public, max-age=300"
_NAME = re.compile(r"(a?)(\d{1,10})-([0-9a-f]{12})")


@dataclass(frozen=True)
class ShownCard:
    """A card as a page names it."""

    url: str
    alt: str
    kind: str = drawing.KIND
    width: int = drawing.WIDTH
    height: int = drawing.HEIGHT


def shown_card(post: AnyPost | None = None) -> ShownCard:
    """The card for an article, or for any other page."""
    card = _card_of(post)
    number = f"a{post.id}" if post and card.title else str(card.mood)
    (shown,) = pagecache.shared_each("cards in chats", [(number, card)], _shown)
    return shown


def _shown(wanted: list[tuple[str, drawing.Card]]) -> dict[tuple[str, drawing.Card], ShownCard]:
    return {(number, card): _named(number, card) for number, card in wanted}


def _named(number: str, card: drawing.Card) -> ShownCard:
    path = url_for("media.card", name=f"{number}-{card.mark()}")
    return ShownCard(furniture.absolute(path), card.alt())


def show(name: str) -> Response:
    """One card."""
    parts = _NAME.fullmatch(name)
    card = _card_named(bool(parts[1]), int(parts[2])) if parts else None
    if parts is None or card is None:
        abort(404)
    answer = Response(drawing.draw(card), mimetype=drawing.KIND)
    is_same = card.mark() == parts[3]
    answer.headers["Cache-Control"] = FOR_EVER if is_same else FOR_A_WHILE
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _card_of(post: AnyPost | None) -> drawing.Card:
    """Without her wish the title only chooses among the drawings."""
    site = furniture.site()
    if post is None:
        return drawing.Card(site.name, 0)
    title = post.title if site.cards_name_articles and post.id else ""
    return drawing.Card(site.name, drawing.mood_of(post.title), title)


def _card_named(is_article: bool, number: int) -> drawing.Card | None:
    if not is_article:
        return drawing.Card(furniture.site().name, number) if number < drawing.MOODS else None
    if number > LARGEST_ID:
        return None
    post = listing.by_number(db.session(), number, clock.now())
    return _card_of(post) if post else None
