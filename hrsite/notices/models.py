"""Session notices: what the coach announces about her sessions, and until when it is true.

When a session is stands on a wall clock: `first_on`, `start_time`, `length_minutes`, `zone_name`,
and for a series `rhythm` and `last_on`. That is the truth. From it `publishing` works out the two
moments `starts_at` and `ends_at`, which queries use; `occurring` works out each session of a series
and is the only reader of `changed_days`. One time and a series keep their wall time when the clocks
change.

What each rhythm fills:
- once: first_on, start_time, length_minutes; starts_at and ends_at are its start and end.
- weekly: the same, and last_on or nothing; starts_at is the start of the first session of all, and
  ends_at the end of the last one, or nothing. For "the next one" ask `occurring.next_of`.
- standing, until further notice: review_on alone; starts_at and ends_at are empty.
"""

from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, String, Text, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.binning import Binned
from hrsite.columns import UTCDateTime, words
from hrsite.extensions import Base
from hrsite.receipt import nobody
from hrsite.tokens import new_token

# So long after its former time it is news that a whole series has moved.
MOVE_IS_NEWS = timedelta(days=14)


class Rhythm(StrEnum):
    """How often what a notice tells of takes place."""

    ONCE = "once"
    WEEKLY = "weekly"
    STANDING = "standing"


class SessionNotice(Binned, Base):
    """A text, a time, a place, how to join, and when all that stops being true."""

    __tablename__ = "session_notices"
    shows_on_pages = True
    holds = nobody(
        "id title slug body_html rhythm first_on start_time length_minutes zone_name last_on "
        "review_on starts_at ends_at cancelled_at moved_from_at place for_whom how_to_join "
        "calendar_uid tells_in_calendar sends_reminders sequence created_at updated_at "
        "published_at was_published_at send_to_readers send_at form_key version deleted_at"
    )
    __table_args__ = (Index("ix_session_notices_published_at", "published_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    body_html: Mapped[str] = mapped_column(Text, default="")
    rhythm: Mapped[Rhythm] = mapped_column(words(Rhythm), default=Rhythm.STANDING)
    # The day, the hour on the wall and the length of the session, or of the first of a series.
    first_on: Mapped[date | None] = mapped_column(Date)
    start_time: Mapped[time | None] = mapped_column(Time)
    length_minutes: Mapped[int | None]
    # Where that wall is: the site's zone when it was written, such as America/Toronto.
    zone_name: Mapped[str] = mapped_column(String(64), default="UTC")
    # A series: no session begins after this day. Empty: it has no end.
    last_on: Mapped[date | None] = mapped_column(Date)
    # Until further notice: on this day the desk asks whether it is still true.
    review_on: Mapped[date | None] = mapped_column(Date)
    # Worked out from the above, for queries; see the head of this file.
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Called off: it stays, marked, until its time is past.
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Moved after readers saw it: when it was to begin (of a series, its next session then).
    moved_from_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    for_whom: Mapped[str] = mapped_column(String(200), default="")
    # For confirmed readers' letters and the desk alone; no public page shows it.
    how_to_join: Mapped[str] = mapped_column(Text, default="")
    # Names it in calendars, for good. It says nothing of what it is.
    calendar_uid: Mapped[str] = mapped_column(String(22), unique=True, default=new_token)
    # Her title and the place stand in calendars; otherwise no more than "Appointment".
    tells_in_calendar: Mapped[bool] = mapped_column(default=False)
    # Who asked to be reminded gets a letter a day before.
    sends_reminders: Mapped[bool] = mapped_column(default=True)
    # Raised with each change of time, place, or of whether it takes place, here or on one of its
    # days: calendars take the higher number.
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The date it had when it went into the bin, if readers saw it.
    was_published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    send_to_readers: Mapped[bool] = mapped_column(default=False)
    # When its letter is due. It may have been on the site long before.
    send_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The opening of the form that made it: pressed twice, it makes one.
    form_key: Mapped[str | None] = mapped_column(String(22), unique=True)
    version: Mapped[int] = mapped_column(default=1)

    changed_days: Mapped[list["ChangedDay"]] = relationship(
        cascade="all, delete-orphan", order_by="ChangedDay.planned_on", lazy="selectin"
    )

    @property
    def until_further_notice(self) -> bool:
        """Does it hold until the coach takes it back?"""
        return self.rhythm == Rhythm.STANDING

    @property
    def is_series(self) -> bool:
        """Does it take place every week?"""
        return self.rhythm == Rhythm.WEEKLY

    def is_past(self, now: datetime) -> bool:
        """Has the session it speaks of ended, or the last of the series?"""
        return self.ends_at is not None and self.ends_at <= now

    def is_moved(self, now: datetime) -> bool:
        """Is it news that it takes place at another time than was told?"""
        if self.moved_from_at is None:
            return False
        return not self.is_series or now < self.moved_from_at + MOVE_IS_NEWS

    def state(self, now: datetime) -> str:
        """One word for where it stands: draft, scheduled, past, cancelled, moved or on."""
        if self.published_at is None:
            return "draft"
        if self.published_at > now:
            return "scheduled"
        return self.fate(now)

    def fate(self, now: datetime) -> str:
        """What became of what it tells, whoever can see it: past, cancelled, moved or on."""
        if self.is_past(now):
            return "past"
        if self.cancelled_at is not None:
            return "cancelled"
        return "moved" if self.is_moved(now) else "on"


class ChangedDay(Base):
    """One session of a weekly series that is not like the others: cancelled, or moved."""

    __tablename__ = "session_notice_days"
    shows_on_pages = True
    holds = nobody("id notice_id planned_on cancelled_at moved_to_on moved_to_time")
    __table_args__ = (
        UniqueConstraint(
            "notice_id", "planned_on", name="uq_session_notice_days_notice_id_planned_on"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("session_notices.id", ondelete="CASCADE"))
    # The day it would have been on by the series' own rule; calendars know it by this.
    planned_on: Mapped[date] = mapped_column(Date)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # On the series' wall clock: when it takes place instead. Both empty: at its own time.
    moved_to_on: Mapped[date | None] = mapped_column(Date)
    moved_to_time: Mapped[time | None] = mapped_column(Time)
