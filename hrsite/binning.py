"""What was thrown away is kept for a while: since when, and until when."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime

# So long a thing lies in the bin before it goes for good.
LASTS = timedelta(days=30)


class Binned:
    """A row of a table whose things can lie in the bin."""

    # In the bin since then: no reader sees it, and the coach can put it back.
    deleted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def goes_at(self) -> datetime | None:
        """From when on the nightly tidying lets go of it."""
        return None if self.deleted_at is None else self.deleted_at + LASTS
