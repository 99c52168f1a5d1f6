"""What is kept of the list as a whole: how many people there were on a day, and no person."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from hrsite.extensions import Base


class DailyTally(Base):
    """How the list stood at the end of a day of the coach's. Each person counts in one column."""

    __tablename__ = "daily_tallies"
    shows_on_pages = False

    day: Mapped[date] = mapped_column(primary_key=True)
    getting_count: Mapped[int]
    paused_count: Mapped[int]
    waiting_count: Mapped[int]
    left_count: Mapped[int]
    closed_count: Mapped[int]
