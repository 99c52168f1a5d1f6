"""What a made-up history keeps in mind beside its database, to hold the database to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from hrsite.outbox.models import Delivery, DeliveryState, OutboxMessage, Recipient

# Reader and message key.
Copies = Counter[tuple[str, str]]
LEFT, CLOSED, PAUSED = "had left", "is closed", "is paused"


@dataclass
class Memory:
    """What was true at some moment."""

    # How many copies the server took.
    copies: Copies = field(default_factory=Counter)
    # Copies beyond the first that nobody could avoid: in the air at a death, or forgotten by a
    # database that was put back.
    excused: Copies = field(default_factory=Counter)
    # Of these, the ones forgotten by a database that was put back.
    forgotten: Copies = field(default_factory=Counter)
    # Who has left.
    left: set[str] = field(default_factory=set)
    created: dict[int, int] = field(default_factory=dict)

    def copy(self) -> Memory:
        """As it is now."""
        return Memory(*(getattr(self, one.name).copy() for one in fields(self)))


@dataclass(frozen=True)
class Bar:
    """From which letter on nothing more may go, but for what was on its way at that moment."""

    letter_count: int
    on_its_way: Copies = field(default_factory=Counter)

    def stops(self, number: int, reader: str, key: str) -> bool:
        """Should this letter not have gone?"""
        return number >= self.letter_count and not self.on_its_way[reader, key]


def on_their_way(session: Session) -> Copies:
    """Which copies some worker may be handing over."""
    rows = session.execute(
        select(Recipient.address, OutboxMessage.key)
        .select_from(Delivery)
        .join(Delivery.recipient)
        .join(Delivery.message)
        .where(Delivery.state == DeliveryState.SENDING)
    ).all()
    return Counter((address, key) for address, key in rows)
