"""How often an article was opened on a day; of months long past, in the whole month."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.extensions import Base
from hrsite.receipt import nobody


class PostViews(Base):
    """One number. Nothing in it is about anybody."""

    __tablename__ = "post_views"
    # Or each reading would have all ready pages made anew.
    shows_on_pages = False
    holds = nobody("post_id day count")
    __table_args__ = (CheckConstraint("count > 0", name="count_is_positive"),)

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    # On the coach's calendar. Days that no page tells any more are added to their month's first.
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
