"""The weekly and the monthly letter: what each reader is owed, gathered and written down once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Subquery,
    case,
    cast,
    exists,
    false,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.newsletter import issues, letters, letters_sessions, owing, rhythm
from hrsite.newsletter.audience import CONFIRMED
from hrsite.newsletter.models import (
    Cadence,
    Digest,
    Issue,
    OwedArticle,
    Subscription,
    Topic,
    issue_articles,
)
from hrsite.notices import listing, occurring
from hrsite.notices.models import SessionNotice
from hrsite.outbox import turns
from hrsite.outbox.compose import Letter
from hrsite.posts.models import Post
from hrsite.setting_rules import WEEKDAYS

# Whoever has changed to "each" gets what she was owed before with the next weekly letter.
READERS = {
    Cadence.WEEKLY: (Cadence.WEEKLY, Cadence.EACH),
    Cadence.MONTHLY: (Cadence.MONTHLY,),
}

# How the key of a digest's message ends.
WITH_SESSIONS, WITHOUT_SESSIONS = "/1", "/0"


class Due(NamedTuple):
    """A digest whose hour has come."""

    cadence: Cadence
    at: datetime

    @property
    def key(self) -> str:
        """Names this one moment, on the coach's calendar."""
        return f"{self.cadence}/{clock.local(self.at):%Y-%m-%d}"


class Share(NamedTuple):
    """Readers who are owed the same articles: each article is one bit of `bits`."""

    bits: int
    takes_notices: bool


def due(session: Session, now: datetime) -> list[Due]:
    """The digests whose hour has come and that were not made yet.

    While nobody is owed anything from before that hour, there is nothing to remember either.
    """
    found = []
    for cadence, at in latest_moments(now).items():
        one = Due(cadence, at)
        is_made = session.scalar(select(Digest.id).where(Digest.key == one.key)) is not None
        if not is_made and owing.is_anything_owed(session, at):
            found.append(one)
    return found


def latest_moments(now: datetime) -> dict[Cadence, datetime]:
    """When each digest was due last."""
    config = current_app.config
    plan = WEEKDAYS.index(config["DIGEST_WEEKDAY"].lower()), config["DIGEST_HOUR"], clock.zone()
    return {
        Cadence.MONTHLY: rhythm.monthly_moment(now, *plan),
        Cadence.WEEKLY: rhythm.weekly_moment(now, *plan),
    }


def open_digest(session: Session, one: Due, now: datetime) -> list[Issue]:
    """Write down one digest, all in the caller's transaction; often there is nothing to write.

    A second worker fails at the unique key, and then there is nothing left for it to do.
    """
    held = _held(session, owing.ready(session, one.at, now))
    # Before what is owed: who is erased changes that too, and who takes an article back.
    turns.before_a_list(session)
    digest = Digest(cadence=one.cadence, key=one.key, due_at=one.at, opened_at=now)
    session.add(digest)
    session.flush()
    posts = [post for post in owing.ready(session, one.at, now) if post.id in held]
    if not posts:
        return []
    coming = sessions_to_come(session, now)
    posts = _that_fit(one.cadence, posts, coming)
    owing.take_up(session, digest.id, READERS[one.cadence], posts, one.at, now)
    shares = _shares(digest, posts, with_notices=bool(coming))
    opened = [
        _open_share(session, digest, share, shares, posts, coming, now)
        for share in _in_order(session, shares)
    ]
    # Who changed something in this very moment is in no share, and comes with the next digest.
    session.execute(
        update(OwedArticle)
        .where(OwedArticle.digest_id == digest.id, OwedArticle.issue_id.is_(None))
        .values(digest_id=None)
        .execution_options(synchronize_session=False)
    )
    return [issue for issue in opened if issue is not None]


def _held(session: Session, posts: Sequence[Post]) -> set[int]:
    """Let nobody change these until this transaction ends, before the turn (turns.py): which.

    They may have changed while we waited. What is ready only since then comes with the next digest.
    """
    these = select(Post).where(Post.id.in_([post.id for post in posts])).order_by(Post.id)
    held = these.with_for_update(read=True, key_share=True, of=Post)
    return {post.id for post in session.scalars(held.execution_options(populate_existing=True))}


def _that_fit(cadence: Cadence, posts: list[Post], coming: Sequence[SessionNotice]) -> list[Post]:
    """As many of the newest as one letter shows unclipped. What is over comes a digest later."""
    while len(posts) > 1 and not letters.digest_fits(cadence, posts[::-1], coming):
        posts = posts[len(posts) // 2 :]
    return posts


def issue_title(cadence: Cadence, letter: Letter) -> str:
    """How its Issue is called on the desk, where each article has one of its own name."""
    title = f"{cadence.capitalize()} letter: {letter.subject}"
    return title[: letters_sessions.LONGEST_TITLE]


def sessions_to_come(session: Session, now: datetime) -> list[SessionNotice]:
    """Which sessions a digest names now: nothing that is over, or has begun."""
    return [told for told in listing.upcoming(session, now) if _is_ahead(told, now)]


def _is_ahead(notice: SessionNotice, now: datetime) -> bool:
    return any(one.starts_at > now for one in occurring.some(notice, now, 2))


def _shares(digest: Digest, posts: Sequence[Post], *, with_notices: bool) -> Subquery:
    """For each reader of this digest: what she is owed of it, and whether she takes notices."""
    bits = {post.id: literal(1 << place, BigInteger) for place, post in enumerate(posts)}
    which = func.sum(case(bits, value=OwedArticle.post_id))
    takes: ColumnElement[bool] = exists().where(
        Subscription.subscriber_id == OwedArticle.subscriber_id,
        Subscription.topic == Topic.NOTICES,
        Subscription.state == CONFIRMED,
    )
    return (
        select(
            OwedArticle.subscriber_id,
            cast(which, BigInteger).label("bits"),
            (takes if with_notices else false()).label("takes_notices"),
        )
        .where(OwedArticle.digest_id == digest.id)
        .group_by(OwedArticle.subscriber_id)
        .subquery()
    )


def _in_order(session: Session, shares: Subquery) -> list[Share]:
    """The different shares there are, the one of most readers first."""
    rows = session.execute(
        select(shares.c.bits, shares.c.takes_notices)
        .group_by(shares.c.bits, shares.c.takes_notices)
        .order_by(func.count().desc(), shares.c.bits, shares.c.takes_notices)
    )
    return [Share(int(bits), bool(takes_notices)) for bits, takes_notices in rows]


def _open_share(
    session: Session,
    digest: Digest,
    share: Share,
    shares: Subquery,
    posts: Sequence[Post],
    coming: Sequence[SessionNotice],
    now: datetime,
) -> Issue | None:
    """One frozen letter for all readers who are owed the same."""
    # The newest first, as on the site.
    told = [post for place, post in enumerate(posts) if share.bits >> place & 1][::-1]
    letter = letters.digest(digest.cadence, told, coming if share.takes_notices else ())
    wordings = letter, letters.discreet_digest(told, letter.mark)
    title = issue_title(digest.cadence, letter)
    issue = Issue(topic=Topic.ARTICLES, title=title, digest_id=digest.id, due_at=digest.due_at)
    key = f"issue/{digest.key}/{share.bits:x}"
    key += WITH_SESSIONS if share.takes_notices else WITHOUT_SESSIONS
    if not issues.freeze(session, issue, key, wordings, now):
        return None
    session.execute(
        insert(issue_articles), [{"issue_id": issue.id, "post_id": post.id} for post in told]
    )
    readers = select(shares.c.subscriber_id).where(
        shares.c.bits == share.bits, shares.c.takes_notices == share.takes_notices
    )
    session.execute(
        update(OwedArticle)
        .where(
            OwedArticle.digest_id == digest.id,
            OwedArticle.issue_id.is_(None),
            OwedArticle.subscriber_id.in_(readers),
        )
        .values(issue_id=issue.id)
        .execution_options(synchronize_session=False)
    )
    return issues.begin(session, issue, now)
