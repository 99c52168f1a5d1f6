"""What the worker tries again and again in vain: kept, so that the desk can tell."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class Trouble(Base):
    """One thing that does not go as it should, until it does."""

    __tablename__ = "troubles"
    shows_on_pages = False
    holds = nobody("kind subject fault since_at")

    # What was tried, and of which row, message or moment.
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    # For the keeper: the name of the fault, which holds nothing that anybody typed.
    fault: Mapped[str] = mapped_column(String(200))
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)
