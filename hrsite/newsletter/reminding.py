"""A letter a day before each session, for who asked to be reminded. The rows say what is due."""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hrsite.newsletter import issues, letters_sessions
from hrsite.newsletter.models import FollowUp, Issue, Subscriber, Topic
from hrsite.notices import listing, occurring
from hrsite.notices.models import Rhythm, SessionNotice
from hrsite.notices.telling import NOTICE_MARGIN
from hrsite.outbox.models import OutboxMessage

# Early enough to plan the day, late enough to be remembered.
LEAD = timedelta(days=1)
# So many sessions of one series can begin within a day: moved ones come to stand beside others.
MOST_AT_ONCE = 5


class Reminder(NamedTuple):
    """One session of which people are to be reminded."""

    notice_id: int
    begins_at: datetime

    @property
    def key(self) -> str:
        """One for each session and time: so nobody is reminded twice."""
        return f"issue/notice/{self.notice_id}/reminder/{self.begins_at:%Y%m%dT%H%M}"


def due(session: Session, now: datetime) -> list[Reminder]:
    """The sessions that begin within a day, of which no reminder was written yet."""
    if session.scalar(select(Subscriber.id).where(Subscriber.wants_reminders).limit(1)) is None:
        return []
    found = [one for notice in _candidates(session, now) for one in _within_a_day(notice, now)]
    keys = [one.key for one in found]
    written = set(session.scalars(select(OutboxMessage.key).where(OutboxMessage.key.in_(keys))))
    return [one for one in found if one.key not in written]


def remind(session: Session, wanted: Reminder, now: datetime) -> Issue | None:
    """Open its Issue; None when that was done meanwhile, or it is no longer true."""
    notice = session.get_one(
        SessionNotice, wanted.notice_id, populate_existing=True, with_for_update=True
    )
    if notice.published_at is None or wanted not in _within_a_day(notice, now):
        return None
    issue = Issue(
        topic=Topic.NOTICES,
        title=letters_sessions.issue_title(letters_sessions.REMINDER, notice),
        about_id=notice.id,
        follow_up=FollowUp.REMINDER,
        told_sequence=notice.sequence,
        due_at=wanted.begins_at - LEAD,
    )
    wordings = letters_sessions.reminder(session, notice, wanted.begins_at, now)
    not_after = wanted.begins_at - NOTICE_MARGIN
    if not issues.freeze(session, issue, wanted.key, wordings, now, not_after):
        return None
    return issues.begin(session, issue, now)


def _candidates(session: Session, now: datetime) -> list[SessionNotice]:
    timely = listing.published(now).where(
        SessionNotice.sends_reminders,
        SessionNotice.cancelled_at.is_(None),
        SessionNotice.rhythm != Rhythm.STANDING,
        or_(SessionNotice.ends_at.is_(None), SessionNotice.ends_at > now),
        or_(SessionNotice.rhythm == Rhythm.WEEKLY, SessionNotice.starts_at <= now + LEAD),
    )
    return list(session.scalars(timely.order_by(SessionNotice.id)))


def _within_a_day(notice: SessionNotice, now: datetime) -> list[Reminder]:
    if notice.cancelled_at is not None or not notice.sends_reminders:
        return []
    told_at, too_late = notice.published_at or now, NOTICE_MARGIN + issues.LEAST_TIME
    return [
        Reminder(notice.id, one.starts_at)
        for one in occurring.some(notice, now, MOST_AT_ONCE)
        # What was told within the day itself needs no reminder.
        if not one.is_cancelled
        and told_at <= one.starts_at - LEAD <= now < one.starts_at - too_late
    ]
