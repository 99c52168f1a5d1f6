"""What an article said before: each saving is kept, can be compared, and comes back."""

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, defer

from hrsite.posts.models import Post
from hrsite.posts.models_revising import PostRevision
from hrsite.posts.tagging import line_of

# Of one article, so that a year of small changes does not fill the disk.
MOST_KEPT = 100


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

    def digest(self) -> str:
        """The same for the same words."""
        return hashlib.sha256(json.dumps(self).encode()).hexdigest()


def keep(session: Session, post: Post) -> None:
    """Write down what the article says now, unless that is what was written down last."""
    words = Words.of(post)
    digest = words.digest()
    last = session.execute(
        select(PostRevision.version, PostRevision.digest)
        .where(PostRevision.post_id == post.id)
        .order_by(PostRevision.version.desc())
        .limit(1)
    ).first()
    if last is not None and (last.digest == digest or last.version >= post.version):
        return
    session.add(
        PostRevision(
            post_id=post.id,
            version=post.version,
            saved_at=post.updated_at,
            digest=digest,
            **words._asdict(),
        )
    )
    if post.version > MOST_KEPT:
        too_old = PostRevision.version <= post.version - MOST_KEPT
        session.execute(delete(PostRevision).where(PostRevision.post_id == post.id, too_old))


def revisions_of(session: Session, post: Post) -> Sequence[PostRevision]:
    """All that is kept of an article, the newest first, without the texts."""
    return session.scalars(
        select(PostRevision)
        .where(PostRevision.post_id == post.id)
        .options(defer(PostRevision.body_html))
        .order_by(PostRevision.version.desc())
    ).all()


def revision(session: Session, post: Post, version: int) -> PostRevision | None:
    """What the article said as of one saving."""
    return session.get(PostRevision, (post.id, version))


def words_of(kept: PostRevision) -> Words:
    """The words that were kept."""
    return Words(kept.title, kept.summary, kept.body_html, kept.topics, kept.content_note)
