"""Who asked for mail, for which, how we know, and each edition that went out."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    literal_column,
    or_,
)
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hrsite.columns import UTCDateTime, words
from hrsite.extensions import Base
from hrsite.newsletter.models_people import BroughtList
from hrsite.outbox.models import OutboxMessage, Recipient
from hrsite.receipt import INFO, Kept, mark, nobody, of_reader


class Topic(StrEnum):
    """The kinds of mail one can ask for."""

    ARTICLES = "articles"
    NOTICES = "notices"


class SubscriptionState(StrEnum):
    """Where a person stands with one topic."""

    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Cadence(StrEnum):
    """How often a person wants articles: each one, or gathered into one letter."""

    EACH = "each"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class FollowUp(StrEnum):
    """Why there is another letter about a session that had one."""

    CHANGE = "change"
    CALLED_OFF = "called_off"
    REMINDER = "reminder"


class Subscriber(Base):
    """A person who asked for mail: a recipient of letters, under the same number."""

    __tablename__ = "subscribers"
    shows_on_pages = False
    holds = of_reader(
        "What you chose",
        2,
        Kept(
            "created_at",
            "The day you first asked",
            "To forget you if you never say yes",
            "14 days, if you never say yes. Else until you erase it",
        ),
        Kept(
            "is_discreet wants_reminders cadence",
            "Plain letters, reminders, and how often",
            "To send what you chose",
        ),
        Kept("paused_until", "Until when you paused", "To leave you alone until then"),
        Kept(
            "welcome_at reminded_at",
            "If a first letter is due, and when we reminded you",
            "So that each comes only once",
        ),
        Kept(
            "id confirm_hash settings_hash unsubscribe_hash",
            "Marks made from your secret links",
            "So that a link opens your page, and no other",
            is_secret=True,
        ),
    )

    id: Mapped[int] = mapped_column(ForeignKey("recipients.id"), primary_key=True)
    # What finds the person by a token in her letters.
    confirm_hash: Mapped[str] = mapped_column(String(64), unique=True)
    settings_hash: Mapped[str] = mapped_column(String(64), unique=True)
    unsubscribe_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # This person's letters tell an onlooker nothing: neutral words, and a link to the real ones.
    is_discreet: Mapped[bool] = mapped_column(default=False)
    cadence: Mapped[Cadence] = mapped_column(words(Cadence), default=Cadence.EACH)
    # A letter comes a day before each session.
    wants_reminders: Mapped[bool] = mapped_column(default=False)
    # Nothing is written to this person before.
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Since when a welcome letter is owed; nothing when it is written, or was never due.
    welcome_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # When we last reminded this person to confirm.
    reminded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    recipient: Mapped[Recipient] = relationship(lazy="joined", innerjoin=True)
    address: AssociationProxy[str] = association_proxy("recipient", "address")
    address_key: AssociationProxy[str] = association_proxy("recipient", "address_key")
    links: AssociationProxy[dict[str, str]] = association_proxy("recipient", "links")
    subscriptions: Mapped[list["Subscription"]] = relationship(
        cascade="all, delete-orphan", order_by="Subscription.topic", lazy="selectin"
    )

    def is_paused(self, now: datetime) -> bool:
        """Is nothing to be written to this person now?"""
        return self.paused_until is not None and self.paused_until > now


# Of all readers these are mostly few. Each part of a long list asks for those in it, twice.
# The word as it is, and no value to be told later: only so the database sees that the index fits.
may_be_left_out = or_(
    Subscriber.cadence != literal_column(f"'{Cadence.EACH}'"), Subscriber.paused_until.is_not(None)
)
# Which rows are in it, migration 0043 says, in the same words. Said here too, it would bring the
# other database's dialect into every process.
Index("ix_subscribers_may_be_left_out", Subscriber.id)


class Subscription(Base):
    """A person's link to one topic."""

    __tablename__ = "subscriptions"
    shows_on_pages = False
    holds = of_reader(
        "What you chose",
        3,
        Kept(
            "subscriber_id topic state changed_at",
            "Which letters you get or left, and since when",
            "To send those, and no others",
            shown="topic state changed_at",
        ),
        of_nobody="id",
    )
    __table_args__ = (
        UniqueConstraint("subscriber_id", "topic"),
        # The list of a topic in order, whole: writing a million copies reads it and no row here.
        Index("ix_subscriptions_list", "topic", "state", "subscriber_id", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(ForeignKey("subscribers.id", ondelete="CASCADE"))
    topic: Mapped[Topic] = mapped_column(words(Topic))
    state: Mapped[SubscriptionState] = mapped_column(words(SubscriptionState))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ConsentEvent(Base):
    """Proof of asking. Append-only: which words, when, how; never a network address."""

    __tablename__ = "consent_events"
    shows_on_pages = False
    holds = of_reader(
        "What you said yes to",
        4,
        Kept(
            "kind topic how happened_at",
            "Each time you asked, said yes, changed something or left",
            "To prove that you asked for letters",
            "Three years after you leave, or until you erase it",
        ),
        Kept(
            "words_version said_on list_id",
            "Which words you read, or the day and list you came with",
            "To prove what you said yes to",
            "Three years after you leave, or until you erase it",
            shown="words_version said_on",
        ),
        mark("address_key former_key", "Three years after you leave, or until you erase it"),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), index=True)
    # Of one who moved: where her letters went before. She is erased there too.
    former_key: Mapped[str | None] = mapped_column(String(64))
    # asked, confirmed, brought, chosen, moved, unsubscribed or returned;
    # each, weekly, monthly, reminders, no_reminders, plain, whole, paused or went_on
    kind: Mapped[str] = mapped_column(String(20))
    topic: Mapped[Topic | None] = mapped_column(words(Topic))
    # form, letter, settings, header, list, complaint or service (her mail service told us);
    # what they told the coach: in_person, phone, paper or message
    how: Mapped[str] = mapped_column(String(20))
    words_version: Mapped[str] = mapped_column(String(20))
    # The day on which they said it to the coach, as she wrote it down.
    said_on: Mapped[date | None]
    # The list they came with, when the coach brought one in.
    list_id: Mapped[int | None] = mapped_column(ForeignKey("brought_lists.id"), index=True)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)

    brought_list: Mapped[BroughtList | None] = relationship()


# Which articles the Issue of a digest holds.
issue_articles = Table(
    "issue_articles",
    Base.metadata,
    Column("issue_id", ForeignKey("issues.id"), primary_key=True),
    Column("post_id", ForeignKey("posts.id"), primary_key=True, index=True),
    info={"shows_on_pages": False, INFO: nobody("issue_id post_id")},
)


class Digest(Base):
    """One weekly or monthly moment, whether or not there was anything to write. Made once."""

    __tablename__ = "digests"
    shows_on_pages = False
    holds = nobody("id cadence key due_at opened_at")

    id: Mapped[int] = mapped_column(primary_key=True)
    cadence: Mapped[Cadence] = mapped_column(words(Cadence))
    # "weekly/2026-06-05": unique, so that two workers make one letter.
    key: Mapped[str] = mapped_column(String(40), unique=True)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Issue(Base):
    """One edition, sent to readers: of an article, a session notice or a digest, once."""

    __tablename__ = "issues"
    shows_on_pages = False
    holds = nobody(
        "id topic title post_id notice_id digest_id message_id created_at due_at dropped_at "
        "weekly_count monthly_count paused_count about_id follow_up told_sequence"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[Topic] = mapped_column(words(Topic))
    title: Mapped[str] = mapped_column(String(200))
    # Unique: a second press of the button, a second worker or a restart makes no second Issue.
    post_id: Mapped[int | None] = mapped_column(ForeignKey("posts.id"), unique=True)
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("session_notices.id"), unique=True)
    # The session it tells of, and how many of its changes (`sequence`). A session may have several:
    # its own letter, and those that follow it.
    about_id: Mapped[int | None] = mapped_column(ForeignKey("session_notices.id"), index=True)
    follow_up: Mapped[FollowUp | None] = mapped_column(words(FollowUp))
    told_sequence: Mapped[int | None]
    # Several Issues of one digest, when not all its readers are owed the same articles.
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digests.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # When it should have been opened: the button, the plan, or the digest's hour.
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The coach took it back. Of which nobody has a copy, its article may go out anew.
    dropped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Who was not on its list when it was opened, and why.
    weekly_count: Mapped[int] = mapped_column(default=0)
    monthly_count: Mapped[int] = mapped_column(default=0)
    paused_count: Mapped[int] = mapped_column(default=0)

    message: Mapped[OutboxMessage] = relationship()
    digest: Mapped[Digest | None] = relationship()


class OwedArticle(Base):
    """An article that went to readers, and that this reader will get in a digest.

    Written when the article's Issue is opened, so it does not matter how often somebody changes
    between each, weekly and monthly: she is owed it, or she was on the Issue's list.
    """

    __tablename__ = "owed_articles"
    shows_on_pages = False
    holds = of_reader(
        "Letters to you",
        7,
        Kept(
            "subscriber_id post_id since_at digest_id issue_id",
            "Which articles wait for your weekly or monthly letter",
            "So that none is left out and none comes twice",
            shown="since_at",
        ),
    )
    __table_args__ = (Index("ix_owed_articles_since_at", "since_at"),)

    subscriber_id: Mapped[int] = mapped_column(
        ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Nothing: still to come. Otherwise the digest that took it up, and its Issue.
    digest_id: Mapped[int | None] = mapped_column(ForeignKey("digests.id"), index=True)
    issue_id: Mapped[int | None] = mapped_column(ForeignKey("issues.id"), index=True)
