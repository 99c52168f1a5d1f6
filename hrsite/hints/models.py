"""What the coach has answered with "keep it", in whatever she writes."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.extensions import Base
from hrsite.receipt import nobody


class KeptHints(Base):
    """The hints of one thing that she does not want to see again."""

    __tablename__ = "kept_hints"
    shows_on_pages = False
    holds = nobody("room row_id keys")

    # posts, session_notices, pages, …; and which of them.
    room: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    # Their keys, as a list in JSON.
    keys: Mapped[str] = mapped_column(Text)
