"""What the coach has answered with "keep it" in an article."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.extensions import Base
from hrsite.receipt import nobody


class KeptHints(Base):
    """The hints of one article that she does not want to see again."""

    __tablename__ = "kept_hints"
    shows_on_pages = False
    holds = nobody("post_id keys")

    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    # Their keys, as a list in JSON.
    keys: Mapped[str] = mapped_column(Text)
