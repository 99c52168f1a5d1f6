"""The ledger: what is said once, one copy to one address, what came back, and who is closed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from hrsite.columns import SealedLinks, SealedText, UTCDateTime, words
from hrsite.extensions import Base
from hrsite.receipt import Kept, mark, nobody, of_reader


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


# What has not gone out, and what may have: nobody can tell a letter back that is in the air.
SIMPLY_WAITING = (DeliveryState.QUEUED, DeliveryState.DEFERRED)
MAY_HAVE_IT = (DeliveryState.SENDING, DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
# The stream of letters that somebody asked for by a deed of their own.
TRANSACTIONAL = "transactional"

# SQLite would give the number of a row that was deleted to the next one, and a worker that still
# holds the old one in its hands would write to somebody else.
NUMBERS_ONCE = {"sqlite_autoincrement": True}


class OutboxMessage(Base):
    """What is said, once, frozen when the coach pressed the button.

    Only a digest may be put in other words, while nobody has it.

    `mark` is a random word that leaves with no letter. The text holds `<mark>-<purpose>` where a
    person's own token goes, so nothing that anybody typed can be taken for such a place.
    """

    __tablename__ = "outbox_messages"
    shows_on_pages = False
    holds = nobody(
        "id key stream mark sender_name sender_address reply_to language subject text html "
        "created_at not_after is_timely starts_at expanded_at audience_cursor paused_at "
        "pause_kind pause_reason discreet_sender_name discreet_subject discreet_text "
        "discreet_html calendar discreet_calendar settled_at"
    )
    __table_args__ = NUMBERS_ONCE

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
    # Nothing is handed over before: until then the coach may take it back.
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # When the whole list was written down; nothing, and nothing is handed over, until it is.
    expanded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # How far the list is written down: the last recipient of the part before.
    audience_cursor: Mapped[int | None]
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # "stopped" by the coach, "fault" or "late".
    pause_kind: Mapped[str | None] = mapped_column(String(20))
    pause_reason: Mapped[str | None] = mapped_column(String(600))
    # The same for readers who asked for discreet letters, where there is such a wording.
    discreet_sender_name: Mapped[str | None] = mapped_column(String(200))
    discreet_subject: Mapped[str | None] = mapped_column(String(500))
    discreet_text: Mapped[str | None] = mapped_column(Text)
    discreet_html: Mapped[str | None] = mapped_column(Text)
    # A calendar file that goes with it, in each of the two wordings.
    calendar: Mapped[str | None] = mapped_column(Text)
    discreet_calendar: Mapped[str | None] = mapped_column(Text)
    # When its last copy got its result. Until then a worker looks at it.
    settled_at: Mapped[datetime | None] = mapped_column(UTCDateTime, index=True)

    tally: Mapped["MessageTally"] = relationship(cascade="all, delete-orphan")
    created_count: AssociationProxy[int] = association_proxy("tally", "created_count")
    accepted_count: AssociationProxy[int] = association_proxy("tally", "accepted_count")
    refused_count: AssociationProxy[int] = association_proxy("tally", "refused_count")
    uncertain_count: AssociationProxy[int] = association_proxy("tally", "uncertain_count")
    withdrawn_count: AssociationProxy[int] = association_proxy("tally", "withdrawn_count")
    suppressed_count: AssociationProxy[int] = association_proxy("tally", "suppressed_count")
    expired_count: AssociationProxy[int] = association_proxy("tally", "expired_count")
    waiting_count: AssociationProxy[int] = association_proxy("tally", "waiting_count")

    @property
    def is_transactional(self) -> bool:
        """Did the person's own act ask for this letter?"""
        return self.stream == TRANSACTIONAL


class MessageTally(Base):
    """How many copies of a message there are, and how many have which result. See tally.py.

    Kept, for counting a million rows takes too long for a page; and beside the message, for a
    change to a row that holds a whole letter would write that letter anew each time.
    """

    __tablename__ = "message_tallies"
    shows_on_pages = False
    holds = nobody(
        "message_id created_count accepted_count refused_count uncertain_count "
        "withdrawn_count suppressed_count expired_count policy_refusal_count "
        "policy_refusals_in_a_row"
    )

    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_messages.id"), primary_key=True)
    created_count: Mapped[int] = mapped_column(default=0)
    accepted_count: Mapped[int] = mapped_column(default=0)
    refused_count: Mapped[int] = mapped_column(default=0)
    uncertain_count: Mapped[int] = mapped_column(default=0)
    withdrawn_count: Mapped[int] = mapped_column(default=0)
    suppressed_count: Mapped[int] = mapped_column(default=0)
    expired_count: Mapped[int] = mapped_column(default=0)
    policy_refusal_count: Mapped[int] = mapped_column(default=0)
    policy_refusals_in_a_row: Mapped[int] = mapped_column(default=0)

    @property
    def waiting_count(self) -> int:
        """How many copies have no result yet."""
        return (
            self.created_count
            - self.accepted_count
            - self.refused_count
            - self.uncertain_count
            - self.withdrawn_count
            - self.suppressed_count
            - self.expired_count
        )


class Recipient(Base):
    """An address letters go to, once for all its letters. It is sealed, and found by a keyed hash.

    Whoever is forgotten or erased is blanked. A row goes when no copy and nobody on the list is
    left that speaks of it (`newsletter/letting_go.py`).
    """

    __tablename__ = "recipients"
    shows_on_pages = False
    holds = of_reader(
        "Your address",
        1,
        Kept("address", "Your email address, locked with a key", "To write to you"),
        mark("id address_key"),
        Kept("links", "The secret links in your letters", "To put them in", is_secret=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(SealedText)
    address_key: Mapped[str] = mapped_column(String(64), unique=True)
    # The tokens in this person's letters, by purpose.
    links: Mapped[dict[str, str]] = mapped_column(SealedLinks)


class Delivery(Base):
    """One copy to one address, and how far it has come.

    A million are written at once, so a row holds only what differs from reader to reader and is
    nowhere else; and no foreign key is asked for each: a message or recipient is only deleted when
    it has no copy any more.
    """

    __tablename__ = "deliveries"
    shows_on_pages = False
    holds = of_reader(
        "Letters to you",
        6,
        Kept(
            "message_id state changed_at next_at attempt_count repeat_count is_discreet",
            "Each letter to you, and if your mail service took it",
            "To send each letter once, and to see when something breaks",
            "90 days. Then only how many there were",
            shown="state changed_at",
        ),
        Kept("reply_code reply_text", "What your mail service said", "To see why", "90 days"),
        Kept(
            "recipient_id own_links kept_letter_id",
            "Marks that tie a letter to you",
            "To know a letter again when it comes back",
            "90 days",
            is_secret=True,
        ),
        of_nobody="id owner lease_until fence",
    )
    __table_args__ = (
        # In this order it also finds all that was written to one address.
        UniqueConstraint("recipient_id", "message_id"),
        Index("ix_deliveries_due", "message_id", "state", "next_at"),
        NUMBERS_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int]
    recipient_id: Mapped[int]
    # Only where a letter has other links than its recipient: a test's lead nowhere.
    own_links: Mapped[dict[str, str] | None] = mapped_column(SealedLinks)
    # Only of a letter whose number cannot be worked out any more: see numbering.py.
    kept_letter_id: Mapped[str | None] = mapped_column(String(32))
    is_discreet: Mapped[bool] = mapped_column(default=False)
    state: Mapped[DeliveryState] = mapped_column(words(DeliveryState))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Due from then on; nothing when it will not be tried again.
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    attempt_count: Mapped[int] = mapped_column(default=0)
    # Repeats done or planned; once the coach has decided, one more than a worker plans by itself.
    repeat_count: Mapped[int] = mapped_column(default=0)
    # A claim: who has it, until when, and a number that makes an older owner's answer void.
    owner: Mapped[str | None] = mapped_column(String(80))
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    fence: Mapped[int] = mapped_column(default=0)
    reply_code: Mapped[int | None]
    reply_text: Mapped[str | None] = mapped_column(String(600))

    message: Mapped[OutboxMessage] = relationship(
        primaryjoin=lambda: OutboxMessage.id == foreign(Delivery.message_id)
    )
    recipient: Mapped[Recipient] = relationship(
        primaryjoin=lambda: Recipient.id == foreign(Delivery.recipient_id)
    )

    @property
    def address(self) -> str:
        """Where it goes; nothing when the person was forgotten since."""
        return self.recipient.address

    @property
    def address_key(self) -> str:
        """The keyed hash of where it goes."""
        return self.recipient.address_key

    @property
    def links(self) -> dict[str, str]:
        """The tokens in this letter, by purpose."""
        return self.recipient.links if self.own_links is None else self.own_links


class Suppression(Base):
    """Never write to this address, and why."""

    __tablename__ = "suppressions"
    shows_on_pages = False
    holds = of_reader(
        "When we must not write",
        9,
        Kept(
            "kind reason since_at",
            "That we must not write to you, and why",
            "To leave you alone",
            "Until you say yes again",
        ),
        mark("address_key", "Until you say yes again"),
        of_nobody="id",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(64), unique=True)
    # "hard", "soft", "complaint" or "erased".
    kind: Mapped[str] = mapped_column(String(20), default="hard")
    reason: Mapped[str] = mapped_column(String(600))
    since_at: Mapped[datetime] = mapped_column(UTCDateTime)
