"""What the coach says to somebody new."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class WelcomeWords(Base):
    """What the coach says to somebody who has just confirmed. No row: our own words."""

    __tablename__ = "welcome_words"
    shows_on_pages = False
    holds = nobody("id is_on body_html updated_at version")

    id: Mapped[int] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    body_html: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)
