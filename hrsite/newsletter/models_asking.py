"""What strangers ask for by a form, from which networks how often, and which letters came of it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import SealedText, UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import Kept, of_reader

TITLE, PLACE = "What you typed just now", 5


class SignupRequest(Base):
    """What somebody typed into a public form, until the worker has answered it by mail.

    The form only writes this row, for every address alike: so neither the page nor the time it
    takes can tell who is on the list.
    """

    __tablename__ = "signup_requests"
    shows_on_pages = False
    __table_args__ = (Index("ix_signup_requests_turn", "turn", "id"),)
    holds = of_reader(
        TITLE,
        PLACE,
        Kept(
            "kind address topics words_version asked_at",
            "What you typed into the form, locked with a key",
            "To answer it by letter",
            "A minute or so, until it is answered; longer when very many ask",
        ),
        of_nobody="id turn due_at",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # "signup", or "link" for somebody who has lost the settings link.
    kind: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(SealedText)
    # Topics, with a blank between them.
    topics: Mapped[str] = mapped_column(String(200))
    words_version: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # How often its network had asked before on that day. When many wait, the first of each network
    # goes before the second of any.
    turn: Mapped[int] = mapped_column(default=0)
    # It is not answered before.
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AskingNetwork(Base):
    """How often a network has asked today. Its key is another one every day."""

    __tablename__ = "asking_networks"
    shows_on_pages = False
    holds = of_reader(
        TITLE,
        PLACE,
        Kept(
            "network_key asked_on asked_count",
            "A mark made from where you are on the internet, another one every day, and how often"
            " that place has asked",
            "To slow down machines that type in other people’s addresses",
            "One day",
            is_secret=True,
        ),
    )

    network_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    asked_on: Mapped[date] = mapped_column(index=True)
    asked_count: Mapped[int]


class AskedLetter(Base):
    """A letter that somebody set off by typing an address: when, and whether its owner said yes."""

    __tablename__ = "asked_letters"
    shows_on_pages = False
    holds = of_reader(
        TITLE,
        PLACE,
        Kept(
            "subscriber_id is_to_confirm written_at confirmed_at",
            "When a letter went to you because somebody typed your address, and when you said yes",
            "To notice machines that type in other people’s addresses",
            "30 days",
            shown="written_at confirmed_at",
        ),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # Nothing: they were forgotten, or erased.
    subscriber_id: Mapped[int | None] = mapped_column(
        ForeignKey("subscribers.id", ondelete="SET NULL"), index=True
    )
    # Did it ask for a yes? Otherwise it held a link.
    is_to_confirm: Mapped[bool]
    written_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
