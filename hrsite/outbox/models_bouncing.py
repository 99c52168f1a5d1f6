"""Letters that came back, where news of them comes from, and which calls were heard already."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hrsite.columns import UTCDateTime
from hrsite.extensions import Base
from hrsite.receipt import Kept, mark, nobody, of_reader


class Bounce(Base):
    """A letter came back: soft, hard, as a complaint, or by policy (not the reader's fault).

    Or its reader left at the mail service, instead of with us: unsubscribed.
    """

    __tablename__ = "bounces"
    shows_on_pages = False
    holds = of_reader(
        "When a letter comes back",
        8,
        Kept(
            "message_id delivery_id kind happened_at reply_code reply_text source",
            "Which letter came back, when, and why",
            "To stop when it is not wanted",
            "90 days. Then only how many there were",
            shown="kind happened_at reply_text",
        ),
        mark("address_key", "90 days"),
        Kept(
            "event_key",
            "A number that this news has",
            "To take it once, however often we are told",
            "90 days",
            is_secret=True,
        ),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_messages.id"), index=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reply_code: Mapped[int | None]
    reply_text: Mapped[str] = mapped_column(String(600))
    # Who told us: "smtp", "dsn", "ses", "postmark" or "mailgun".
    source: Mapped[str] = mapped_column(String(20), default="smtp")
    # The same report told twice is one row.
    event_key: Mapped[str | None] = mapped_column(String(200), unique=True)


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
