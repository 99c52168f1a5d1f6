"""What the coach says of her whole site: its words, and the lines that help right now."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.columns import UTCDateTime, words
from hrsite.extensions import Base
from hrsite.media.models import Picture
from hrsite.receipt import nobody

# There is one site, so there is one row.
THE_SITE = 1


class Way(StrEnum):
    """How a number wants to be reached."""

    CALL = "call"
    TEXT = "text"
    BOTH = "both"


class SiteWords(Base):
    """The coach's own words for her site. What she has not said, the environment says."""

    __tablename__ = "site_words"
    shows_on_pages = True
    holds = nobody(
        "id site_name tagline coach_name about_line portrait_id book_url book_text "
        "book_words exit_url exit_is_shown views_are_shown cards_name_articles "
        "time_zone postal_address reply_to discreet_name accent help_is_hers updated_at version"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_name: Mapped[str | None] = mapped_column(String(80))
    tagline: Mapped[str | None] = mapped_column(String(160))
    coach_name: Mapped[str | None] = mapped_column(String(80))
    about_line: Mapped[str | None] = mapped_column(String(300))
    portrait_id: Mapped[int | None] = mapped_column(ForeignKey("pictures.id"))
    book_url: Mapped[str | None] = mapped_column(String(500))
    book_text: Mapped[str | None] = mapped_column(String(600))
    book_words: Mapped[str | None] = mapped_column(String(40))
    exit_url: Mapped[str | None] = mapped_column(String(500))
    exit_is_shown: Mapped[bool | None]
    views_are_shown: Mapped[bool | None]
    cards_name_articles: Mapped[bool | None]
    postal_address: Mapped[str | None] = mapped_column(String(300))
    # All times are written in it. None: what the environment says.
    time_zone: Mapped[str | None] = mapped_column(String(64))
    # Where answers to letters go; empty: to the sender.
    reply_to: Mapped[str | None] = mapped_column(String(254))
    # Who plain letters come from; empty: her first name.
    discreet_name: Mapped[str | None] = mapped_column(String(40))
    # A colour such as #80301a, for light pages. None: the site’s own.
    accent: Mapped[str | None] = mapped_column(String(7))
    # She has decided which help lines there are, even that there are none.
    help_is_hers: Mapped[bool] = mapped_column(default=False)
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Raised at each save; a form that holds an older number is stale.
    version: Mapped[int] = mapped_column(default=0)

    # Joined, so that all of it is one query a page.
    portrait: Mapped[Picture | None] = relationship(lazy="joined")
    help_lines: Mapped[list["HelpLine"]] = relationship(
        lazy="joined", order_by="HelpLine.position, HelpLine.id"
    )


class HelpLine(Base):
    """Who helps right now: on every page and in every letter."""

    __tablename__ = "help_lines"
    shows_on_pages = True
    holds = nobody("id site_id who number way url hours position checked_on version")

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site_words.id"), default=THE_SITE, index=True)
    who: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40), default="")
    way: Mapped[Way] = mapped_column(words(Way), default=Way.CALL)
    url: Mapped[str] = mapped_column(String(500), default="")
    hours: Mapped[str] = mapped_column(String(80), default="")
    position: Mapped[int] = mapped_column(default=0)
    # A day on the coach's calendar: when she last made sure that all of it is right.
    checked_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
