"""Pictures that the coach has put on the site."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class Picture(Base):
    """A picture; its pixels lie in the media folder under `name`."""

    __tablename__ = "pictures"
    shows_on_pages = True
    holds = nobody("id name alt is_decorative width height byte_count created_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(22), unique=True)
    alt: Mapped[str] = mapped_column(String(500))
    is_decorative: Mapped[bool] = mapped_column(default=False)
    width: Mapped[int]
    height: Mapped[int]
    byte_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class FormerName(Base):
    """A name that a picture had before its file was changed: old addresses lead to the new file."""

    __tablename__ = "picture_former_names"
    shows_on_pages = True
    holds = nobody("name picture_id")

    name: Mapped[str] = mapped_column(String(22), primary_key=True)
    picture_id: Mapped[int] = mapped_column(
        ForeignKey("pictures.id", ondelete="CASCADE"), index=True
    )
