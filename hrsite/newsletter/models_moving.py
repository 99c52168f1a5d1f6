"""A reader wants letters at another address: what she typed, until it is proved or forgotten."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import SealedText, UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import Kept, of_reader


class AddressChange(Base):
    """One wish for another address. A newer one takes its place; any of their letters stops it."""

    __tablename__ = "address_changes"
    shows_on_pages = False
    holds = of_reader(
        "Another address",
        12,
        Kept(
            "address former_address",
            "Another address you gave, and the one before, locked with a key",
            "To ask there if it is yours, and to put the old one back",
            "Three days",
            shown="asked_at done_at",
        ),
        Kept(
            "asked_at written_at done_at",
            "When you asked for it, and when it was done",
            "To end it in time",
            "Three days",
        ),
        Kept(
            "subscriber_id move_hash stop_hash",
            "Marks made from the links in the two letters about it",
            "So that only those two letters can do it, or stop it",
            "Three days",
            is_secret=True,
        ),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), index=True
    )
    # Where letters should go, or nothing when a newer wish has taken its place; and when it is
    # done, where they went before.
    address: Mapped[str] = mapped_column(SealedText)
    former_address: Mapped[str | None] = mapped_column(SealedText)
    # What finds it by the token in the letter to the new address, and by the one to the old.
    move_hash: Mapped[str] = mapped_column(String(64), unique=True)
    stop_hash: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    # Nothing until the worker has written both letters.
    written_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
