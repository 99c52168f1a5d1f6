"""Addresses that pages once had, here or on the coach's old site, and where they lead now."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody

LONGEST_PATH = 500


class Redirect(Base):
    """One old address. The paths are written as people read them, without percent signs."""

    __tablename__ = "redirects"
    shows_on_pages = True
    holds = nobody("id old_path new_path new_key created_at")
    # Ready pages are pages that are there; of the others none is kept.
    __table_args__ = {"info": {"shows_on_pages": False}}

    id: Mapped[int] = mapped_column(primary_key=True)
    # Folded (see paths.py): the same page asked for in another spelling is the same row.
    old_path: Mapped[str] = mapped_column(String(LONGEST_PATH), unique=True)
    new_path: Mapped[str] = mapped_column(String(LONGEST_PATH))
    # The new path, folded like the old one: finds the rows that lead somewhere.
    new_key: Mapped[str] = mapped_column(String(LONGEST_PATH), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
