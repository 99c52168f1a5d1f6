"""What became of a trial: who got how many copies, and whether the promise held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hrsite import clock
from hrsite.outbox.models import Delivery, DeliveryState
from tests.outbox.ledger import rows
from tests.trials.post_office import PostOffice

S = DeliveryState
WAITING = (S.QUEUED, S.DEFERRED, S.UNCERTAIN)


@dataclass(frozen=True)
class Outcome:
    """What every reader got in the end."""

    readers: int
    # Got nothing, and the desk does not say so either.
    missed: int
    duplicates: int
    # Second copies that do not say they are the same letter.
    strange: int
    in_flight: int
    kills: int
    accepted: int
    # In the air twice when a worker died: not repeated again, and told to the coach.
    not_known: int
    # Called accepted, and yet never handed over.
    made_up: int
    # Readers with two copies or more whose row does not say that a letter was repeated.
    untold: int
    # How often all letters were held as on an older database, though none was put back.
    held_count: int = 0

    def broken_promises(self, most_duplicates: int | None = None) -> list[str]:
        """Nobody missed, no more doubles than letters in the air, each with one Message-ID."""
        most = self.kills * self.in_flight if most_duplicates is None else most_duplicates
        found = {
            f"{self.missed} missed": self.missed,
            f"{self.duplicates} duplicates, at most {most}": self.duplicates > most,
            f"{self.strange} duplicates with another Message-ID": self.strange,
            f"{self.made_up} called accepted and never handed over": self.made_up,
            f"{self.untold} repeats that no row tells of": self.untold,
            f"all letters held {self.held_count} times": self.held_count,
            f"{self.accepted} + {self.not_known} are not {self.readers}": (
                self.accepted + self.not_known != self.readers
            ),
        }
        return [words for words, is_broken in found.items() if is_broken]

    def __str__(self) -> str:
        return (
            f"readers {self.readers} missed {self.missed} duplicates {self.duplicates}"
            f" in flight {self.in_flight} kills {self.kills} accepted {self.accepted}"
            f" not known {self.not_known}"
        )


def outcome(
    session: Session, office: PostOffice, readers: list[str], in_flight: int = 1, kills: int = 0
) -> Outcome:
    """Lay what the server took beside what the ledger says."""
    copies, ledger = office.copies(), rows(session)
    accepted = [row for row in ledger if row.state == S.ACCEPTED]
    not_known = {row.address for row in ledger if row.state == S.UNCERTAIN}
    repeated = {row.address for row in ledger if row.repeat_count}
    return Outcome(
        readers=len(readers),
        missed=len(set(readers) - set(copies) - not_known),
        duplicates=len(office.letters) - len(copies),
        strange=len(set(office.letters)) - len(copies),
        in_flight=in_flight,
        kills=kills,
        accepted=len(accepted),
        not_known=len(not_known),
        made_up=sum(1 for row in accepted if row.address not in copies),
        untold=sum(1 for who, count in copies.items() if count > 1 and who not in repeated),
    )


def let_time_pass(session: Session, *dead: str) -> None:
    """As if a quarter of an hour had gone by for these dead workers and for what is uncertain.

    The one place where a trial moves times: leases of the dead run out, repeats fall due.
    """
    now = clock.now()
    past = now - timedelta(seconds=1)
    of_the_dead = Delivery.owner.in_(dead)
    session.execute(
        update(Delivery).where(Delivery.state == S.SENDING, of_the_dead).values(lease_until=past)
    )
    session.execute(
        update(Delivery)
        .where(
            Delivery.state.in_(WAITING),
            Delivery.next_at.is_not(None),
            or_(of_the_dead, Delivery.owner.is_(None)),
        )
        .values(next_at=past)
    )
    session.commit()


def waiting_count(session: Session) -> int:
    """How many copies have no last result yet."""
    session.rollback()
    open_ones = Delivery.next_at.is_not(None) | (Delivery.state == S.SENDING)
    found = len(session.scalars(select(Delivery.id).where(open_ones)).all())
    session.rollback()
    return found
