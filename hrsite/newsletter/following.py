"""A change of a session is told to who had its letter; what is no longer true is not handed over.

A letter about a session has the number of changes (`sequence`) that it tells of. When the session
has a higher one, copies that still wait are called back; whoever has one may be told of the change.
So they are while it is off the site: when it is there again, the rest may be told after all.
Where it is forgotten who has one, everybody may who gets session notices now.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter import audience, holding, issues, knowing, letters_sessions, renewing
from hrsite.newsletter.audience import CONFIRMED, is_awake
from hrsite.newsletter.models import FollowUp, Issue, Subscriber, Subscription, Topic
from hrsite.notices import telling
from hrsite.notices.models import SessionNotice
from hrsite.outbox import enqueue, turns
from hrsite.outbox.forgotten import COPIES_KEPT_FOR
from hrsite.outbox.models import MessageTally, OutboxMessage

# In the key of a message that was called back.
UNTRUE = "/untrue/"


class TooSoon(Exception):
    """It begins before a letter could help. The message is for the coach to read."""


@dataclass(frozen=True)
class ToldCounts:
    """Who had a letter about a session, and who of them gets one about its change."""

    ready: int = 0
    paused: int = 0
    left: int = 0
    blocked: int = 0
    # Who had one is forgotten: these are all who get session notices now.
    is_everybody: bool = False

    @property
    def all(self) -> int:
        """Everybody who had one, or may have had one."""
        return self.ready + self.paused + self.left + self.blocked


def has_news(session: Session, notice: SessionNotice) -> bool:
    """Has anything changed since the last letter about it that went to everybody who had one?"""
    told = _last_told(session, notice)
    return told is not None and told < notice.sequence


def counts(session: Session, notice: SessionNotice, now: datetime) -> ToldCounts:
    """Whom a letter about the change would reach now. Each person stands in one number."""
    gets_notices = exists().where(
        Subscription.subscriber_id == Subscriber.id,
        Subscription.topic == Topic.NOTICES,
        Subscription.state == CONFIRMED,
    )
    place = case(
        (~gets_notices, "left"),
        (audience.is_blocked(), "blocked"),
        (~is_awake(now), "paused"),
        else_="ready",
    )
    is_over = notice.cancelled_at is not None
    forgotten = audience.is_forgotten(notice.id, now - COPIES_KEPT_FOR, is_over=is_over)
    is_everybody = bool(session.scalar(select(forgotten)))
    was_told = audience.was_told(notice.id, is_over=is_over)
    has_heard = audience.has_heard(notice.id, notice.sequence)
    rows = session.execute(
        select(place.label("place"), func.count())
        .select_from(Subscriber)
        .join(Subscriber.recipient)
        .where(or_(was_told, gets_notices) if is_everybody else was_told, ~has_heard)
        .group_by("place")
    )
    return ToldCounts(**dict(iter(rows)), is_everybody=is_everybody)


def tell(session: Session, notice: SessionNotice, now: datetime) -> Issue | None:
    """Write the letter about its change down for who had one. None when that was done before.

    Raises TooSoon. Copies of earlier letters that still wait are called back: this one is newer.
    """
    news = telling.news_of(notice, now)
    if news is None or news.not_after - now < issues.LEAST_TIME:
        raise TooSoon("It begins too soon for a letter.")
    turns.before_a_list(session)
    call_back_untrue(session, notice, now)
    issue = Issue(
        topic=Topic.NOTICES,
        title=letters_sessions.issue_title(news.word, notice),
        about_id=notice.id,
        follow_up=FollowUp.CALLED_OFF if notice.cancelled_at else FollowUp.CHANGE,
        told_sequence=notice.sequence,
        due_at=now,
    )
    key = f"issue/notice/{notice.id}/change/{notice.sequence}"
    wordings = letters_sessions.changed(session, notice, news, now)
    if not issues.freeze(session, issue, key, wordings, now, news.not_after):
        return None
    return issues.begin(session, issue, now)


def call_back_untrue(session: Session, notice: SessionNotice, now: datetime) -> int:
    """Nobody is told any more what is not true; how many letters were called back.

    Of a session that has moved or is called off. When it has left the site its own letter is
    taken back by holding.py; those that follow it are called back here.
    """
    older = Issue.told_sequence < notice.sequence
    if notice.published_at is None:
        older = Issue.follow_up.is_not(None)
    waiting = session.scalars(
        select(Issue)
        .join(Issue.message)
        .where(Issue.about_id == notice.id, OutboxMessage.settled_at.is_(None), older)
    ).all()
    count = 0
    for issue in waiting:
        is_told = issue.message.expanded_at is not None and issue.message.waiting_count == 0
        count += enqueue.withdraw_all(session, issue.message, now)
        is_named = issue.follow_up is None or UNTRUE in issue.message.key
        if not is_named and (issue.follow_up == FollowUp.REMINDER or not is_told):
            # So that there can be another for the same time, or of the same change.
            issue.message.key += f"{UNTRUE}{issue.id}"
    return count


def untrue(session: Session) -> list[int]:
    """The notices that have changed while letters about them still wait."""
    has_changed = or_(
        Issue.told_sequence < SessionNotice.sequence,
        and_(SessionNotice.published_at.is_(None), Issue.follow_up.is_not(None)),
    )
    found = (
        select(SessionNotice.id)
        .join(Issue, and_(Issue.about_id == SessionNotice.id, has_changed))
        .join(Issue.message)
        .where(OutboxMessage.settled_at.is_(None))
        .distinct()
    )
    return list(session.scalars(found))


def taken_off(session: Session, notice: SessionNotice, now: datetime) -> str:
    """A notice has left the site: nobody else gets a letter about it. What became of them."""
    said = holding.take_back(session, notice, now)
    # Now, and not when a worker looks next: the letters that follow it would go on until then.
    if call_back_untrue(session, notice, now):
        said += " Letters about its change, and reminders, that waited are called back."
    renewing.keep_true(session, now)
    return said


def is_untrue(issue: Issue, notice: SessionNotice) -> bool:
    """Would its letter be called back, if it waited?"""
    if notice.published_at is None and issue.follow_up is not None:
        return True
    return issue.told_sequence is not None and issue.told_sequence < notice.sequence


def keep_true(session: Session, notice_id: int, now: datetime) -> None:
    """Call back what is no longer true of one notice."""
    notice = session.get_one(SessionNotice, notice_id, populate_existing=True, with_for_update=True)
    call_back_untrue(session, notice, now)


def _last_told(session: Session, notice: SessionNotice) -> int | None:
    """How many changes the last letter told of; the first reminder, where there was no other.

    A reminder goes to some, and tells of one session alone: a later one makes no news old. What
    was called back counts for who has it (audience.has_heard), and not for all.
    """
    about = Issue.about_id == notice.id
    is_called_back = OutboxMessage.key.contains(UNTRUE, autoescape=True)
    told = session.scalar(
        select(func.max(Issue.told_sequence))
        .join(Issue.message)
        .where(about, knowing.is_for_all(), ~is_called_back)
    )
    if told is not None:
        return told
    went_out = MessageTally.accepted_count + MessageTally.uncertain_count > 0
    reminded = select(func.min(Issue.told_sequence)).where(
        about, exists().where(MessageTally.message_id == Issue.message_id, went_out)
    )
    return session.scalar(reminded)
