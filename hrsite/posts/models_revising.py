"""What an article said before."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class PostRevision(Base):
    """What an article said as of one saving. Of pictures it has the places in the text alone."""

    __tablename__ = "post_revisions"
    shows_on_pages = False
    holds = nobody("post_id version saved_at title summary body_html topics content_note digest")

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(primary_key=True)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(400))
    body_html: Mapped[str] = mapped_column(Text)
    # As she types them: "Sleep, Starting out".
    topics: Mapped[str] = mapped_column(Text)
    content_note: Mapped[str] = mapped_column(String(200))
    # Of all the words above, so that the same words are not kept twice.
    digest: Mapped[str] = mapped_column(String(64))
