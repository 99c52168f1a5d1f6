"""Cards of articles and links to topics, for templates: each is made once for all pages."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup

from hrsite import clock, plain
from hrsite.extensions import db
from hrsite.posts import listing
from hrsite.posts.listing import ListedTag
from hrsite.ready import pagecache
from hrsite.texts import markup


class Card(NamedTuple):
    """Which article, and how its picture is fetched: see the macro."""

    number: int
    lazy: bool = True
    urgent: bool = False


class WideCard(NamedTuple):
    """Which article, and does it say how long it takes to read?"""

    number: int
    tells_minutes: bool = False


def cards_of(numbers: Sequence[int], first: int = 0) -> list[Markup]:
    """The cards of a list; `first` of them stand on the first screen."""
    wanted = [
        Card(number, lazy=place >= first, urgent=bool(first) and place == 0)
        for place, number in enumerate(numbers)
    ]
    return pagecache.shared_each(("cards", plain.is_plain()), wanted, _cards)


def wide_card_of(number: int, tells_minutes: bool = False) -> Markup:
    """One article across the whole width."""
    wanted = [WideCard(number, tells_minutes)]
    return Markup().join(
        pagecache.shared_each(("wide cards", plain.is_plain()), wanted, _wide_cards)
    )


def topic_links(tags: Sequence[ListedTag]) -> list[Markup]:
    """The topics of an article, each as a link to its page."""
    return pagecache.shared_each(("topic links", plain.is_plain()), tags, _topic_links)


def _topic_links(wanted: Sequence[ListedTag]) -> dict[ListedTag, Markup]:
    macros = _macros()
    return {tag: macros.topic_link(tag) for tag in wanted}


def _cards(wanted: Sequence[Card]) -> dict[Card, Markup]:
    posts = listing.numbered(db.session(), clock.now(), {card.number for card in wanted})
    of, macros = {post.id: post for post in posts}, _macros()
    return {
        card: macros.card(of[card.number], lazy=card.lazy, urgent=card.urgent)
        for card in wanted
        if card.number in of
    }


def _wide_cards(wanted: Sequence[WideCard]) -> dict[WideCard, Markup]:
    numbers = {card.number for card in wanted}
    posts = listing.numbered(db.session(), clock.now(), numbers, in_full=True)
    of, macros = {post.id: post for post in posts}, _macros()
    return {
        card: macros.wide_card(
            of[card.number],
            markup.reading_minutes(of[card.number].body_html) if card.tells_minutes else None,
        )
        for card in wanted
        if card.number in of
    }


def _macros() -> Any:
    return current_app.jinja_env.get_template("macros/posts.html").module
