"""Is what an Issue tells of on the site? While it is not, its letter would lead nowhere."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue, issue_articles
from hrsite.notices.models import SessionNotice
from hrsite.posts.models import Post


class OffSite(NamedTuple):
    """What is not there: in words to go before others, and which article or notice it is."""

    words: str
    post_id: int | None = None
    notice_id: int | None = None


def off_site(session: Session, issue: Issue, now: datetime) -> OffSite | None:
    """What of an Issue readers cannot see now; None when they see all of it."""
    if issue.about_id is not None:
        notice = session.get_one(SessionNotice, issue.about_id)
        if notice.published_at is not None and notice.published_at <= now:
            return None
        return OffSite(f"Its notice {_where(notice)}", notice_id=notice.id)
    if issue.digest_id is None:
        post = session.get(Post, issue.post_id) if issue.post_id is not None else None
        return _of_post(post, "Its article", now) if post is not None else None
    articles = session.scalars(
        select(Post)
        .join(issue_articles, issue_articles.c.post_id == Post.id)
        .where(issue_articles.c.issue_id == issue.id)
        .order_by(Post.id)
    )
    found = (_of_post(post, f"“{post.title}”, which it holds,", now) for post in articles)
    return next((one for one in found if one is not None), None)


def _of_post(post: Post, name: str, now: datetime) -> OffSite | None:
    if post.deleted_at is None and (post.is_published(now) or post.is_unlisted(now)):
        return None
    return OffSite(f"{name} {_where(post)}", post_id=post.id)


def _where(row: Post | SessionNotice) -> str:
    return "is in the bin" if row.deleted_at is not None else "is not on the site"
