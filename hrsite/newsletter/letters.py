"""The words we send: confirm, already here, your link, an article, a session notice."""

from datetime import datetime

from sqlalchemy.orm import Session

from hrsite import markup
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
    return compose(
        "article",
        language=post.language,
        post=post,
        body=_body(post.body_html, base_url),
        body_text=markup.to_text(post.body_html, base_url=base_url),
    )


def notice(told: SessionNotice, base_url: str) -> Letter:
    """A session notice as a letter: with how to join, which no public page shows."""
    return compose(
        "notice",
        notice=told,
        body=_body(told.body_html, base_url),
        body_text=markup.to_text(told.body_html, base_url=base_url),
    )


def _body(html: str, base_url: str) -> str:
    """For the HTML part. A letter fetches nothing: pictures are told in words."""
    return markup.absolute_links(markup.without_pictures(html), base_url)
