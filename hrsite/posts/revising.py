"""What an article said before: what of it is words, and how these are kept."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from hrsite import earlier
from hrsite.earlier import EarlierText, Said
from hrsite.posts.models import Post
from hrsite.posts.tagging import line_of

ROOM = Post.__tablename__


class Words(NamedTuple):
    """What an article says, wherever it stands: saved, kept from before, or in the form."""

    title: str
    summary: str
    body_html: str
    topics: str
    content_note: str

    @classmethod
    def of(cls, post: Post) -> "Words":
        """As the article is now."""
        return cls(post.title, post.summary, post.body_html, line_of(post.tags), post.content_note)


def keep(session: Session, post: Post) -> None:
    """Write down what the article says now, unless that is what was written down last."""
    boxes = Words.of(post)._asdict()
    title, html = boxes.pop("title"), boxes.pop("body_html")
    earlier.keep(session, ROOM, post.id, Said(post.version, post.updated_at, title, html, boxes))


def revisions_of(session: Session, post: Post) -> Sequence[EarlierText]:
    """All that is kept of an article, the newest first, without the texts."""
    return earlier.all_of(session, ROOM, post.id)


def revision(session: Session, post: Post, version: int) -> EarlierText | None:
    """What the article said as of one saving."""
    return earlier.one(session, ROOM, post.id, version)


def words_of(kept: EarlierText) -> Words:
    """The words that were kept."""
    summary, topics, note = map(kept.box, ("summary", "topics", "content_note"))
    return Words(kept.title, summary, kept.body_html, topics, note)
