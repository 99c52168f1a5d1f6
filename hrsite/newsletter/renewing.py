"""Until somebody has a digest, it says of sessions to come what is so.

Between its writing and its first copy there is the time in which it can be taken back, and as long
as it is stopped, held, or not taken by the mail service. Meanwhile a session may begin, move, be
called off or leave the site. Then it is written anew, in its place: for the same readers, with the
same articles, and it goes when it was to go. So nobody gets two, and nobody is passed over. Once
anybody has it, it stays as it is.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hrsite.newsletter import digests, holding, letters, owing
from hrsite.newsletter.models import Digest, Issue, issue_articles
from hrsite.notices.models import SessionNotice
from hrsite.outbox import enqueue
from hrsite.outbox.changing import IS_OR_MAY_BE_THERE
from hrsite.outbox.models import Delivery, MessageTally, OutboxMessage
from hrsite.posts.models import Post


def untrue(session: Session, now: datetime) -> list[int]:
    """The Issues of digests that nobody has, and that say what is not so, the oldest first."""
    rows = session.execute(
        select(Issue.id, OutboxMessage.text)
        .join(Issue.message)
        .join(MessageTally)
        .where(
            OutboxMessage.settled_at.is_(None),
            Issue.digest_id.is_not(None),
            Issue.dropped_at.is_(None),
            OutboxMessage.key.endswith(digests.WITH_SESSIONS),
            MessageTally.accepted_count + MessageTally.uncertain_count == 0,
            ~exists().where(Delivery.message_id == OutboxMessage.id, IS_OR_MAY_BE_THERE),
        )
        .order_by(Issue.id)
    ).all()
    if not rows:
        return []
    coming = digests.sessions_to_come(session, now)
    return [id for id, text in rows if not letters.is_so(text, coming)]


def keep_true(session: Session, now: datetime) -> None:
    """A session has changed: write all of them anew that no longer say what is so."""
    for issue_id in untrue(session, now):
        renew(session, issue_id, now)


def renew(session: Session, issue_id: int, now: datetime) -> None:
    """Write the Issue of a digest anew, unless somebody has it by now."""
    issue = session.get_one(Issue, issue_id)
    enqueue.hold(session, issue.message)
    session.refresh(issue)
    if issue.digest is None or issue.dropped_at is not None or holding.has_begun(session, issue):
        return
    posts = _articles(session, issue)
    if not all(_is_out(post, now) for post in posts):
        # One of its links leads nowhere by now. What is left comes with the next letter.
        holding.drop(session, issue, now)
        return
    _write(session, issue, issue.digest, posts, digests.sessions_to_come(session, now))


def _write(
    session: Session,
    issue: Issue,
    digest: Digest,
    posts: Sequence[Post],
    coming: Sequence[SessionNotice],
) -> None:
    letter = letters.digest(digest.cadence, posts, coming, issue.message.mark)
    enqueue.put_in_place(session, issue.message, letter)
    issue.title = digests.issue_title(digest.cadence, letter)


def _articles(session: Session, issue: Issue) -> Sequence[Post]:
    """What it holds, the newest first."""
    return session.scalars(
        select(Post)
        .join(issue_articles, issue_articles.c.post_id == Post.id)
        .where(issue_articles.c.issue_id == issue.id)
        .order_by(owing.CAME_OUT_AT.desc(), Post.id.desc())
    ).all()


def _is_out(post: Post, now: datetime) -> bool:
    return post.deleted_at is None and (post.is_published(now) or post.is_unlisted(now))
