"""A published article or notice becomes one Issue and one Delivery for each reader, once."""

from datetime import datetime, timedelta
from functools import cache, partial
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter import audience, holding, letters, letters_sessions, owing, planned
from hrsite.newsletter.models import Issue, Subscriber, Topic
from hrsite.newsletter.reach import Kind, Reach
from hrsite.notices import telling
from hrsite.notices.models import SessionNotice
from hrsite.outbox import turns
from hrsite.outbox.compose import Letter
from hrsite.outbox.enqueue import PATIENCE, Envelope, put_message
from hrsite.outbox.models import OutboxMessage, Recipient
from hrsite.outbox.parts import AT_ONCE, ListWriter, in_part
from hrsite.posts import publishing as post_publishing
from hrsite.posts.models import Post
from hrsite.prepared import Prepared

# A notice is urgent: this is all the time in which it can be taken back.
NOTICE_UNDO = timedelta(minutes=2)
# With less than this left to hand letters over in, there is none.
LEAST_TIME = timedelta(minutes=10)


class Due(NamedTuple):
    """What is to become an Issue: a Post or a SessionNotice, and its number."""

    kind: type[Post] | type[SessionNotice]
    id: int


def due(session: Session, now: datetime) -> list[Due]:
    """The articles and notices for readers whose date has passed and that have no Issue yet."""
    posts = session.scalars(_due_posts(now).with_only_columns(Post.id))
    notices = planned.due(session, now)
    return [Due(Post, id) for id in posts] + [Due(SessionNotice, id) for id in notices]


def open_issue(session: Session, told: Due, now: datetime) -> Issue | None:
    """Open the Issue of one article or notice; None when it was opened meanwhile, or has no text.

    All in the caller's one transaction: the Issue, the frozen text, a Delivery per reader.
    """
    # Held, and asked once more: it may have left the site, or moved, in this very moment.
    if told.kind is Post:
        post = session.get_one(Post, told.id, populate_existing=True, with_for_update={"of": Post})
        return _open_article(session, post, now) if _is_wanted(post, now) else None
    notice = session.get_one(SessionNotice, told.id, populate_existing=True, with_for_update=True)
    return _open_notice(session, notice, now) if planned.is_due(notice, now) else None


def _is_wanted(post: Post, now: datetime) -> bool:
    is_seen = post.published_at is not None and post.published_at <= now
    # She may have chosen a later time.
    is_due = post.send_at is None or post.send_at <= now
    return post.send_to_readers and is_due and (is_seen or post.is_unlisted(now))


def unlisted(session: Session) -> list[tuple[int, int | None]]:
    """The Issues whose list of readers is not whole yet, oldest first: number, and how far."""
    rows = session.execute(
        select(Issue.id, OutboxMessage.audience_cursor)
        .join(Issue.message)
        .where(OutboxMessage.expanded_at.is_(None))
        .order_by(Issue.id)
    )
    return [(row.id, row.audience_cursor) for row in rows]


def write_list_down(session: Session, issue: Issue, now: datetime, most: int = AT_ONCE) -> None:
    """Write down the next part of an Issue's readers: whoever was on the list when it was opened.

    Whoever has left since is not written down. Who is left out is counted, and who gets an article
    in a digest is noted, in the same part: nobody else can write while a part is written.
    """
    reach = Reach.of(issue)
    lists, told = _lists(reach.kind()), reach.told
    part = lists.writer.next_part(session, issue.message, most)
    if issue.digest_id is None:
        left_out = audience.AudienceCounts(
            **dict(lists.left_out.rows(session, **part.told, **told))
        )
        issue.weekly_count += left_out.weekly
        issue.monthly_count += left_out.monthly
        issue.paused_count += left_out.paused
    if issue.post_id is not None:
        lists.owed.change(session, **part.told, **told)
    lists.writer.put(session, issue.message, part, now, **told)


class _Lists(NamedTuple):
    """The statements that write a part of the list of an Issue down, spelt out."""

    writer: ListWriter
    left_out: Prepared
    owed: Prepared


@cache
def _lists(kind: Kind) -> _Lists:
    """Once for each kind: to spell them takes as long as to write a thousand readers down."""
    reach = kind.reach()
    # Of each table: PostgreSQL concludes no bounds from numbers being equal, and would read all.
    bounds = (*in_part(Subscriber.id), *in_part(Recipient.id))
    return _Lists(
        ListWriter(audience.numbers(kind.topic), audience.readers_of(reach).where(*bounds)),
        Prepared(partial(audience.left_out, reach)),
        Prepared(partial(owing.owed, reach)),
    )


def list_more(session: Session, issue_id: int, most: int, now: datetime) -> None:
    """Write down the next part of a long list; nothing when another worker has done it.

    Nor when somebody has its message in hand just now: all who leave would wait for that, too.
    """
    turns.before_a_list(session)
    message = select(OutboxMessage).join(Issue).where(Issue.id == issue_id)
    held = session.scalar(
        message.with_for_update(skip_locked=True, of=OutboxMessage, key_share=True)
    )
    if held is not None and held.expanded_at is None:
        write_list_down(session, session.get_one(Issue, issue_id), now, most)


def latest(session: Session, limit: int) -> list[Issue]:
    """The newest Issues."""
    return list(session.scalars(select(Issue).order_by(Issue.id.desc()).limit(limit)))


def _due_posts(now: datetime) -> Select[Post]:
    is_out = or_(Post.published_at <= now, Post.unlisted_at <= now)
    return (
        select(Post)
        .where(
            Post.send_to_readers,
            Post.deleted_at.is_(None),
            is_out,
            func.coalesce(Post.send_at, Post.published_at) <= now,
            ~exists().where(Issue.post_id == Post.id),
        )
        .order_by(func.coalesce(Post.send_at, Post.published_at), Post.id)
    )


def _open_article(session: Session, post: Post, now: datetime) -> Issue | None:
    if not post.has_text:  # Asked now: while she writes, it may be empty for a moment.
        post_publishing.miss_hour(post)
        return None
    letter = letters.article(post, current_app.config["BASE_URL"])
    wordings = letter, letters.discreet_article(post, letter.mark)
    due_at = post.send_at or post.out_at or now
    issue = Issue(topic=Topic.ARTICLES, title=post.title, post_id=post.id, due_at=due_at)
    if not freeze(session, issue, f"issue/post/{post.id}", wordings, now):
        return None
    return begin(session, issue, now)


def _open_notice(session: Session, notice: SessionNotice, now: datetime) -> Issue | None:
    wordings = letters_sessions.first(session, notice, now)
    due_at = planned.planned_at(notice, now)
    issue = Issue(topic=Topic.NOTICES, title=notice.title, notice_id=notice.id, due_at=due_at)
    issue.about_id, issue.told_sequence = notice.id, notice.sequence
    # Of a series the letter is as true after its next session as before, until its last one.
    ends_at = telling.letter_until(notice)
    if not freeze(session, issue, f"issue/notice/{notice.id}", wordings, now, ends_at):
        return None
    return begin(session, issue, now)


def freeze(
    session: Session,
    issue: Issue,
    key: str,
    wordings: tuple[Letter, Letter],
    now: datetime,
    ends_at: datetime | None = None,
) -> bool:
    """Write an Issue and both wordings of it down. False when that was done meanwhile.

    `ends_at` is its own end, however far off: a pause may last beyond any other.
    """
    starts_at = begins_at(issue.topic, issue.due_at, now, ends_at)
    not_after, is_timely = ends_at or starts_at + PATIENCE, ends_at is not None
    envelope = Envelope(key, issue.topic.value, not_after, is_timely, starts_at)
    message = put_message(session, envelope, wordings[0], now, wordings[1])
    if message is None:
        return False
    issue.message, issue.created_at = message, now
    issue.weekly_count = issue.monthly_count = issue.paused_count = 0
    session.add(issue)
    session.flush()
    return True


def begin(session: Session, issue: Issue, now: datetime) -> Issue:
    """Write down its list, or the first part of it; hold it when its hour is long past."""
    write_list_down(session, issue, now)
    holding.hold_if_late(issue, now)
    return issue


def begins_at(
    topic: Topic, due_at: datetime, now: datetime, ends_at: datetime | None = None
) -> datetime:
    """When the first letter goes out: until then the coach can take it back.

    At once, where its own end is so near that there is no time for that.
    """
    window = timedelta(minutes=current_app.config["UNDO_MINUTES"])
    window = min(window, NOTICE_UNDO) if topic == Topic.NOTICES else window
    starts_at = max(now, due_at + window)
    return now if ends_at is not None and ends_at - starts_at < LEAST_TIME else starts_at
