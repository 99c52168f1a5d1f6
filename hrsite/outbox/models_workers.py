"""Who hands letters over: the workers that were here, and which copy of the site they belong to."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class Worker(Base):
    """A worker was here: so that the desk can say when mail last had somebody to carry it."""

    __tablename__ = "workers"
    shows_on_pages = False
    holds = nobody("name started_at seen_at ended_at")

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Nothing while it runs, and when it was killed.
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Instance(Base):
    """One installed copy of the site, by the mark in its folder: may it hand letters over?"""

    __tablename__ = "instances"
    shows_on_pages = False
    holds = nobody("id machine counter approved_at trouble noticed_at rests_until")

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    machine: Mapped[str] = mapped_column(String(80))
    # Only rises. A mark that is ahead of every counter here has known a newer ledger.
    counter: Mapped[int]
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # "behind", "copied" or "new": nothing goes out until the coach presses Resume.
    trouble: Mapped[str | None] = mapped_column(String(20))
    noticed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # The mail service asked to be left alone for a while (421).
    rests_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
