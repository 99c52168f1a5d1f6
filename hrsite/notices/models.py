"""Session notices: what the coach announces about her sessions, and until when it is true."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.binning import Binned
from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class SessionNotice(Binned, Base):
    """A text, a time, a place, how to join, and when all that stops being true."""

    __tablename__ = "session_notices"
    shows_on_pages = True
    holds = nobody(
        "id title slug body_html starts_at ends_at place how_to_join created_at updated_at "
        "published_at was_published_at send_to_readers send_at form_key version deleted_at"
    )
    __table_args__ = (Index("ix_session_notices_published_at", "published_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    body_html: Mapped[str] = mapped_column(Text, default="")
    # Both empty: until further notice.
    starts_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    place: Mapped[str] = mapped_column(String(200), default="")
    # For confirmed readers' letters and the desk alone; no public page shows it.
    how_to_join: Mapped[str] = mapped_column(Text, default="")
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

    @property
    def until_further_notice(self) -> bool:
        """Does it hold until the coach takes it back?"""
        return self.starts_at is None

    def is_past(self, now: datetime) -> bool:
        """Has the session it speaks of ended?"""
        return self.ends_at is not None and self.ends_at <= now

    def state(self, now: datetime) -> str:
        """One word for where it stands: draft, scheduled, on or past."""
        if self.published_at is None:
            return "draft"
        if self.is_past(now):
            return "past"
        return "on" if self.published_at <= now else "scheduled"
