"""The numbers kept beside each message, and whether they still add up.

created = accepted + refused + uncertain + withdrawn + suppressed + expired + waiting. Whoever
changes a copy's state tells this module in the same transaction, so no page has to count rows.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from hrsite.outbox import forgotten
from hrsite.outbox.models import Delivery, DeliveryState, MessageTally

# The states that have a number of their own; the others are "waiting", the rest.
COUNTED = (
    DeliveryState.ACCEPTED,
    DeliveryState.REFUSED,
    DeliveryState.UNCERTAIN,
    DeliveryState.WITHDRAWN,
    DeliveryState.SUPPRESSED,
    DeliveryState.EXPIRED,
)
States = Mapping[DeliveryState, int]
Counts = Counter[DeliveryState]


def created(session: Session, message_id: int, count: int, suppressed_count: int = 0) -> None:
    """So many copies of a message were written down, some of them never to be handed over."""
    _add(session, message_id, {"created_count": count, "suppressed_count": suppressed_count})


def moved(session: Session, message_id: int, before: States, after: States) -> None:
    """So many copies of a message had these states before, and have those after."""
    change = {
        f"{state.value}_count": after.get(state, 0) - before.get(state, 0) for state in COUNTED
    }
    _add(session, message_id, change)


def states_of(session: Session, *which: ColumnElement[bool]) -> dict[int, Counter[DeliveryState]]:
    """By message, how many of these copies are in which state. For rare changes of many rows."""
    counted = session.execute(
        select(Delivery.message_id, Delivery.state, func.count())
        .where(*which)
        .group_by(Delivery.message_id, Delivery.state)
    )
    found: dict[int, Counter[DeliveryState]] = {}
    for message_id, state, count in counted:
        found.setdefault(message_id, Counter())[state] = count
    return found


def check(session: Session) -> dict[int, str]:
    """Compare every kept number with the rows: what is wrong in words, by message."""
    rows, gone = states_of(session), forgotten.states_of_all(session)
    wrong = {}
    for kept in session.scalars(select(MessageTally).order_by(MessageTally.message_id)):
        nothing = Counter[DeliveryState]()
        counted = rows.get(kept.message_id, nothing) + gone.get(kept.message_id, nothing)
        true = {"created": counted.total()} | {state.value: counted[state] for state in COUNTED}
        told = {name: getattr(kept, f"{name}_count") for name in true}
        parted = [name for name in true if told[name] != true[name]]
        if parted:
            said = (f"{told[name]} {name} are told, {true[name]} there are" for name in parted)
            wrong[kept.message_id] = "; ".join(said)
    return wrong


def _add(session: Session, message_id: int, change: Mapping[str, int]) -> None:
    values: dict[str, Any] = {
        name: getattr(MessageTally, name) + count for name, count in change.items() if count
    }
    if values:
        session.execute(
            update(MessageTally).where(MessageTally.message_id == message_id).values(values)
        )
