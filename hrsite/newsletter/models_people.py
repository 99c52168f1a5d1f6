"""What is kept of the list as a whole: how many people there were on a day; lists brought in."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import SealedText, UTCDateTime, words
from hrsite.extensions import Base
from hrsite.receipt import Kept, nobody, of_reader
from hrsite.rekeying import KEYS_INSIDE


class DailyTally(Base):
    """How the list stood at the end of a day of the coach's. Each person counts in one column."""

    __tablename__ = "daily_tallies"
    shows_on_pages = False
    holds = nobody("day getting_count paused_count waiting_count left_count closed_count")

    day: Mapped[date] = mapped_column(primary_key=True)
    getting_count: Mapped[int]
    paused_count: Mapped[int]
    waiting_count: Mapped[int]
    left_count: Mapped[int]
    closed_count: Mapped[int]


class ListState(StrEnum):
    """How far a list that was brought in has come."""

    # Read and shown, and nothing of it is on the list of subscribers.
    READ = "read"
    ADDING = "adding"
    ADDED = "added"
    UNDOING = "undoing"
    UNDONE = "undone"


class BroughtList(Base):
    """A list of another program that the coach brought in: what it is, and how far it has come."""

    __tablename__ = "brought_lists"
    shows_on_pages = False
    holds = of_reader(
        "When your coach brings in a list",
        11,
        Kept(
            "people",
            "The addresses on it, locked with a key",
            "To add them, once the coach has looked",
            "24 hours, or until all are added",
        ),
        Kept(
            "said_on said_where",
            "When and where its people said yes, as the coach wrote it",
            "To prove that you asked for letters",
            "Three years after the last of them leaves",
        ),
        of_nobody=(
            "id form_key state made_at asks_all topics people_count cursor added_count here_count"
            " waiting_count left_count closed_count gone_count twice_count bad_count bad_lines"
            " started_at ended_at removed_count kept_count"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The opening of the form that brought it: pressed twice, it is one list.
    form_key: Mapped[str] = mapped_column(String(22), unique=True)
    state: Mapped[ListState] = mapped_column(words(ListState), index=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Each is asked to confirm; otherwise they said yes before, elsewhere, and no later than a day.
    asks_all: Mapped[bool]
    said_on: Mapped[date | None]
    said_where: Mapped[str] = mapped_column(SealedText)
    # Topics, with a blank between them, for whoever the list itself says nothing about.
    topics: Mapped[str] = mapped_column(String(200))
    # The people, sealed; gone as soon as they are all added, or when the list is not used.
    people: Mapped[str | None] = mapped_column(SealedText, deferred=True, info={KEYS_INSIDE: "key"})
    people_count: Mapped[int]
    # How far it has come: a place among its people; when it is undone, the last person's number.
    cursor: Mapped[int] = mapped_column(default=0)
    # What became of them. They add up to people_count once all are added.
    added_count: Mapped[int] = mapped_column(default=0)
    here_count: Mapped[int] = mapped_column(default=0)
    waiting_count: Mapped[int] = mapped_column(default=0)
    left_count: Mapped[int] = mapped_column(default=0)
    closed_count: Mapped[int] = mapped_column(default=0)
    # And who was none of them from the start.
    gone_count: Mapped[int] = mapped_column(default=0)
    twice_count: Mapped[int] = mapped_column(default=0)
    bad_count: Mapped[int] = mapped_column(default=0)
    # The first lines that are no address, and why, as JSON.
    bad_lines: Mapped[str] = mapped_column(Text, default="[]")
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    removed_count: Mapped[int] = mapped_column(default=0)
    kept_count: Mapped[int] = mapped_column(default=0)
