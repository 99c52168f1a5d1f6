"""Which Issue tells of an article or of a session notice: its own letter, and no digest."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.newsletter.models import Issue
from hrsite.notices.models import SessionNotice
from hrsite.posts.models import Post


def issue_of(session: Session, told: Post | SessionNotice) -> Issue | None:
    """None while it was not sent to readers, or when that was dropped before anybody had it."""
    about = Issue.post_id if isinstance(told, Post) else Issue.notice_id
    return session.scalar(select(Issue).where(about == told.id))
