"""Which articles each reader of the weekly or monthly letter has yet to get.

Each reader who was on the list when an article's Issue was opened comes into one of two places when
her part of it is written down, and stays there: on the Issue's list, or among those who are owed
it. So nobody gets it twice and nobody misses it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Insert, delete, exists, func, insert, null, or_, select, update
from sqlalchemy.orm import Session

from hrsite.newsletter.audience import CONFIRMED, is_awake
from hrsite.newsletter.models import (
    Cadence,
    Issue,
    OwedArticle,
    Subscriber,
    Subscription,
    Topic,
    may_be_left_out,
)
from hrsite.newsletter.reach import Reach
from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage
from hrsite.outbox.parts import in_part
from hrsite.posts.models import Post

# What mail programs show without clipping. Each article is one bit of a number (digests.py), so
# 62 would be the most. The newest go first, for somebody who has paused may be owed any number of
# old ones, which must not crowd out what all others wait for. What is over comes a digest later.
MOST_ARTICLES = 25
CAME_OUT_AT = func.coalesce(Post.published_at, Post.unlisted_at)


def owed(reach: Reach) -> Insert:
    """Write down who of a part of the list gets an article in a digest. Before its copies."""
    is_on_list = exists().where(
        Subscription.subscriber_id == Subscriber.id,
        Subscription.topic == Topic.ARTICLES,
        Subscription.state == CONFIRMED,
        Subscription.changed_at <= reach.created_at,
    )
    is_owed = exists().where(
        OwedArticle.subscriber_id == Subscriber.id, OwedArticle.post_id == reach.post_id
    )
    people = select(Subscriber.id, reach.post_id, reach.created_at, null(), null()).where(
        *in_part(Subscriber.id),
        may_be_left_out,
        Subscriber.cadence != Cadence.EACH,
        is_awake(reach.created_at),
        is_on_list,
        ~is_owed,
    )
    columns = ["subscriber_id", "post_id", "since_at", "digest_id", "issue_id"]
    return insert(OwedArticle).from_select(columns, people)


def is_anything_owed(session: Session, until: datetime) -> bool:
    """Is there an article from before a moment that somebody has yet to get?"""
    return (
        session.scalar(
            select(OwedArticle.post_id)
            .where(OwedArticle.digest_id.is_(None), OwedArticle.since_at <= until)
            .limit(1)
        )
        is not None
    )


def ready(session: Session, until: datetime, now: datetime) -> Sequence[Post]:
    """The articles a digest may hold, oldest first.

    Not one whose own Issue can still be taken back or has been stopped: it may have a mistake.
    Not one that is off the site, or whose own address is shut: its link would lead nowhere.
    """
    may_go = exists().where(
        Issue.post_id == Post.id,
        OutboxMessage.id == Issue.message_id,
        OutboxMessage.starts_at <= now,
        OutboxMessage.paused_at.is_(None),
        OutboxMessage.expanded_at.is_not(None),
    )
    waiting = exists().where(
        OwedArticle.post_id == Post.id,
        OwedArticle.digest_id.is_(None),
        OwedArticle.since_at <= until,
    )
    newest_first = session.scalars(
        select(Post)
        .where(
            waiting,
            may_go,
            Post.deleted_at.is_(None),
            or_(Post.published_at <= now, Post.unlisted_at <= now),
        )
        .order_by(CAME_OUT_AT.desc(), Post.id.desc())
        .limit(MOST_ARTICLES)
    ).all()
    return newest_first[::-1]


def take_up(
    session: Session,
    digest_id: int,
    cadences: Sequence[Cadence],
    posts: Sequence[Post],
    until: datetime,
    now: datetime,
) -> None:
    """Give what is owed to readers of these cadences to one digest.

    A row that another digest takes at the same moment is not taken again: the database looks at
    `digest_id` once more when it has the row to itself.
    """
    readers = (
        select(Subscriber.id)
        .join(Subscription)
        .where(
            Subscription.topic == Topic.ARTICLES,
            Subscription.state == CONFIRMED,
            Subscriber.cadence.in_(cadences),
            is_awake(now),
        )
    )
    session.execute(
        update(OwedArticle)
        .where(
            OwedArticle.digest_id.is_(None),
            OwedArticle.since_at <= until,
            OwedArticle.post_id.in_([post.id for post in posts]),
            OwedArticle.subscriber_id.in_(readers),
        )
        .values(digest_id=digest_id)
        .execution_options(synchronize_session=False)
    )


def give_back(session: Session, issue: Issue) -> None:
    """The Issue of a digest was dropped: who has not got it is owed its articles as before."""
    never_left = exists().where(
        Delivery.message_id == issue.message_id,
        Delivery.recipient_id == Subscriber.id,
        Delivery.state != DeliveryState.WITHDRAWN,
    )
    got_it = select(Subscriber.id).where(never_left)
    session.execute(
        update(OwedArticle)
        .where(OwedArticle.issue_id == issue.id, OwedArticle.subscriber_id.not_in(got_it))
        .values(digest_id=None, issue_id=None)
        .execution_options(synchronize_session=False)
    )


def give_back_once_settled(session: Session) -> None:
    """The same of those whose copy was in the air when it was dropped: it may have come to nothing.

    Before tidy, which takes what is left for what has found its way.
    """
    is_owed = exists().where(OwedArticle.issue_id == Issue.id)
    dropped = session.scalars(
        select(Issue)
        .join(Issue.message)
        .where(
            Issue.digest_id.is_not(None),
            Issue.dropped_at.is_not(None),
            OutboxMessage.settled_at.is_not(None),
            is_owed,
        )
        .order_by(Issue.id)
    )
    for issue in dropped.all():
        give_back(session, issue)


def forget_article(session: Session, post_id: int) -> None:
    """The coach took the article's letter back: nobody is owed it any more."""
    session.execute(
        delete(OwedArticle).where(OwedArticle.post_id == post_id, OwedArticle.issue_id.is_(None))
    )


def tidy(session: Session, before: datetime, now: datetime) -> None:
    """Forget what was owed to people who had left by then, and what has found its way."""
    is_here = exists().where(
        Subscription.subscriber_id == OwedArticle.subscriber_id,
        Subscription.topic == Topic.ARTICLES,
        or_(Subscription.state == CONFIRMED, Subscription.changed_at > before),
    )
    is_over = exists().where(
        Issue.id == OwedArticle.issue_id,
        OutboxMessage.id == Issue.message_id,
        OutboxMessage.not_after < now,
        OutboxMessage.paused_at.is_(None),
        # Until then nobody knows whose copies came to nothing.
        OutboxMessage.settled_at.is_not(None),
    )
    session.execute(
        delete(OwedArticle)
        .where(or_(is_over, OwedArticle.digest_id.is_(None) & ~is_here))
        .execution_options(synchronize_session=False)
    )
