"""Who asked for mail, for which, how we know, and each edition that went out."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.columns import SealedLinks, SealedText, UTCDateTime, words
from hrsite.extensions import Base
from hrsite.outbox.models import OutboxMessage


class Topic(StrEnum):
    """The kinds of mail one can ask for."""

    ARTICLES = "articles"
    NOTICES = "notices"


class SubscriptionState(StrEnum):
    """Where a person stands with one topic."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Subscriber(Base):
    """A person who asked for mail. The address is sealed, and found by a keyed hash."""

    __tablename__ = "subscribers"

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(SealedText)
    address_key: Mapped[str] = mapped_column(String(64), unique=True)
    # The tokens in this person's letters, sealed; and the hashes that find the person by one.
    links: Mapped[dict[str, str]] = mapped_column(SealedLinks)
    confirm_hash: Mapped[str] = mapped_column(String(64), unique=True)
    settings_hash: Mapped[str] = mapped_column(String(64), unique=True)
    unsubscribe_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # This person's letters tell an onlooker nothing: neutral words, and a link to the real ones.
    is_discreet: Mapped[bool] = mapped_column(default=False)

    subscriptions: Mapped[list["Subscription"]] = relationship(
        cascade="all, delete-orphan", order_by="Subscription.topic", lazy="selectin"
    )


class Subscription(Base):
    """A person's link to one topic."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("subscriber_id", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"))
    topic: Mapped[Topic] = mapped_column(words(Topic), index=True)
    state: Mapped[SubscriptionState] = mapped_column(words(SubscriptionState))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ConsentEvent(Base):
    """Proof of asking. Append-only: which words, when, how; never a network address."""

    __tablename__ = "consent_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    # asked, confirmed, chosen, unsubscribed or returned
    kind: Mapped[str] = mapped_column(String(20))
    topic: Mapped[Topic | None] = mapped_column(words(Topic))
    # form, letter, settings or header
    how: Mapped[str] = mapped_column(String(20))
    words_version: Mapped[str] = mapped_column(String(20))
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignupRequest(Base):
    """What somebody typed into a public form, until the worker has answered it by mail.

    The form only writes this row, for every address alike: so neither the page nor the time it
    takes can tell who is on the list.
    """

    __tablename__ = "signup_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    # "signup", or "link" for somebody who has lost the settings link.
    kind: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(SealedText)
    # Topics, with a blank between them.
    topics: Mapped[str] = mapped_column(String(200))
    words_version: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Issue(Base):
    """One edition, sent to readers: of an article or of a session notice, once."""

    __tablename__ = "issues"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[Topic] = mapped_column(words(Topic))
    title: Mapped[str] = mapped_column(String(200))
    # Unique: a second press of the button, a second worker or a restart makes no second Issue.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), unique=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("session_notices.id"), unique=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    message: Mapped[OutboxMessage] = relationship()
