"""The words we send: confirm, already here, your link, an article, a session notice."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hrsite import markup, shortening
from hrsite.newsletter.models import Subscriber
from hrsite.notices.models import SessionNotice
from hrsite.outbox.compose import Letter, compose
from hrsite.outbox.enqueue import (
    PATIENCE,
    TRANSACTIONAL,
    Envelope,
    put_delivery,
    put_message,
)
from hrsite.posts.models import Post

# Letters anybody can set off by typing an address: none names a topic of the site, and none
# holds a word that somebody typed.
PERSONAL_LETTERS = ("confirm", "already", "link")

# Octets of HTML. Gmail shows 102 KB and hides the rest behind a link.
LARGEST_HTML = 79_000


def put_personal(session: Session, name: str, subscriber: Subscriber, now: datetime) -> None:
    """Write one of the PERSONAL_LETTERS to one person."""
    key = f"{name}/{subscriber.id}/{now.isoformat()}"
    envelope = Envelope(key=key, stream=TRANSACTIONAL, not_after=now + PATIENCE)
    message = put_message(session, envelope, compose(name), now)
    if message is not None:
        put_delivery(
            session, message, subscriber.address, subscriber.address_key, subscriber.links, now
        )


def article(post: Post, base_url: str) -> Letter:
    """An article as a letter: all of it, so that nobody has to visit the site to read it."""
    return _fitting("article", post.body_html, base_url, language=post.language, post=post)


def notice(told: SessionNotice, base_url: str) -> Letter:
    """A session notice as a letter: with how to join, which no public page shows."""
    return _fitting("notice", told.body_html, base_url, notice=told)


def _fitting(name: str, html: str, base_url: str, **facts: Any) -> Letter:
    """A letter around a body; of a very long one the beginning, and where the rest is.

    Mail programs clip what they find too long, and the way out with it.
    """
    frame = compose(name, body="", body_text="", is_cut=True, **facts)
    room = LARGEST_HTML - len(frame.html.encode())
    body, is_cut = shortening.beginning(_body(html, base_url), room)
    text = markup.to_text(body if is_cut else html, base_url=base_url)
    return compose(name, body=body, body_text=text, is_cut=is_cut, **facts)


def _body(html: str, base_url: str) -> str:
    """For the HTML part. A letter fetches nothing: pictures are told in words."""
    return markup.absolute_links(markup.without_pictures(html), base_url)
