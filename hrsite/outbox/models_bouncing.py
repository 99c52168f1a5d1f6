"""Where news of returned mail comes from, and which calls of a mail service were heard already."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base


class BounceSource(Base):
    """A mailbox we read, or a service that calls: when it last worked, and what is wrong."""

    __tablename__ = "bounce_sources"
    shows_on_pages = False

    # "maildir", "imap", "ses", "postmark" or "mailgun".
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    looked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Since when it has not worked; nothing while it does.
    failing_since_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str | None] = mapped_column(String(600))
    # What the keeper must open once, for Amazon to begin.
    link: Mapped[str | None] = mapped_column(String(2000))


class OpenedAddress(Base):
    """An address that was closed, and whose owner said yes again by a letter that arrived."""

    __tablename__ = "opened_addresses"
    shows_on_pages = False

    address_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class HeardCall(Base):
    """A call whose signature is good once, and was used."""

    __tablename__ = "heard_calls"
    shows_on_pages = False

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
