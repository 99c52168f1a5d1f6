"""Words that stand in an open form and are not saved: kept apart, so that none is ever lost."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hrsite.posts.models import Post
from hrsite.posts.models_revising import UnsavedWords
from hrsite.tokens import is_token_shaped


def keep(
    session: Session, key: str, post: Post | None, boxes: Mapping[str, str], now: datetime
) -> None:
    """Keep what stands in the form of this key, in place of what was kept of it before."""
    words = session.get(UnsavedWords, key, with_for_update=True)
    if words is None:
        words = UnsavedWords(key=key)
        session.add(words)
    words.post_id = post.id if post is not None else None
    words.boxes = json.dumps(dict(boxes))
    words.kept_at = now


def boxes_of(words: UnsavedWords) -> dict[str, str]:
    """The boxes, names and values."""
    boxes: dict[str, str] = json.loads(words.boxes)
    return boxes


def newest_of(session: Session, post: Post) -> UnsavedWords | None:
    """What was last kept of an article and is not saved."""
    return session.scalar(
        select(UnsavedWords)
        .where(UnsavedWords.post_id == post.id)
        .order_by(UnsavedWords.kept_at.desc(), UnsavedWords.key)
        .limit(1)
    )


def of_new_article(session: Session, key: str) -> UnsavedWords | None:
    """What was kept of a new article by this form."""
    words = session.get(UnsavedWords, key) if is_token_shaped(key) else None
    return words if words is not None and words.post_id is None else None


def of_new_articles(session: Session, limit: int = 20) -> Sequence[UnsavedWords]:
    """What was begun and never saved, the newest first."""
    return session.scalars(
        select(UnsavedWords)
        .where(UnsavedWords.post_id.is_(None))
        .order_by(UnsavedWords.kept_at.desc(), UnsavedWords.key)
        .limit(limit)
    ).all()


def forget(session: Session, key: str) -> None:
    """Let go of what was kept of one form: it is saved now, or thrown away."""
    session.execute(delete(UnsavedWords).where(UnsavedWords.key == key))


def forget_old(session: Session, before: datetime) -> None:
    """Let go of what nobody came back to."""
    session.execute(delete(UnsavedWords).where(UnsavedWords.kept_at < before))
