"""Where news of returned mail comes from, and which calls of a mail service were heard already."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import Kept, mark, nobody, of_reader


class BounceSource(Base):
    """A mailbox we read, or a service that calls: when it last worked, and what is wrong."""

    __tablename__ = "bounce_sources"
    shows_on_pages = False
    holds = nobody("name looked_at failing_since_at trouble link")

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
    holds = of_reader(
        "When we must not write",
        10,
        Kept(
            "opened_at",
            "When you said yes again after letters came back",
            "So that an old report does not close your address",
            "30 days",
        ),
        mark("address_key", "30 days"),
    )

    address_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class HeardCall(Base):
    """A call whose signature is good once, and was used."""

    __tablename__ = "heard_calls"
    shows_on_pages = False
    holds = nobody("token_hash heard_at")

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
