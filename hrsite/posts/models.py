"""Articles and their topics."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.binning import Binned
from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.media.models import Picture
from hrsite.receipt import INFO, nobody

post_tags = Table(
    "post_tags",
    Base.metadata,
    Column("post_id", ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    # The article's own date once more, kept equal by `keeping`: a topic's page is then read in
    # order from the index below, and not joined and sorted.
    Column("published_at", UTCDateTime),
    Index("ix_post_tags_tag_id_published_at_post_id", "tag_id", "published_at", "post_id"),
    info={"shows_on_pages": True, INFO: nobody("post_id tag_id published_at")},
)


class Tag(Base):
    """What an article is about; readers see it as a topic."""

    __tablename__ = "tags"
    shows_on_pages = True
    holds = nobody("id name slug dated_count")

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    # How many articles with a date it has, those that lie ahead too. Kept by `keeping`.
    dated_count: Mapped[int] = mapped_column(default=0)


class MonthCount(Base):
    """How many articles have a date in a month of a zone, those that lie ahead too."""

    __tablename__ = "month_counts"
    shows_on_pages = True
    holds = nobody("zone month dated_count")

    zone: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    dated_count: Mapped[int]


class SynonymWords(Base):
    """The coach's lines of words that mean the same; one row at most."""

    __tablename__ = "synonym_words"
    shows_on_pages = False  # The search alone reads them, and its pages are not kept ready.
    holds = nobody("id text updated_at version")

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int]


def is_over(current_until: datetime | None, now: datetime) -> bool:
    """Has the time come until which an article's words are true, if it has one?"""
    return current_until is not None and current_until <= now


class Post(Binned, Base):
    """An article. No date is a draft, a future date is scheduled, a past date is published.

    One that goes out by email only has no date for the site: so nothing of what readers see there
    needs to know of it. Its letter leads to an address of its own. What is in the bin has no date
    for the site either.
    """

    __tablename__ = "posts"
    shows_on_pages = True
    holds = nobody(
        "id title slug summary body_html language author_name picture_id created_at "
        "updated_at published_at was_published_at reviewed_at current_until left_at "
        "content_note pinned_place send_to_readers send_at unlisted_at unlisted_token "
        "press_count form_key version deleted_at"
    )
    # Serves the order of every list: newest first, and the row number where dates are equal.
    __table_args__ = (Index("ix_posts_published_at_id", "published_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    summary: Mapped[str] = mapped_column(String(400), default="")
    body_html: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(40), default="")
    author_name: Mapped[str] = mapped_column(String(120), default="")
    picture_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The date it had when it went into the bin, if readers saw it.
    was_published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reviewed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # What it says holds until then: a drug alert, opening hours. None: evergreen.
    current_until: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)
    # Past that date she chose to leave it as it is, and is not asked again.
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # One line before the words: "Speaks of an overdose."
    content_note: Mapped[str] = mapped_column(String(200), default="", server_default="")
    # Its place under "Start here" on the first page, from 1.
    pinned_place: Mapped[int | None] = mapped_column(index=True)
    send_to_readers: Mapped[bool] = mapped_column(default=False)
    # When its letter is due. It may have been on the site long before. Kept though it does not go
    # to readers: that hour came, and there was no text.
    send_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Since when whoever has the address in its letter may read it, on the site or not.
    unlisted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The secret in that address. It stays, so that old letters lead on to a page it gets later.
    unlisted_token: Mapped[str | None] = mapped_column(String(22), unique=True)
    # How often it was put out, planned or taken back: a page that saw fewer cannot act any more.
    press_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # The opening of the form that made it: pressed twice, it makes one article.
    form_key: Mapped[str | None] = mapped_column(String(22), unique=True)
    # Raised at each save; a form that holds an older number is stale.
    version: Mapped[int] = mapped_column(default=1)

    picture: Mapped[Picture | None] = relationship(lazy="joined")
    tags: Mapped[list[Tag]] = relationship(secondary=post_tags, order_by=Tag.name, lazy="selectin")

    @property
    def is_draft(self) -> bool:
        """Has it no date, neither for the site nor for email alone?"""
        return self.out_at is None

    @property
    def is_email_only(self) -> bool:
        """Does it go to readers, or has it, without standing on the site?"""
        return self.published_at is None and self.unlisted_at is not None

    @property
    def out_at(self) -> datetime | None:
        """Its date: on the site, or by email alone."""
        return self.published_at or self.unlisted_at

    @property
    def has_text(self) -> bool:
        """Is there anything in it to read?"""
        return bool(self.body_html.strip())

    @property
    def has_missed_its_hour(self) -> bool:
        """Was it to go to readers, and had no text then?"""
        return self.send_at is not None and not self.send_to_readers

    def is_unlisted(self, now: datetime) -> bool:
        """May whoever has the address in its letter read it?"""
        if self.deleted_at is not None or self.unlisted_at is None:
            return False
        return self.unlisted_at <= now

    def was_mailed_unlisted(self, now: datetime) -> bool:
        """Has it gone to readers by email alone, as far as it knows, and is open to them?

        Out of the bin it is no more marked for readers, and they have its letter all the same.
        """
        return self.is_unlisted(now) and not self.has_missed_its_hour

    def is_published(self, now: datetime) -> bool:
        """May readers see it?"""
        return self.published_at is not None and self.published_at <= now

    def is_scheduled(self, now: datetime) -> bool:
        """Does its date lie ahead?"""
        return self.out_at is not None and self.out_at > now

    def has_letter_ahead(self, now: datetime) -> bool:
        """Is it on the site already, and does its letter go later?"""
        is_planned = self.send_to_readers and self.send_at is not None and self.send_at > now
        return is_planned and self.is_published(now)

    def is_past_its_date(self, now: datetime) -> bool:
        """Was what it says true until a moment that is over?"""
        return is_over(self.current_until, now)
