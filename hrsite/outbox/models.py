"""The ledger: what is said once, one copy to one address, what came back, and who is closed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.columns import SealedLinks, SealedText, UTCDateTime, words
from hrsite.extensions import Base


class DeliveryState(StrEnum):
    """How far one copy has come. SMTP's 250 means accepted, and says nothing of an inbox."""

    QUEUED = "queued"
    SENDING = "sending"
    DEFERRED = "deferred"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


class OutboxMessage(Base):
    """What is said, once, frozen when the coach pressed the button.

    `mark` is a random word of this message alone. The text holds `<mark>-<purpose>` where a
    person's own token goes, so nothing that anybody typed can be taken for such a place.
    """

    __tablename__ = "outbox_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    # "articles", "notices" or "transactional": who is told apart by List-Id and withdrawing.
    stream: Mapped[str] = mapped_column(String(40))
    mark: Mapped[str] = mapped_column(String(40))
    sender_name: Mapped[str] = mapped_column(String(200))
    sender_address: Mapped[str] = mapped_column(String(320))
    reply_to: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_after: Mapped[datetime] = mapped_column(UTCDateTime)
    # True: worthless after not_after, whatever held it up, for its session has begun.
    is_timely: Mapped[bool] = mapped_column(default=False)
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    pause_reason: Mapped[str | None] = mapped_column(String(600))
    policy_refusals_in_a_row: Mapped[int] = mapped_column(default=0)

    @property
    def is_transactional(self) -> bool:
        """Did the person's own act ask for this letter?"""
        return self.stream == "transactional"


class Delivery(Base):
    """One copy to one address, and how far it has come."""

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("message_id", "address_key"),
        Index("ix_deliveries_due", "state", "next_at"),
        Index("ix_deliveries_address_key", "address_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"))
    address: Mapped[str] = mapped_column(SealedText)
    address_key: Mapped[str] = mapped_column(String(64))
    links: Mapped[dict[str, str]] = mapped_column(SealedLinks)
    # The left half of Message-ID, made with the row, so that every attempt carries the same one.
    letter_id: Mapped[str] = mapped_column(String(32))
    state: Mapped[DeliveryState] = mapped_column(words(DeliveryState))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Due from then on; nothing when it will not be tried again.
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempt_count: Mapped[int] = mapped_column(default=0)
    repeat_count: Mapped[int] = mapped_column(default=0)
    # A claim: who has it, until when, and a number that makes an older owner's answer void.
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fence: Mapped[int] = mapped_column(default=0)
    reply_code: Mapped[int | None]
    reply_text: Mapped[str | None] = mapped_column(String(600))

    message: Mapped[OutboxMessage] = relationship()


class Bounce(Base):
    """A letter came back: soft, hard, or as a complaint."""

    __tablename__ = "bounces"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"))
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reply_code: Mapped[int | None]
    reply_text: Mapped[str] = mapped_column(String(600))


class Suppression(Base):
    """Never write to this address, and why."""

    __tablename__ = "suppressions"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str] = mapped_column(String(600))
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Worker(Base):
    """A worker was here: so that the desk can say when mail last had somebody to carry it."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Nothing while it runs, and when it was killed.
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
