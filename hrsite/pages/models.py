"""Pages that stand by themselves, such as About."""

from datetime import datetime

from sqlalchemy import String, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.binning import Binned
from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import nobody


class Page(Binned, Base):
    """A page the coach writes once and keeps true."""

    __tablename__ = "pages"
    shows_on_pages = True
    holds = nobody(
        "id slug title body_html menu_name is_in_menu position updated_at form_key version "
        "deleted_at"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    body_html: Mapped[str] = mapped_column(Text, default="")
    # What the menu calls it, where its title is too long for that.
    menu_name: Mapped[str] = mapped_column(String(40), default="", server_default="")
    is_in_menu: Mapped[bool] = mapped_column(default=True, server_default=true())
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The opening of the form that made it: pressed twice, it makes one.
    form_key: Mapped[str | None] = mapped_column(String(22), unique=True)
    version: Mapped[int] = mapped_column(default=1)
